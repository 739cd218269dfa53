package org.imapmirror.replicate;

import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxEvent.FlagChange;
import org.imapmirror.event.MailboxEvent.MessageAppended;
import org.imapmirror.event.UidSet;
import org.imapmirror.journal.Journal.Entry;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.replicate.Importer.Spooled;
import org.imapmirror.replicate.MessageRow.State;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Events about messages. An event for a UID without a row is never merely skipped: an expunge
/// leaves a `gone` row, anything else an import-pending one.
final class MessageEvents {
    private final Work work;
    private final Importer importer;
    private final UidOrder order;
    private final Transfers transfers;
    private final FlagCorrection correction;

    MessageEvents(Work work) {
        this.work = work;
        this.importer = new Importer(work);
        this.order = new UidOrder(work, importer);
        this.correction = new FlagCorrection(work);
        this.transfers = new Transfers(work, importer, order);
    }

    /// @param run appends into `m`
    void appended(MailboxRow m, List<Entry> run) throws StoreException {
        TreeMap<Long, Entry> byUid = new TreeMap<>();
        run.forEach(entry -> byUid.put(((MessageAppended) entry.event()).uid(), entry));
        UidSet uids = UidSet.of(byUid.keySet());
        work.map.touch(m, uids);
        if (!m.copied()) {
            importer.later(m, uids);
            return;
        }
        order.fillBelow(m, uids);
        Map<Long, MessageRow> known = work.store.messages(m, uids);
        work.doubtGone(m, known.values());
        byUid.keySet().removeIf(uid -> MessageRow.isDecided(known.get(uid)));
        List<Spooled> bodies = new ArrayList<>();
        for (Map.Entry<Long, Entry> next : byUid.entrySet()) {
            MessageAppended a = (MessageAppended) next.getValue().event();
            if (a.payload() != null && work.journal.hasPayload(a.payload())) {
                bodies.add(Spooled.of(a, next.getValue().time()));
            } else {
                fromSpool(m, bodies);
                importer.nowOrLater(m, UidSet.of(a.uid()));
            }
        }
        fromSpool(m, bodies);
        correction.run(m, MessageRow.pending(known.values()));
        order.seen(m, uids);
    }

    /// Stores and forgets these bodies.
    private void fromSpool(MailboxRow m, List<Spooled> bodies) throws StoreException {
        if (!bodies.isEmpty()) {
            Map<Spooled, String> refused = importer.fromSpool(m, bodies);
            for (Map.Entry<Spooled, String> r : refused.entrySet()) {
                park(m, r.getKey(), r.getValue());
            }
            bodies.clear();
        }
    }

    /// What the mirror refused from the spool may be stored otherwise on the primary: these bytes
    /// are tried when the primary can be asked. Until then, or if that fails too, it is parked.
    void park(MailboxRow m, Spooled b, String reason) throws StoreException {
        try {
            importer.fromPrimary(m, UidSet.of(b.uid()));
        } catch (StoreException e) {
            if (!e.serverName().equals(work.lane.key().mirror()) || !e.temporary()) {
                work.store.change(
                        work.lane,
                        tx -> {
                            tx.attemptOver();
                            tx.park(
                                    m,
                                    new MessageRow(
                                            b.uid(),
                                            0,
                                            State.PARKED,
                                            b.payload().size(),
                                            b.flags()),
                                    reason,
                                    Again.REFUSED);
                        });
                return;
            }
            throw e;
        }
    }

    /// @param from null where the source's incarnation is not the map's
    void copied(@Nullable MailboxRow from, UidSet source, MailboxRow to, UidSet target)
            throws StoreException {
        work.map.touch(to, target);
        transfers.apply(from, source, to, target, false);
    }

    /// @param to null where the target's incarnation is not the map's: then only the source is
    ///   known
    void moved(@Nullable MailboxRow from, UidSet source, @Nullable MailboxRow to, UidSet target)
            throws StoreException {
        if (from != null) {
            work.map.touch(from, source);
        }
        if (to != null) {
            work.map.touch(to, target);
            transfers.apply(from, source, to, target, true);
        }
        if (from != null) {
            // What was not moved on the mirror (unmapped, parked, target not copied yet) leaves it.
            removed(from, source);
        }
    }

    /// As the mirror's policy says.
    void expunged(MailboxRow m, UidSet uids) throws StoreException {
        if (!work.deletions.hold()) {
            removed(m, uids);
            return;
        }
        work.map.touch(m, uids);
        Map<Long, MessageRow> rows = work.store.messages(m, uids);
        work.store.change(
                work.lane,
                tx -> {
                    for (MessageRow row : rows.values()) {
                        if (row.state() == State.MAPPED) {
                            tx.held().hold(m, row, work.deletions);
                        }
                    }
                    for (var i = uids.iterator(); i.hasNext(); ) {
                        tx.gone(m, i.nextLong());
                    }
                });
    }

    private void removed(MailboxRow m, UidSet uids) throws StoreException {
        work.map.touch(m, uids);
        UidSet.Builder there = new UidSet.Builder();
        Map<Long, MessageRow> rows = work.store.messages(m, uids);
        rows.values().stream()
                .filter(r -> r.state() == State.MAPPED)
                .forEach(r -> there.add(r.targetUid()));
        UidSet onMirror = there.build();
        if (!onMirror.isEmpty()) {
            work.selectTarget(m);
            work.hands.target().expunge(onMirror);
            work.madeRoom = true;
        }
        work.store.change(
                work.lane,
                tx -> {
                    for (var i = uids.iterator(); i.hasNext(); ) {
                        tx.gone(m, i.nextLong());
                    }
                });
    }

    void flags(MailboxRow m, UidSet uids, FlagChange change, Flags flags) throws StoreException {
        work.map.touch(m, uids);
        Map<Long, MessageRow> rows = work.store.messages(m, uids);
        UidSet.Builder onMirror = new UidSet.Builder();
        List<MessageRow> changed = new ArrayList<>();
        for (MessageRow row : rows.values()) {
            if (row.state() == State.GONE) {
                continue;
            }
            if (row.state() == State.MAPPED) {
                onMirror.add(row.targetUid());
            }
            Flags now =
                    switch (change) {
                        case ADDED -> row.flags().plus(flags);
                        case REMOVED -> row.flags().minus(flags);
                        case NOW -> flags;
                    };
            changed.add(new MessageRow(row.uid(), row.targetUid(), row.state(), row.size(), now));
        }
        UidSet there = onMirror.build();
        if (!there.isEmpty()) {
            work.selectTarget(m);
            work.hands.target().store(there, change, flags);
        }
        work.store.change(
                work.lane,
                tx -> {
                    for (MessageRow row : changed) {
                        if (row.isKeptOut()) {
                            tx.reflag(m, row);
                        } else {
                            tx.put(m, row);
                        }
                    }
                });
        if (m.copied()) {
            importer.later(m, uids.minus(UidSet.of(rows.keySet())));
        }
    }
}
