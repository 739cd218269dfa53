package org.imapmirror.mailstore;

import org.imapmirror.event.Flags;
import org.imapmirror.mailstore.Cursor.MalformedReply;
import org.jspecify.annotations.Nullable;

import java.util.List;

/// What the server has said about the selected mailbox since it was selected.
final class Mailbox {
    private final @Nullable String name;
    private long exists;
    private long uidValidity;
    private long uidNext;
    private long highestModseq;
    private @Nullable String mailboxId;
    private Flags flags = Flags.NONE;
    private @Nullable List<String> permanent;
    private boolean readOnly;
    private boolean changed;
    private boolean forgotten;

    /// No mailbox.
    Mailbox() {
        name = null;
    }

    Mailbox(String name, boolean readOnly) {
        this.name = name;
        this.readOnly = readOnly;
    }

    void onUntagged(Reply reply) throws MalformedReply {
        switch (reply.kind()) {
            case "EXISTS" -> {
                changed |= exists != reply.number();
                exists = reply.number();
            }
            case "EXPUNGE" -> {
                changed = true;
                exists--;
            }
            case "FLAGS" -> flags = Flags.of(reply.data().value().strings());
            case "OK" -> onCode(reply);
            default -> {
                // Not about the mailbox.
            }
        }
    }

    private void onCode(Reply reply) {
        switch (reply.code()) {
            case "CLOSED" -> exists = 0;
            case "UIDVALIDITY" -> uidValidity = Math.max(0, number(reply));
            case "UIDNEXT" -> uidNext = Math.max(0, number(reply));
            case "HIGHESTMODSEQ" -> highestModseq = Math.max(0, number(reply));
            case "NOMODSEQ" -> highestModseq = 0;
            case "PERMANENTFLAGS" -> permanent = inParentheses(reply);
            case "MAILBOXID" -> mailboxId = String.join(" ", inParentheses(reply));
            default -> {
                // Not about the mailbox.
            }
        }
    }

    private static long number(Reply reply) {
        return new Value.Atom(reply.codeText().strip()).number();
    }

    private static List<String> inParentheses(Reply reply) {
        String inner = reply.codeText().replaceAll("[()]", " ").strip();
        return inner.isEmpty() ? List.of() : List.of(inner.split(" +"));
    }

    /// A response that no command asked for.
    void onUnclaimed(Reply reply) {
        changed |= reply.kind().equals("FETCH") || reply.kind().equals("VANISHED");
    }

    void onSelected(Reply answer) {
        readOnly |= answer.hasCode("READ-ONLY");
        changed = false;
    }

    void learn(Status status) {
        uidValidity = status.uidValidity();
        uidNext = status.uidNext();
    }

    /// The server has it selected, but nobody here relies on that any more.
    void forget() {
        forgotten = true;
    }

    boolean isSelected() {
        return name != null && !forgotten;
    }

    @Nullable String name() {
        return name;
    }

    boolean readOnly() {
        return readOnly;
    }

    long exists() {
        return exists;
    }

    long uidValidity() {
        return uidValidity;
    }

    long uidNext() {
        return uidNext;
    }

    /// True where something was added, removed or changed since the last time this was asked.
    boolean takeChanged() {
        boolean was = changed;
        changed = false;
        return was;
    }

    boolean isChanged() {
        return changed;
    }

    /// A server that does not tell what is permanent keeps everything (RFC 3501 section 6.3.1).
    Selected snapshot(String selected) {
        List<String> list = permanent;
        return new Selected(
                selected,
                uidValidity,
                uidNext,
                exists,
                list == null
                        ? flags
                        : Flags.of(list.stream().filter(f -> !f.equals("\\*")).toList()),
                list == null || list.contains("\\*"),
                highestModseq,
                mailboxId,
                readOnly);
    }
}
