package org.imapmirror.replicate;

import org.imapmirror.event.Doubt;
import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxEvent.FlagChange;
import org.imapmirror.event.MailboxName;
import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.Status;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;
import org.imapmirror.mailstore.Summary;
import org.imapmirror.reconcile.MailboxDiff;
import org.imapmirror.replicate.MailboxRow.Seen;
import org.imapmirror.replicate.MessageRow.State;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Compares one mailbox with the primary and settles the difference.
final class Deltas {
    private static final int CHUNK = 100;

    /// Looks at messages that changed while they were compared; each takes a round trip.
    private static final int LOOKS = 5;

    static final String BRAKE = "deletions in ";
    private static final long GONE_KEPT_MILLIS = 86_400_000L;

    private final Work work;
    private final Importer importer;
    private final UidOrder order;
    private final MessageEvents events;
    private final ModseqDelta modseqs;

    Deltas(Work work) {
        this.work = work;
        this.modseqs = new ModseqDelta(work);
        this.importer = new Importer(work);
        this.order = new UidOrder(work, importer);
        this.events = new MessageEvents(work);
    }

    /// Brings some import-pending messages of a mailbox over, and before them what no event told
    /// of, such as a message that came when the proxy was killed.
    void pendingStep(MailboxRow m) throws StoreException {
        UidSet pending = work.store.inState(m, State.PENDING);
        if (!pending.isEmpty()) {
            UidSet chunk = pending.chunks(CHUNK).get(0);
            order.fillBelow(m, chunk);
            importer.fromPrimary(work.current(m), chunk);
            // Those that a client named in vain do not exist yet and are not seen.
            UidSet decided = MessageRow.decided(work.store.messages(m, chunk).values());
            if (!decided.isEmpty()) {
                order.seen(m, decided);
            }
        }
    }

    static Seen seen(Status s) {
        return new Seen(s.uidNext(), s.messages(), s.highestModseq());
    }

    /// Looks for new messages only, and compares everything where their number then does not fit.
    void newcomers(MailboxName name, Window window) throws StoreException {
        MailboxRow m = work.map.get(name);
        if (m == null) {
            doubtTree("a change in an unknown mailbox");
            return;
        }
        if (!m.copied()) {
            return;
        }
        work.examinePrimary(m);
        MailboxRow known = work.current(m);
        List<Summary> found = work.hands.primary().summariesFrom(known.uidSeen() + 1);
        Status status = work.hands.primary().status(List.of(name.value())).get(name.value());
        window.close();
        MailboxRow now = work.map.byId(m.id());
        if (now == null || !now.copied()) {
            return;
        }
        UidSet.Builder fresh = new UidSet.Builder();
        found.forEach(s -> fresh.add(s.uid()));
        UidSet uids = fresh.build();
        if (!uids.isEmpty()) {
            UidSet rows = UidSet.of(work.store.messages(now, uids).keySet());
            for (UidSet chunk : uids.minus(rows).chunks(CHUNK)) {
                importer.fromPrimary(now, chunk);
            }
            work.map.put(work.current(now).withUidSeen(uids.last()));
        }
        long rows = work.store.present(now);
        // Also beside live events, which may explain it or not: nobody gives the hint again.
        if (status == null || status.messages() != rows) {
            changes(name, window);
        }
    }

    /// Compares membership and flags, of what changed since the last time where the primary can
    /// tell that.
    void changes(MailboxName name, Window window) throws StoreException {
        compare(name, window, false);
    }

    /// Compares membership and flags of all messages.
    void everything(MailboxName name, Window window) throws StoreException {
        compare(name, window, true);
    }

    private void compare(MailboxName name, Window window, boolean all) throws StoreException {
        MailboxRow m = work.map.get(name);
        if (m == null) {
            doubtTree("a doubt about an unknown mailbox");
            return;
        }
        if (!m.copied()) {
            return;
        }
        long since = work.clock.millis();
        Status status = work.hands.primary().statusAnew(name.value());
        if (status == null) {
            doubtTree(name + " is no longer on the primary");
            return;
        }
        Compared last = work.compared.of(m);
        boolean some = !all && !isFullDue(last) && modseqs.isPossible(m, last, status);
        if (!some || !changed(m, new Moment(since, last, status), window)) {
            all(m, since, status, window);
        }
    }

    /// Whether a sweep is to compare all messages of the mailbox.
    boolean isFullDue(Compared last) {
        Duration every = work.sweeps.fullEvery();
        return last.fullAt() == 0
                || every != null && work.steady.millis() - last.fullAt() >= every.toMillis();
    }

    /// @param since as [Compared#since]
    /// @param status what the primary told before anything else was read
    private record Moment(long since, Compared last, Status status) {}

    /// @return false where this was not certain
    private boolean changed(MailboxRow before, Moment moment, Window window) throws StoreException {
        LaneMap.Touched touched = work.map.watchTouches();
        ModseqDelta.Found found = modseqs.read(before, moment.last());
        window.close();
        MailboxRow m = work.map.byId(before.id());
        if (m == null || !m.copied()) {
            return true;
        }
        boolean live = touched.any(m);
        ModseqDelta.Difference diff = modseqs.difference(m, found, touched);
        add(m, diff.missing());
        flags(m, diff.flags());
        boolean complete = diff.gone().isEmpty() || remove(m, diff.gone(), work.store.present(m));
        again(m, diff.open(), window);
        MailboxRow now = work.current(m);
        if (live) {
            return true;
        }
        if (complete && work.store.present(now) != found.exists()) {
            return false;
        }
        if (complete) {
            settled(now, moment.status(), moment.since(), moment.last().fullAt());
        }
        return true;
    }

    private void settled(MailboxRow m, Status status, long since, long fullAt) {
        MailboxRow now = m.withSeen(seen(status)).withUidSeen(Math.max(0, status.uidNext() - 1));
        work.store.change(
                work.lane,
                tx -> {
                    tx.update(now);
                    tx.compared().primary(now, since, fullAt);
                    tx.pruneGone(now, work.steady.millis() - GONE_KEPT_MILLIS);
                });
        work.map.put(now);
    }

    private void all(MailboxRow before, long since, Status status, Window window)
            throws StoreException {
        ImapStore primary = work.hands.primary();
        LaneMap.Touched touched = work.map.watchTouches();
        work.examinePrimary(before);
        Map<Long, Flags> snapshot = snapshot(primary);
        window.close();
        MailboxRow m = work.map.byId(before.id());
        if (m == null || !m.copied()) {
            return;
        }
        boolean live = touched.any(m);
        Collection<MessageRow> rows = work.store.messages(m);
        MailboxDiff diff = difference(m, snapshot, rows, touched);
        long mapped = rows.stream().filter(row -> row.state() == State.MAPPED).count();
        add(m, diff.missing());
        flags(m, diff.flags());
        boolean complete = diff.gone().isEmpty() || remove(m, diff.gone(), mapped);
        again(m, diff.open(), window);
        MailboxRow now = work.current(m);
        if (complete && !live) {
            settled(now, status, since, Math.max(1, work.steady.millis()));
        } else {
            work.store.change(
                    work.lane, tx -> tx.pruneGone(now, work.steady.millis() - GONE_KEPT_MILLIS));
        }
    }

    private static MailboxDiff difference(
            MailboxRow m,
            Map<Long, Flags> primary,
            Collection<MessageRow> rows,
            LaneMap.Touched touched) {
        Map<Long, Flags> mapped = new HashMap<>();
        UidSet.Builder known = new UidSet.Builder();
        for (MessageRow row : rows) {
            if (row.state() == State.MAPPED) {
                mapped.put(row.uid(), row.flags());
            }
            if (row.state() != State.GONE) {
                known.add(row.uid());
            }
        }
        return MailboxDiff.of(primary, mapped, known.build(), uid -> touched.has(m, uid));
    }

    private void add(MailboxRow m, UidSet missing) throws StoreException {
        for (UidSet chunk : missing.chunks(CHUNK)) {
            importer.fromPrimary(m, chunk);
        }
    }

    /// Looks once more at messages that differ and that events touched while they were compared:
    /// the event may be older than what was read, and then it is right only if every event is. What
    /// goes on changing stays in doubt, and what is gone does, for the brake judges all deletions
    /// of a mailbox together.
    private void again(MailboxRow before, UidSet uids, Window window) throws StoreException {
        UidSet open = uids;
        UidSet gone = UidSet.EMPTY;
        for (int look = 0; look < LOOKS && !open.isEmpty(); look++) {
            LaneMap.Touched touched = work.map.watchTouches();
            work.examinePrimary(work.current(before));
            Map<Long, Flags> flags = work.hands.primary().flags(open);
            window.close();
            MailboxRow m = work.map.byId(before.id());
            if (m == null || !m.copied()) {
                return;
            }
            MailboxDiff diff = difference(m, flags, work.store.messages(m, open).values(), touched);
            add(m, diff.missing());
            flags(m, diff.flags());
            gone = gone.union(diff.gone());
            open = diff.open();
        }
        if (!open.isEmpty() || !gone.isEmpty()) {
            String reason = "messages changed while they were compared";
            MailboxName name = work.current(before).name();
            work.store.change(work.lane, tx -> tx.doubt(Doubt.MEMBERSHIP, name, reason));
        }
    }

    private static Map<Long, Flags> snapshot(ImapStore primary) throws StoreException {
        UidSet uids = primary.uids();
        Map<Long, Flags> flags = primary.flags(uids);
        if (flags.size() != uids.size()) {
            throw new StoreException(
                    Kind.RACE, primary.server(), null, "messages went away while they were read");
        }
        return flags;
    }

    private void flags(MailboxRow m, Map<Long, Flags> differing) throws StoreException {
        Map<Flags, UidSet.Builder> groups = new HashMap<>();
        differing.forEach(
                (uid, f) -> groups.computeIfAbsent(f, _ -> new UidSet.Builder()).add(uid));
        for (Map.Entry<Flags, UidSet.Builder> g : groups.entrySet()) {
            if (work.archive != null) {
                work.archive.flagsFound(m, g.getValue().build(), g.getKey());
                continue;
            }
            events.flags(m, g.getValue().build(), FlagChange.NOW, g.getKey());
        }
    }

    /// @return false where the brake holds the deletions
    private boolean remove(MailboxRow m, UidSet gone, long held) throws StoreException {
        work.examinePrimary(m);
        UidSet again = work.hands.primary().uids();
        UidSet proved = gone.minus(again);
        if (work.archive != null) {
            if (!proved.isEmpty()) {
                work.archive.vanished(m, proved);
            }
            return true;
        }
        String item = brakeItem(m.name());
        Approval approval = work.store.parked().approval(work.lane, item);
        UidSet approved = approval.of(m, proved, again.size());
        UidSet others = proved.minus(approved);
        boolean stop = work.brake.stops(others.size(), held, again.size(), m.exemptFromBrake());
        UidSet go = stop ? approved : proved;
        if (!go.isEmpty()) {
            events.expunged(m, go);
        }
        work.store.change(
                work.lane,
                tx -> {
                    if (stop) {
                        tx.park(held(m, item, others, held - go.size(), again.isEmpty()));
                    } else {
                        tx.unpark(item);
                    }
                });
        return !stop;
    }

    private static ParkedRow held(
            MailboxRow m, String item, UidSet uids, long of, boolean sideIsEmpty) {
        return new ParkedRow(
                item,
                "brake",
                uids.size()
                        + " of "
                        + of
                        + " messages are no longer on the primary and nobody was seen to remove"
                        + " them"
                        + (sideIsEmpty ? "; nothing else is there: approve only with --item" : ""),
                Again.NEVER,
                null,
                Approval.detail(m, uids));
    }

    /// Looks at the mirror: what somebody else removed there is imported again, other flags are set
    /// back, and messages that no row maps are counted.
    ///
    /// @param status what the mirror told before; where everything is found in order, the mailbox
    ///   need not be looked at again as long as the mirror tells the same
    void mirrorSide(MailboxName name, @Nullable Status status) throws StoreException {
        MailboxRow m = work.map.get(name);
        if (m == null || !m.copied()) {
            return;
        }
        if (work.archive != null) {
            work.archive.inspect(m);
            inspected(m, status);
            return;
        }
        work.selectTarget(m);
        ImapStore target = work.hands.target();
        Map<Long, Flags> there = new TreeMap<>(target.flags(target.uids()));
        Map<Long, Flags> reset = new HashMap<>();
        boolean inOrder = true;
        for (HeldRow h : work.held.rows(m)) {
            if (h.targetUidValidity() == work.current(m).targetUidValidity()
                    && there.remove(h.targetUid()) == null) {
                // Somebody else removed it.
                inOrder = false;
                work.store.change(work.lane, tx -> tx.held().over(h));
            }
        }
        for (MessageRow row : work.store.messages(m)) {
            if (row.state() != State.MAPPED) {
                continue;
            }
            Flags flags = there.remove(row.targetUid());
            if (flags == null) {
                inOrder = false;
                work.store.change(
                        work.lane,
                        tx ->
                                tx.put(
                                        m,
                                        new MessageRow(
                                                row.uid(),
                                                0,
                                                State.PENDING,
                                                row.size(),
                                                row.flags())));
            } else if (!flags.equals(target.storable(m.target(), row.flags()))) {
                reset.put(row.uid(), row.flags());
            }
        }
        flags(m, reset);
        if (work.current(m).extra() != there.size()) {
            work.save(work.current(m).withExtra(there.size()));
        }
        if (inOrder && reset.isEmpty()) {
            inspected(m, status);
        }
    }

    private void inspected(MailboxRow m, @Nullable Status status) {
        if (status != null
                && status.highestModseq() != 0
                && status.uidValidity() == work.current(m).targetUidValidity()) {
            work.store.change(work.lane, tx -> tx.compared().mirror(m, status));
        }
    }

    static String brakeItem(MailboxName mailbox) {
        return BRAKE + mailbox;
    }

    private void doubtTree(String reason) {
        work.store.change(work.lane, tx -> tx.doubt(Doubt.TREE, null, reason));
    }
}
