package org.imapmirror.capture;

import org.imapmirror.event.MailboxName;
import org.imapmirror.imap.ImapText;
import org.imapmirror.imap.MailboxNames;
import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/// A question of ours behind the answer to a command that does not tell what it did: which parents
/// a CREATE or RENAME has made, whether a CLOSE has expunged. The client gets its answer when the
/// question is answered; until then nothing of it is forwarded.
final class Inquiry {
    final Pending command;
    final Reply reply;

    /// Completes with the client's answer, with CRLF.
    final CompletableFuture<byte[]> released = new CompletableFuture<>();

    /// Completes when the client's next command may go on.
    final CompletableFuture<Boolean> over = new CompletableFuture<>();

    /// Nobody waits any more; what still comes is kept from the client all the same.
    boolean abandoned;

    private final byte[] answer;
    private final ByteArrayOutputStream questions = new ByteArrayOutputStream();
    private final Map<String, MailboxName> unanswered = new HashMap<>();
    private final Set<MailboxName> asked;
    private final Map<MailboxName, Long> mailboxes = new HashMap<>();
    private boolean unclear;

    private Inquiry(Pending command, Reply reply, byte[] line, List<MailboxName> names) {
        this.command = command;
        this.reply = reply;
        this.asked = Set.copyOf(names);
        this.answer =
                (new String(line, StandardCharsets.ISO_8859_1) + "\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1);
    }

    /// @param line the primary's answer to the command, without CRLF
    /// @param names what to ask for
    /// @param tagPrefix no client can guess it
    /// @return null where a name does not fit into a line
    static @Nullable Inquiry about(
            Pending command,
            Reply reply,
            byte[] line,
            List<MailboxName> names,
            String tagPrefix,
            boolean utf8) {
        Inquiry inquiry = new Inquiry(command, reply, line, names);
        for (MailboxName name : names) {
            if (!(MailboxNames.encodeForWire(name, utf8)
                    instanceof ImapText.Wire.Quoted(byte[] text))) {
                return null;
            }
            String tag = tagPrefix + "S" + inquiry.unanswered.size();
            inquiry.unanswered.put(tag, name);
            inquiry.ask(tag + " STATUS ");
            inquiry.questions.writeBytes(text);
            inquiry.ask(" (MESSAGES)\r\n");
        }
        return inquiry;
    }

    private void ask(String text) {
        questions.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    byte[] questions() {
        return questions.toByteArray();
    }

    /// True where the response answers us, and must be kept from the client.
    boolean takes(Heard heard) {
        return switch (heard) {
            case Heard.Status status when asked.contains(status.name()) -> {
                mailboxes.put(status.name(), status.messages());
                yield true;
            }
            case Heard.Tagged(String tag, Reply answered) when unanswered.containsKey(tag) -> {
                MailboxName name = unanswered.remove(tag);
                // NO: there is no mailbox of this name.
                unclear |=
                        answered.status() == Reply.Status.BAD
                                || answered.isOk() && !mailboxes.containsKey(name);
                yield true;
            }
            default -> false;
        };
    }

    boolean isAnswered() {
        return unanswered.isEmpty();
    }

    /// Hands what was learned to the command, where all was answered.
    void conclude() {
        if (isAnswered() && !unclear) {
            command.learned(mailboxes);
        }
    }

    /// The client gets its answer, and may go on.
    void release() {
        released.complete(answer);
        over.complete(true);
    }
}
