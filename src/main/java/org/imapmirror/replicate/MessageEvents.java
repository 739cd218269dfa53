package org.imapmirror.replicate;

import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxEvent.FlagChange;
import org.imapmirror.event.MailboxEvent.MessageAppended;
import org.imapmirror.event.UidSet;
import org.imapmirror.journal.Journal.Entry;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.UidPairs;
import org.imapmirror.replicate.Importer.Spooled;
import org.imapmirror.replicate.MessageRow.State;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Events about messages. An event for a UID without a row is never merely skipped: an expunge
/// leaves a `gone` row, anything else an import-pending one.
final class MessageEvents {
    private final Work work;
    private final Importer importer;
    private final UidOrder order;

    MessageEvents(Work work) {
        this.work = work;
        this.importer = new Importer(work);
        this.order = new UidOrder(work, importer);
    }

    /// @param run appends into `m`
    void appended(MailboxRow m, List<Entry> run) throws StoreException {
        UidSet.Builder all = new UidSet.Builder();
        List<Spooled> bodies = new ArrayList<>();
        UidSet.Builder pending = new UidSet.Builder();
        for (Entry entry : run) {
            MessageAppended a = (MessageAppended) entry.event();
            all.add(a.uid());
            if (m.copied() && a.payload() != null && work.journal.hasPayload(a.payload())) {
                bodies.add(
                        new Spooled(
                                a.uid(), a.flags(), a.internalDate(), a.payload(), entry.time()));
            } else {
                pending.add(a.uid());
            }
        }
        UidSet uids = all.build();
        work.map.touch(m, uids);
        pending(m, pending.build());
        if (!m.copied()) {
            return;
        }
        order.fillBelow(m, uids);
        Map<Long, MessageRow> known = work.store.messages(m, uids);
        bodies.removeIf(b -> known.containsKey(b.uid()));
        bodies.sort(Comparator.comparingLong(Spooled::uid));
        if (!bodies.isEmpty()) {
            Map<Spooled, String> refused = importer.fromSpool(m, bodies);
            for (Map.Entry<Spooled, String> r : refused.entrySet()) {
                park(m, r.getKey(), r.getValue());
            }
        }
        order.seen(m, uids);
    }

    /// What the mirror refused from the spool may be stored otherwise on the primary: these bytes
    /// are tried when the primary can be asked. Until then, or if that fails too, it is parked.
    private void park(MailboxRow m, Spooled b, String reason) throws StoreException {
        try {
            importer.fromPrimary(m, UidSet.of(b.uid()));
        } catch (StoreException e) {
            if (!e.serverName().equals(work.lane.key().mirror()) || !e.temporary()) {
                work.store.change(
                        work.lane,
                        tx -> {
                            tx.attemptOver();
                            tx.put(
                                    m,
                                    new MessageRow(
                                            b.uid(),
                                            0,
                                            State.PARKED,
                                            b.payload().size(),
                                            b.flags()),
                                    reason);
                        });
                return;
            }
            throw e;
        }
    }

    private void pending(MailboxRow m, UidSet uids) {
        if (uids.isEmpty()) {
            return;
        }
        work.store.change(
                work.lane,
                tx -> {
                    for (var i = uids.iterator(); i.hasNext(); ) {
                        tx.pendingIfUnknown(m, i.nextLong());
                    }
                });
    }

    /// @param from null where the source's incarnation is not the map's
    void copied(@Nullable MailboxRow from, UidSet source, MailboxRow to, UidSet target)
            throws StoreException {
        work.map.touch(to, target);
        transfer(from, source, to, target, false);
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
            transfer(from, source, to, target, true);
        }
        if (from != null) {
            // What was not moved on the mirror (unmapped, parked, target not copied yet) leaves it.
            expunged(from, source);
        }
    }

    private void transfer(
            @Nullable MailboxRow from, UidSet source, MailboxRow to, UidSet target, boolean move)
            throws StoreException {
        if (from == null || !to.copied()) {
            pending(to, target);
            return;
        }
        order.fillBelow(to, target);
        Map<Long, MessageRow> sources = work.store.messages(from, source);
        Map<Long, MessageRow> done = work.store.messages(to, target);
        TreeMap<Long, Long> wanted = new TreeMap<>(); // mirror's source UID -> primary's target UID
        List<Attempt.Item> items = new ArrayList<>();
        UidSet.Builder unmapped = new UidSet.Builder();
        for (long[] pair : UidSet.pairs(source, target)) {
            MessageRow row = sources.get(pair[0]);
            if (done.containsKey(pair[1])) {
                continue;
            }
            if (row == null || row.state() != State.MAPPED) {
                unmapped.add(pair[1]);
                continue;
            }
            wanted.put(row.targetUid(), pair[1]);
            items.add(
                    new Attempt.Item(
                            pair[1],
                            row.size(),
                            row.flags(),
                            null,
                            new Attempt.Source(from.id(), row.targetUid())));
        }
        pending(to, unmapped.build());
        if (!wanted.isEmpty()) {
            onMirror(from, to, sources, wanted, items, move);
        }
        order.seen(to, target);
    }

    private void onMirror(
            MailboxRow from,
            MailboxRow to,
            Map<Long, MessageRow> sources,
            TreeMap<Long, Long> wanted,
            List<Attempt.Item> items,
            boolean move)
            throws StoreException {
        importer.begin(to, items);
        work.selectTarget(from);
        UidSet uids = UidSet.of(wanted.keySet());
        UidPairs pairs =
                move
                        ? work.hands.target().move(uids, work.current(to).target())
                        : work.hands.target().copy(uids, work.current(to).target());
        List<long[]> told = pairs.pairs();
        if (told == null) {
            new Recovery(work).run();
        } else {
            keep(from, to, sources, wanted, told, move);
        }
        UidSet targets = UidSet.of(wanted.values());
        UidSet known = UidSet.of(work.store.messages(to, targets).keySet());
        pending(to, targets.minus(known));
    }

    private void keep(
            MailboxRow from,
            MailboxRow to,
            Map<Long, MessageRow> sources,
            TreeMap<Long, Long> wanted,
            List<long[]> told,
            boolean move) {
        Map<Long, MessageRow> byTarget = new TreeMap<>();
        sources.values().forEach(r -> byTarget.put(r.targetUid(), r));
        work.store.change(
                work.lane,
                tx -> {
                    for (long[] pair : told) {
                        Long uid = wanted.get(pair[0]);
                        MessageRow row = byTarget.get(pair[0]);
                        if (uid == null || row == null) {
                            continue;
                        }
                        if (move) {
                            tx.gone(from, row.uid());
                        }
                        tx.put(
                                to,
                                new MessageRow(
                                        uid, pair[1], State.MAPPED, row.size(), row.flags()));
                    }
                    tx.attemptOver();
                });
    }

    void expunged(MailboxRow m, UidSet uids) throws StoreException {
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
                        if (row.state() == State.PARKED) {
                            tx.reflag(m, row);
                        } else {
                            tx.put(m, row);
                        }
                    }
                });
        if (m.copied()) {
            pending(m, uids.minus(UidSet.of(rows.keySet())));
        }
    }
}
