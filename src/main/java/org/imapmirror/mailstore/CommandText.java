package org.imapmirror.mailstore;

import org.imapmirror.event.MailboxName;
import org.imapmirror.imap.ImapText;
import org.imapmirror.imap.ImapText.Wire;
import org.imapmirror.imap.MailboxNames;
import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// A command without its tag: text, with a literal between each two pieces of it.
final class CommandText {
    /// Commands for which a server does nothing with the mailbox that is open. IDLE takes as long
    /// as nothing happens.
    private static final Set<String> LEAVING =
            Set.of("SELECT", "EXAMINE", "UNSELECT", "LOGOUT", "IDLE");

    private final String verb;
    private final List<byte[]> literals = new ArrayList<>();
    private final List<ByteArrayOutputStream> texts = new ArrayList<>();
    private boolean namesMailbox;

    private CommandText(String verb) {
        this.verb = verb;
        texts.add(new ByteArrayOutputStream());
        append(verb.getBytes(StandardCharsets.US_ASCII));
    }

    /// @param verb the command's name, which messages about it say; for example `UID FETCH`
    static CommandText of(String verb) {
        return new CommandText(verb);
    }

    /// Adds something that needs no quoting.
    CommandText word(String text) {
        append((" " + text).getBytes(StandardCharsets.US_ASCII));
        return this;
    }

    /// Adds text that somebody else put together, in UTF-8.
    ///
    /// @throws IllegalArgumentException where it would not be part of the command only
    CommandText raw(String text) {
        if (text.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            throw new IllegalArgumentException("a control character in the text of a command");
        }
        append((" " + text).getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /// Adds a string as it may stand anywhere: quoted, or as a literal where that cannot be.
    CommandText string(String text) {
        return string(ImapText.string(text.getBytes(StandardCharsets.UTF_8), false));
    }

    CommandText mailbox(String name) {
        namesMailbox = true;
        return string(MailboxNames.encodeForWire(new MailboxName(name), false));
    }

    /// The mailboxes into which the server looks for the command. Whatever lists mailboxes, or
    /// names one, looks at all of them: Dovecot may bring its index of the account's mailboxes up
    /// to date first.
    ///
    /// @param open the one that is selected, which the server looks after with most commands
    Set<String> looksInto(@Nullable String open) {
        Set<String> out = new HashSet<>();
        if (open != null && !LEAVING.contains(verb)) {
            out.add(open);
        }
        if (verb.equals("LIST") || verb.equals("LSUB") || namesMailbox) {
            out.add(MailboxGate.ALL);
        }
        return out;
    }

    /// Adds a pattern for LIST: all names that begin so.
    CommandText allBelow(String prefix) {
        String encoded =
                new String(
                        MailboxNames.encode(new MailboxName(prefix), false),
                        StandardCharsets.ISO_8859_1);
        return string(encoded + "*");
    }

    private CommandText string(Wire wire) {
        append(new byte[] {' '});
        switch (wire) {
            case Wire.Quoted(byte[] quoted) -> append(quoted);
            case Wire.Literal(byte[] octets) -> {
                literals.add(octets);
                texts.add(new ByteArrayOutputStream());
            }
        }
        return this;
    }

    private void append(byte[] octets) {
        texts.getLast().writeBytes(octets);
    }

    String verb() {
        return verb;
    }

    /// One more than [#literals()].
    List<byte[]> texts() {
        return texts.stream().map(ByteArrayOutputStream::toByteArray).toList();
    }

    List<byte[]> literals() {
        return literals;
    }
}
