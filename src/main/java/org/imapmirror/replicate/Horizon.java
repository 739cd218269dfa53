package org.imapmirror.replicate;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// Mailboxes with messages that were taken from the primary as it was then, while the lane had not
/// applied everything that led there.
///
/// The events still to come lead such a message to the right flags all the same: the last one that
/// touches a flag decides. But a copy that the primary made of it in between has the flags of that
/// moment, which nobody here knows; so what is copied out of such a mailbox gets its flags from the
/// primary, and makes its own mailbox one of these. It ends when everything is applied that the
/// primary had done before the message was read.
final class Horizon {
    private final LaneStore store;
    private final LaneRow lane;
    private final Set<Long> ahead;

    /// How often each was read during this run, to notice a read between two looks.
    private final Map<Long, Integer> reads = new HashMap<>();

    Horizon(LaneStore store, LaneRow lane) {
        this.store = store;
        this.lane = lane;
        this.ahead = store.ahead(lane);
    }

    /// To be called before messages of the mailbox are read from the primary.
    void read(MailboxRow m) {
        reads.merge(m.id(), 1, Integer::sum);
        if (ahead.add(m.id())) {
            store.change(lane, tx -> tx.ahead(m));
        }
    }

    boolean isAhead(MailboxRow m) {
        return ahead.contains(m.id());
    }

    boolean isEmpty() {
        return ahead.isEmpty();
    }

    /// To be kept while the lane catches up with the present.
    Map<Long, Integer> present() {
        Map<Long, Integer> now = new HashMap<>();
        ahead.forEach(id -> now.put(id, reads.getOrDefault(id, 0)));
        return now;
    }

    /// The lane has applied everything that the primary had done at that moment.
    void reached(Map<Long, Integer> moment) {
        moment.forEach((id, count) -> {
            if (count.equals(reads.getOrDefault(id, 0)) && ahead.remove(id)) {
                store.change(lane, tx -> tx.notAhead(id));
            }
        });
    }
}
