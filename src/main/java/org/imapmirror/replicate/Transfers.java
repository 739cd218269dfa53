package org.imapmirror.replicate;

import org.imapmirror.event.Doubt;
import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.Outlook;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;
import org.imapmirror.mailstore.UidPairs;
import org.imapmirror.replicate.MessageRow.State;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Copies and moves: done on the mirror between its own mailboxes where it has the source, else the
/// result is taken from the primary. Both in the order of the new UIDs.
final class Transfers {
    private final Work work;
    private final Importer importer;
    private final UidOrder order;
    private final FlagCorrection correction;

    Transfers(Work work, Importer importer, UidOrder order) {
        this.work = work;
        this.importer = importer;
        this.order = order;
        this.correction = new FlagCorrection(work);
    }

    /// A message of the source that is on the mirror, and the primary's UID of its copy.
    private record Mapped(MessageRow row, long uid) {}

    /// @param from null where the source's incarnation is not the map's
    /// @param move what was moved leaves the source; what cannot be moved on the mirror stays there
    void apply(@Nullable MailboxRow from, UidSet source, MailboxRow to, UidSet target, boolean move)
            throws StoreException {
        if (!to.copied()) {
            importer.later(to, target);
            return;
        }
        boolean unclear = from != null && (work.horizon.isAhead(from) || isDoubtful(from));
        order.fillBelow(to, target);
        Map<Long, MessageRow> sources = from == null ? Map.of() : work.store.messages(from, source);
        Map<Long, MessageRow> done = work.store.messages(to, target);
        work.doubtGone(to, done.values());
        List<Mapped> mapped = new ArrayList<>();
        List<Long> unmapped = new ArrayList<>();
        for (long[] pair : UidSet.pairs(source, target)) {
            MessageRow row = sources.get(pair[0]);
            if (MessageRow.isDecided(done.get(pair[1]))) {
                continue;
            }
            if (from != null && row != null && row.state() == State.MAPPED) {
                fromPrimary(to, unmapped);
                if (!mapped.isEmpty() && mapped.getLast().row().targetUid() > row.targetUid()) {
                    // In one command the mirror would give the new UIDs in the order of its own.
                    onMirror(from, to, mapped, move);
                }
                mapped.add(new Mapped(row, pair[1]));
            } else {
                onMirror(from, to, mapped, move);
                unmapped.add(pair[1]);
            }
        }
        onMirror(from, to, mapped, move);
        fromPrimary(to, unmapped);
        correction.run(to, unclear ? target : MessageRow.pending(done.values()));
        order.seen(to, target);
    }

    /// The primary's messages may have had other flags than the mirror's when they were copied.
    private boolean isDoubtful(MailboxRow from) {
        return work.store.doubts(work.lane).stream()
                .anyMatch(d -> d.level() == Doubt.ACCOUNT || from.name().equals(d.name()));
    }

    private void fromPrimary(MailboxRow to, List<Long> uids) throws StoreException {
        if (!uids.isEmpty()) {
            importer.nowOrLater(to, UidSet.of(uids));
            uids.clear();
        }
    }

    private void onMirror(
            @Nullable MailboxRow from, MailboxRow to, List<Mapped> messages, boolean move)
            throws StoreException {
        if (from == null || messages.isEmpty()) {
            return;
        }
        TreeMap<Long, Mapped> byMirrorUid = new TreeMap<>();
        List<Attempt.Item> items = new ArrayList<>();
        for (Mapped m : messages) {
            byMirrorUid.put(m.row().targetUid(), m);
            items.add(
                    new Attempt.Item(
                            m.uid(),
                            m.row().size(),
                            m.row().flags(),
                            null,
                            new Attempt.Source(from.id(), m.row().targetUid())));
        }
        importer.begin(to, items);
        work.selectTarget(from);
        UidSet uids = UidSet.of(byMirrorUid.keySet());
        UidPairs pairs;
        try {
            pairs =
                    move
                            ? work.hands.target().move(uids, work.current(to).target())
                            : work.hands.target().copy(uids, work.current(to).target());
        } catch (StoreException e) {
            if (e.kind() != Kind.REFUSED
                    || Again.lacksRights(e)
                    || e.outlook() != Outlook.LATER && e.outlook() != Outlook.NEVER) {
                throw e;
            }
            refused(to, messages, e);
            return;
        }
        List<long[]> told = pairs.pairs();
        if (told == null) {
            new Recovery(work).run();
        } else {
            keep(from, to, byMirrorUid, told, move);
        }
        UidSet targets = UidSet.of(messages.stream().map(Mapped::uid).toList());
        UidSet known = UidSet.of(work.store.messages(to, targets).keySet());
        messages.clear();
        importer.later(to, targets.minus(known));
    }

    /// What the mirror does not copy is taken from the primary one by one, so that what cannot be
    /// stored is named alone; without room for it, when there is some.
    private void refused(MailboxRow to, List<Mapped> messages, StoreException why)
            throws StoreException {
        // A move may have been done in part.
        new Recovery(work).run();
        UidSet targets = UidSet.of(messages.stream().map(Mapped::uid).toList());
        Set<Long> known = work.store.messages(to, targets).keySet();
        List<Mapped> left = messages.stream().filter(m -> !known.contains(m.uid())).toList();
        messages.clear();
        if (why.outlook() == Outlook.NEVER) {
            importer.nowOrLater(to, UidSet.of(left.stream().map(Mapped::uid).toList()));
            return;
        }
        work.store.change(
                work.lane,
                tx -> {
                    for (Mapped m : left) {
                        MessageRow row =
                                new MessageRow(
                                        m.uid(), 0, State.PARKED, m.row().size(), m.row().flags());
                        tx.park(to, row, why.text(), Again.ROOM);
                    }
                });
    }

    private void keep(
            MailboxRow from,
            MailboxRow to,
            Map<Long, Mapped> byMirrorUid,
            List<long[]> told,
            boolean move) {
        MailboxRow grown = work.grown(to, told.stream().map(pair -> pair[1]));
        work.store.change(
                work.lane,
                tx -> {
                    for (long[] pair : told) {
                        Mapped m = byMirrorUid.get(pair[0]);
                        if (m == null) {
                            continue;
                        }
                        MessageRow row = m.row();
                        if (move) {
                            tx.gone(from, row.uid());
                        }
                        tx.put(
                                to,
                                new MessageRow(
                                        m.uid(), pair[1], State.MAPPED, row.size(), row.flags()));
                    }
                    tx.update(grown);
                    tx.attemptOver();
                });
        work.map.put(grown);
    }
}
