package org.imapmirror.replicate;

import org.imapmirror.event.MailboxEvent.MessageAppended;
import org.imapmirror.event.UidSet;
import org.imapmirror.journal.Journal.Entry;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;
import org.imapmirror.mailstore.Summary;
import org.imapmirror.replicate.Importer.Spooled;
import org.imapmirror.replicate.MessageRow.State;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Keeps the mirror's order the primary's UID order: before a UID is stored, what belongs below it
/// is. A UID-stable cutover needs a map that keeps order.
///
/// Answers to concurrent commands come in another order than the UIDs were given in, so an event
/// for a lower UID may follow, or not be journalled yet. Its message is stored now, from the spool
/// or with its flags of today from the primary; the event then finds it there, and those that
/// follow lead to the same flags. With the primary away the order is given up rather than the
/// message; the gap is looked at again with the next one.
final class UidOrder {
    private static final int LOOK_AHEAD = 500;
    private static final int CHUNK = 100;

    private final Work work;
    private final Importer importer;
    private final Map<Long, Long> unsettled = new HashMap<>();

    UidOrder(Work work, Importer importer) {
        this.work = work;
        this.importer = importer;
    }

    /// Stores what the primary has between the highest known UID and these, and what was left to be
    /// imported below them.
    void fillBelow(MailboxRow m, UidSet uids) throws StoreException {
        importLeft(m, uids);
        UidSet gap = gap(work.current(m), uids);
        if (gap.isEmpty()) {
            return;
        }
        List<Spooled> announced = announced(m, gap);
        if (announced.size() < gap.size() && fromPrimary(m, gap)) {
            return;
        }
        if (!announced.isEmpty()) {
            // What the mirror refuses is tried again, and parked, when its event has its turn.
            var unused = importer.fromSpool(m, announced);
        }
        if (announced.size() < gap.size()) {
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
            unlessAway(e);
            // They are imported when the primary can be asked.
        }
    }

    private UidSet gap(MailboxRow m, UidSet uids) {
        if (uids.last() <= m.uidSeen()) {
            return UidSet.EMPTY;
        }
        UidSet gap = UidSet.range(m.uidSeen() + 1, uids.last()).minus(uids);
        if (gap.isEmpty()) {
            return gap;
        }
        Map<Long, MessageRow> rows = work.store.messages(m, gap);
        rows.values().removeIf(row -> !MessageRow.isDecided(row));
        return gap.minus(UidSet.of(rows.keySet()));
    }

    /// @return false where the primary cannot be asked
    private boolean fromPrimary(MailboxRow m, UidSet gap) throws StoreException {
        try {
            work.examinePrimary(m);
            UidSet.Builder there = new UidSet.Builder();
            for (Summary s : work.hands.primary().summaries(gap)) {
                there.add(s.uid());
            }
            for (UidSet chunk : there.build().chunks(CHUNK)) {
                importer.fromPrimary(m, chunk);
            }
            return true;
        } catch (StoreException e) {
            unlessAway(e);
            return false;
        }
    }

    /// A mailbox that changed while it was read can be read again: nothing is given up for it.
    private void unlessAway(StoreException e) throws StoreException {
        if (e.kind() == Kind.RACE || e.serverName().equals(work.lane.key().mirror())) {
            throw e;
        }
    }

    /// Those whose event and body are in the journal already.
    private List<Spooled> announced(MailboxRow m, UidSet gap) {
        List<Spooled> out = new ArrayList<>();
        for (Entry e : work.journal.read(work.account(), work.lane.position(), LOOK_AHEAD)) {
            if (e.event() instanceof MessageAppended a
                    && a.mailbox().name().equals(m.name())
                    && a.mailbox().uidValidity() == m.uidValidity()
                    && gap.contains(a.uid())
                    && a.payload() != null
                    && work.journal.hasPayload(a.payload())) {
                out.add(Spooled.of(a, e.time()));
            }
        }
        out.sort(Comparator.comparingLong(Spooled::uid));
        return out;
    }

    /// These UIDs have rows now. Kept in memory until the run's end: without it the rows tell the
    /// same.
    void seen(MailboxRow m, UidSet uids) {
        if (unsettled.remove(m.id()) == null) {
            work.map.put(work.current(m).withUidSeen(uids.last()));
        }
    }
}
