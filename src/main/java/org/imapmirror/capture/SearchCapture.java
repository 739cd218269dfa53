package org.imapmirror.capture;

import org.imapmirror.event.UidSet;
import org.jspecify.annotations.Nullable;

/// SEARCH, SORT and THREAD, with and without UID. As many UIDs as there are messages are those of
/// all messages; SAVE gives `$` a new meaning (RFC 5182).
final class SearchCapture extends Pending {
    private final Selected selected;
    private final boolean byUid;

    /// The command changes `$`.
    private final boolean saves;

    private final Saved saved;

    /// What `$` stands for in a session.
    static final class Saved {
        private boolean empty = true;
        private int running;

        /// True where it stands for no message; else it is not known for what.
        boolean isEmpty() {
            return empty && running == 0;
        }

        void clear() {
            empty = true;
        }
    }

    SearchCapture(String tag, Selected selected, boolean byUid, boolean saves, Saved saved) {
        super(tag);
        this.selected = selected;
        this.byUid = byUid;
        this.saves = saves;
        this.saved = saved;
        if (saves) {
            saved.running++;
        }
    }

    @Override
    boolean mutates() {
        return false;
    }

    @Override
    boolean forbidsExpunge() {
        return !byUid;
    }

    @Override
    boolean usesNumbers() {
        return !byUid;
    }

    /// @param tag of ESEARCH; null for SEARCH
    void result(@Nullable String ofTag, boolean uids, UidSet members) {
        boolean mine = ofTag == null ? byUid : uids && ofTag.equals(tag);
        if (mine && members.size() == selected.map.size() && members.size() > 0) {
            var unused = selected.map.whole(members);
        }
    }

    @Override
    void after(Reply reply) {
        if (saves && reply.status() != Reply.Status.BAD) {
            saved.empty = !reply.isOk();
        }
    }

    @Override
    void release() {
        if (saves) {
            saved.running--;
        }
    }
}
