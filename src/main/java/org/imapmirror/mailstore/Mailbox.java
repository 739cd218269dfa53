package org.imapmirror.mailstore;

import org.imapmirror.event.Flags;
import org.imapmirror.event.UidSet;
import org.imapmirror.imap.Code;
import org.imapmirror.imap.Response;
import org.jspecify.annotations.Nullable;

/// What the server has said about the selected mailbox since it was selected.
final class Mailbox {
    private final @Nullable String name;
    private long exists;
    private long uidValidity;
    private long uidNext;
    private long highestModseq;
    private @Nullable String mailboxId;
    private Flags flags = Flags.NONE;
    private Code.@Nullable PermanentFlags permanent;
    private boolean readOnly;
    private boolean changed;
    private boolean forgotten;
    private boolean stale;
    private volatile boolean moved;

    /// No mailbox.
    Mailbox() {
        name = null;
    }

    Mailbox(String name, boolean readOnly) {
        this.name = name;
        this.readOnly = readOnly;
    }

    void onUntagged(Response response) {
        switch (response) {
            case Response.Exists(long count) -> {
                changed |= exists != count;
                exists = count;
            }
            case Response.Expunge _ -> {
                changed = true;
                exists--;
            }
            case Response.Vanished(boolean earlier, UidSet uids) when !earlier -> {
                changed = true;
                exists -= uids.size();
            }
            case Response.FlagsList(Flags list) -> flags = list;
            case Response.Untagged untagged -> onCode(untagged.code());
            default -> {
                // Not about the mailbox.
            }
        }
    }

    private void onCode(Code code) {
        switch (code) {
            case Code.Closed _ -> exists = 0;
            case Code.UidValidity(long value) -> uidValidity = value;
            case Code.UidNext(long value) -> uidNext = value;
            case Code.HighestModseq(long value) -> highestModseq = value;
            case Code.NoModseq _ -> highestModseq = 0;
            case Code.PermanentFlags list -> permanent = list;
            case Code.MailboxId(String id) -> mailboxId = id;
            default -> {
                // Not about the mailbox.
            }
        }
    }

    /// A response that no command asked for.
    void onUnclaimed(Response response) {
        changed |= response instanceof Response.Fetch || response instanceof Response.Vanished;
    }

    void onSelected(Response.Tagged answer) {
        readOnly |= answer.code() instanceof Code.ReadOnly;
        changed = false;
    }

    void learn(Status status) {
        uidValidity = status.uidValidity();
        uidNext = status.uidNext();
    }

    /// A message with this UID is, or was, in it.
    void saw(long uid) {
        if (uidNext > 0) {
            uidNext = Math.max(uidNext, uid + 1);
        }
    }

    /// A message was stored, perhaps in this mailbox.
    void stored(String mailbox, long itsUidValidity, long uid) {
        if (mailbox.equals(name) && itsUidValidity == uidValidity) {
            saw(uid);
        }
    }

    /// The server has it selected, but nobody here relies on that any more.
    void forget() {
        forgotten = true;
    }

    /// A client may be renaming or deleting it; any thread.
    void move() {
        moved = true;
    }

    boolean isMoved() {
        return moved;
    }

    /// It stays selected, and the server need not have told what came since: not even what this
    /// very connection stored.
    void reentered() {
        stale = true;
    }

    boolean isStale() {
        return stale;
    }

    /// The server has told everything.
    void refreshed() {
        stale = false;
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
        Code.PermanentFlags list = permanent;
        return new Selected(
                selected,
                uidValidity,
                uidNext,
                exists,
                list == null ? flags : list.flags(),
                list == null || list.anyKeyword(),
                highestModseq,
                mailboxId,
                readOnly);
    }
}
