package org.imapmirror.replicate;

import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.Summary;
import org.imapmirror.replicate.MessageRow.State;

import java.util.HashMap;
import java.util.Map;

/// Keeps the mirror's order the primary's UID order: before a UID is stored, what the primary holds
/// below it is. A UID-stable cutover needs a map that keeps order.
///
/// That goes for UIDs that the journal is about to bring too: sessions that work at the same time
/// are confirmed in another order than their UIDs have. With the primary away the order is given up
/// rather than the message; the gap is looked at again with the next one.
final class UidOrder {
    private static final int CHUNK = 100;

    private final Work work;
    private final Importer importer;
    private final Map<Long, Long> unsettled = new HashMap<>();

    UidOrder(Work work, Importer importer) {
        this.work = work;
        this.importer = importer;
    }

    /// Imports what the primary has between the highest known UID and these, and what was left to
    /// be imported below them.
    void fillBelow(MailboxRow m, UidSet uids) throws StoreException {
        importLeft(m, uids);
        MailboxRow now = work.current(m);
        if (uids.last() <= now.uidSeen() + uids.size()
                && uids.equals(UidSet.range(now.uidSeen() + 1, uids.last()))) {
            return;
        }
        if (uids.last() <= now.uidSeen()) {
            return;
        }
        UidSet range = UidSet.range(now.uidSeen() + 1, uids.last());
        UidSet known = UidSet.of(work.store.messages(m, range).keySet());
        UidSet gap = range.minus(uids).minus(known);
        if (gap.isEmpty()) {
            return;
        }
        try {
            work.examinePrimary(m);
            UidSet.Builder there = new UidSet.Builder();
            for (Summary s : work.hands.primary().summaries(gap)) {
                there.add(s.uid());
            }
            for (UidSet chunk : there.build().chunks(CHUNK)) {
                importer.fromPrimary(m, chunk);
            }
        } catch (StoreException e) {
            if (e.serverName().equals(work.lane.key().mirror())) {
                throw e;
            }
            unsettled.put(m.id(), gap.first());
        }
    }

    private void importLeft(MailboxRow m, UidSet uids) throws StoreException {
        UidSet left =
                work.store
                        .inState(m, State.PENDING)
                        .intersect(UidSet.range(1, uids.last()))
                        .minus(uids);
        try {
            for (UidSet chunk : left.chunks(CHUNK)) {
                importer.fromPrimary(m, chunk);
            }
        } catch (StoreException e) {
            if (e.serverName().equals(work.lane.key().mirror())) {
                throw e;
            }
            // They are imported when the primary can be asked.
        }
    }

    /// These UIDs have rows now. Kept in memory until the run's end: without it the rows tell the
    /// same.
    void seen(MailboxRow m, UidSet uids) {
        if (unsettled.remove(m.id()) == null) {
            work.map.put(work.current(m).withUidSeen(uids.last()));
        }
    }
}
