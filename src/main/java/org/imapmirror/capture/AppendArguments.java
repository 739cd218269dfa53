package org.imapmirror.capture;

import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxName;
import org.imapmirror.imap.Frame;
import org.imapmirror.imap.ImapString;
import org.imapmirror.imap.LiteralHeader;
import org.imapmirror.imap.MailboxNames;
import org.imapmirror.imap.MalformedException;
import org.imapmirror.imap.Tokens;
import org.imapmirror.imap.WireMessage;
import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Reads the arguments of an APPEND line by line, as they pass: what a literal is for must be known
/// before its first octet (RFC 9051 section 6.3.12, RFC 3502, RFC 4469).
final class AppendArguments {
    /// Longer names are not understood.
    private static final int MAX_NAME = 64 * 1024;

    private static final Set<String> SYSTEM_FLAGS =
            Set.of("\\answered", "\\flagged", "\\deleted", "\\seen", "\\draft");

    private enum Next {
        /// The next literal is the mailbox name.
        NAME,
        /// The next literal is a message.
        MESSAGE,
        /// The next literal is something else, or nobody knows what.
        OTHER
    }

    /// One of the messages.
    ///
    /// @param internalDate as given, without quotes; null where there is none
    /// @param onWire what the client sends is what the primary stores
    record Message(Flags flags, @Nullable String internalDate, boolean onWire) {}

    private final boolean utf8;
    private final List<Message> messages = new ArrayList<>();
    private final ByteArrayOutputStream literalName = new ByteArrayOutputStream();
    private int offset;
    private @Nullable MailboxName mailbox;
    private Next next = Next.OTHER;
    private boolean unclear;
    private boolean doomed;
    private boolean repeatsFlag;
    private boolean extended;

    /// @param offset where the arguments begin in the first line
    /// @param utf8 true where names are UTF-8
    AppendArguments(int offset, boolean utf8) {
        this.offset = offset;
        this.utf8 = utf8;
    }

    @Nullable MailboxName mailbox() {
        return mailbox;
    }

    List<Message> messages() {
        return messages;
    }

    /// The arguments are not understood: how many messages there are is not known.
    boolean isUnclear() {
        return unclear;
    }

    /// A server will refuse this, and might then take a literal's octets for commands.
    boolean isDoomed() {
        return doomed;
    }

    /// A list names a flag twice: Dovecot 2.3 then forgets another one.
    boolean repeatsFlag() {
        return repeatsFlag;
    }

    /// The octets of the literal belong to [#literal].
    boolean takesLiteral() {
        return next == Next.NAME;
    }

    /// The octets of the literal are a message.
    boolean inMessage() {
        return next == Next.MESSAGE;
    }

    void literal(ByteBuffer data, boolean last) {
        if (literalName.size() + data.remaining() <= MAX_NAME) {
            byte[] octets = new byte[data.remaining()];
            data.get(data.position(), octets);
            literalName.writeBytes(octets);
        } else {
            unclear = true;
        }
        if (last && !unclear) {
            mailbox = MailboxNames.decode(literalName.toByteArray(), utf8);
        }
    }

    void line(Frame.Line line) {
        next = Next.OTHER;
        int from = offset;
        offset = 0;
        if (line.truncated()) {
            unclear = true;
        }
        if (unclear || extended) {
            return;
        }
        try {
            read(alone(line).tokens(from), line.literal());
        } catch (MalformedException _) {
            unclear = true;
            doomed = true;
        }
    }

    /// The line as a message of its own, with the literal that it announces.
    private static WireMessage alone(Frame.Line line) {
        LiteralHeader header = line.literal();
        return header == null
                ? WireMessage.of(line.text())
                : new WireMessage(
                        List.of(line.text(), new byte[0]),
                        List.of(
                                new WireMessage.Literal(
                                        new ImapString.OmittedLiteral(header.size()),
                                        header.binary())),
                        false);
    }

    private void read(Tokens tokens, @Nullable LiteralHeader literal) throws MalformedException {
        if (mailbox == null) {
            if (tokens.peek() == Tokens.Kind.LITERAL) {
                next = Next.NAME;
                return;
            }
            mailbox = MailboxNames.decode(tokens.astringOctets(), utf8);
        }
        if (tokens.end()) {
            return;
        }
        Flags flags = Flags.NONE;
        if (tokens.peek() == Tokens.Kind.OPEN) {
            List<String> given = tokens.atoms();
            flags = Flags.of(given);
            repeatsFlag |= given.size() > flags.list().size();
            doomed |= given.stream().anyMatch(AppendArguments::isNoFlag);
        }
        String date = null;
        if (tokens.peek() == Tokens.Kind.QUOTED
                && tokens.astring() instanceof ImapString.Octets octets) {
            date = octets.text();
            doomed |= !looksLikeDate(date);
        }
        if (tokens.peek() == Tokens.Kind.LITERAL && literal != null) {
            next = Next.MESSAGE;
            // What a server makes of binary content is its own affair (RFC 3516 section 4.4).
            messages.add(new Message(flags, date, !literal.binary()));
        } else if (tokens.peek() == Tokens.Kind.ATOM) {
            // CATENATE and the like: the message is not on the wire, and what follows is not read.
            extended = true;
            messages.add(new Message(flags, date, false));
        } else {
            unclear = true;
            doomed = true;
        }
    }

    private static boolean isNoFlag(String flag) {
        return flag.startsWith("\\") && !SYSTEM_FLAGS.contains(flag.toLowerCase(Locale.ROOT));
    }

    /// `dd-Mon-yyyy hh:mm:ss +zzzz`, in shape only: servers are lenient about the values.
    private static boolean looksLikeDate(String date) {
        return date.matches(" ?\\d{1,2}-[A-Za-z]{3}-\\d{4} \\d\\d:\\d\\d:\\d\\d [+-]\\d{4}");
    }
}
