package org.imapmirror.capture;

import org.jspecify.annotations.Nullable;

/// SELECT and EXAMINE. What they report goes into a state of its own, which becomes the session's
/// with OK; a failed one leaves no mailbox selected (RFC 9051 section 6.3.2).
final class SelectCapture extends Pending {
    private final AccountTracker tracker;
    private final Selection selection;
    private Selected next;
    private boolean taken;

    /// What a session does about its selected mailbox.
    interface Selection {
        /// Null: none any more.
        void select(@Nullable Selected selected);
    }

    SelectCapture(String tag, AccountTracker tracker, Selection selection, Selected next) {
        super(tag);
        this.tracker = tracker;
        this.selection = selection;
        this.next = next;
    }

    @Override
    boolean mutates() {
        return false;
    }

    /// The mailbox that is being selected.
    Selected next() {
        return next;
    }

    /// `* OK [CLOSED]`: only now the responses are about the new mailbox (RFC 7162 section 3.2.11).
    void startOver() {
        next = new Selected(next.box, next.readOnly);
    }

    @Override
    boolean fetched(FetchData data) {
        // The changes since the client's last visit (QRESYNC).
        return true;
    }

    @Override
    void after(Reply reply) {
        tracker.used();
        if (reply.status() == Reply.Status.BAD) {
            return;
        }
        if (!reply.isOk()) {
            selection.select(null);
            return;
        }
        if (reply.code("READ-ONLY") != null) {
            next.readOnly = true;
        } else if (reply.code("READ-WRITE") != null) {
            next.readOnly = false;
        }
        taken = true;
        tracker.exists(next.box.name());
        selection.select(next);
    }

    @Override
    void release() {
        if (!taken) {
            tracker.close(next.box);
        }
    }
}
