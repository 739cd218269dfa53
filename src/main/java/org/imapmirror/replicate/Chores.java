package org.imapmirror.replicate;

import org.imapmirror.event.Doubt;
import org.imapmirror.event.MailboxName;
import org.imapmirror.mailstore.Status;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.replicate.LaneStore.DoubtRow;
import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/// What a lane does with the primary between live events: doubts of the tree, first copies,
/// import-pending messages, hints, doubts about mailboxes, sweeps; in this order, a step at a time.
final class Chores {
    private final Map<MailboxName, Doubt> hints = new LinkedHashMap<>();
    private final List<CompletableFuture<Void>> sweepsWanted = new ArrayList<>();
    private @Nullable Sweep sweep;
    private @Nullable MailboxName following;

    /// A sweep under way; it survives a run that failed in the middle.
    private static final class Sweep {
        private final Deque<Due> due = new ArrayDeque<>();
        private final List<CompletableFuture<Void>> done;
        private boolean listed;

        Sweep(List<CompletableFuture<Void>> done) {
            this.done = done;
        }
    }

    /// A mailbox that the sweep has to look into.
    ///
    /// @param primary it is compared with the primary
    /// @param mirror the mirror is looked at
    /// @param told what the mirror told of it
    private record Due(MailboxName name, boolean primary, boolean mirror, @Nullable Status told) {}

    /// Somebody saw a change that the journal may not hold. Any thread.
    synchronized void hint(MailboxName mailbox, Doubt doubt) {
        hints.merge(mailbox, doubt, (a, b) -> a == b ? a : Doubt.FLAGS);
    }

    /// Those that wait and the one that is followed.
    synchronized int hints() {
        return hints.size() + (following == null ? 0 : 1);
    }

    synchronized CompletableFuture<Void> wantSweep() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        sweepsWanted.add(done);
        return done;
    }

    /// Taken away before it is followed: a change during the comparison is a hint of its own.
    private synchronized Map.@Nullable Entry<MailboxName, Doubt> nextHint() {
        var i = hints.entrySet().iterator();
        if (!i.hasNext()) {
            return null;
        }
        Map.Entry<MailboxName, Doubt> next = Map.Entry.copyOf(i.next());
        i.remove();
        following = next.getKey();
        return next;
    }

    private synchronized void hintOver(MailboxName mailbox, @Nullable Doubt again) {
        following = null;
        if (again != null) {
            hint(mailbox, again);
        }
    }

    /// 1 while a sweep waits or runs: until it is done, nobody knows what it will find.
    synchronized int sweeps() {
        return sweep == null && sweepsWanted.isEmpty() ? 0 : 1;
    }

    private synchronized boolean isAsked() {
        return !hints.isEmpty() || sweep != null || !sweepsWanted.isEmpty();
    }

    private synchronized @Nullable Sweep currentSweep() {
        if (sweep == null && !sweepsWanted.isEmpty()) {
            sweep = new Sweep(List.copyOf(sweepsWanted));
            sweepsWanted.clear();
        }
        return sweep;
    }

    Run run(Work work, Window window, Semaphore firstCopies) {
        return new Run(work, window, firstCopies);
    }

    /// The chores of one run of the lane.
    final class Run implements AutoCloseable {
        private final Work work;
        private final Window window;
        private final Semaphore firstCopies;
        private final TreeSync tree;
        private final FirstCopy firstCopy;
        private final Deltas deltas;
        private boolean permit;
        private boolean copying;
        private boolean waits;

        private Run(Work work, Window window, Semaphore firstCopies) {
            this.work = work;
            this.window = window;
            this.firstCopies = firstCopies;
            this.tree = new TreeSync(work);
            this.firstCopy = new FirstCopy(work, window);
            this.deltas = new Deltas(work);
        }

        boolean copying() {
            return copying;
        }

        /// True where a first copy waits for its turn among the other accounts.
        boolean waits() {
            return waits;
        }

        /// True where memory has something to do; what the state has is in [Agenda].
        boolean isWanted() {
            return copying || permit || isAsked() || firstCopy.next(Set.of()) != null;
        }

        /// @return false where there is nothing left to do
        boolean step() throws StoreException {
            List<DoubtRow> doubts = work.store.doubts(work.lane);
            for (DoubtRow d : doubts) {
                if (d.level() == Doubt.ACCOUNT || d.level() == Doubt.TREE) {
                    settle(d);
                    return true;
                }
            }
            Set<MailboxName> parked = work.store.parkedMailboxes(work.lane);
            if (copyStep(parked) || pendingStep(parked)) {
                return true;
            }
            Map.Entry<MailboxName, Doubt> hint = nextHint();
            if (hint != null) {
                Doubt again = hint.getValue();
                try {
                    follow(hint.getKey(), hint.getValue());
                    again = null;
                } finally {
                    hintOver(hint.getKey(), again);
                }
                return true;
            }
            if (!doubts.isEmpty()) {
                settle(doubts.get(0));
                return true;
            }
            return sweepStep();
        }

        private boolean copyStep(Set<MailboxName> parked) throws StoreException {
            MailboxRow next = firstCopy.next(parked);
            if (next == null) {
                copying = false;
                giveBack();
                return false;
            }
            if (!permit && !firstCopies.tryAcquire()) {
                waits = true;
                return false;
            }
            permit = true;
            waits = false;
            copying = true;
            inMailbox(next.name(), () -> firstCopy.step(next));
            return true;
        }

        private boolean pendingStep(Set<MailboxName> parked) throws StoreException {
            for (long id : work.store.mailboxesWithPending(work.lane)) {
                MailboxRow m = work.map.byId(id);
                if (m != null && m.copied() && !parked.contains(m.name())) {
                    inMailbox(m.name(), () -> deltas.pendingStep(m));
                    return true;
                }
            }
            return false;
        }

        private void follow(MailboxName mailbox, Doubt doubt) throws StoreException {
            if (doubt == Doubt.MEMBERSHIP) {
                inMailbox(mailbox, () -> deltas.newcomers(mailbox, window));
            } else {
                inMailbox(mailbox, () -> deltas.changes(mailbox, window));
            }
        }

        private void settle(DoubtRow d) throws StoreException {
            MailboxName name = d.name();
            if (d.level() == Doubt.ACCOUNT) {
                work.store.change(
                        work.lane,
                        tx -> {
                            tx.doubt(Doubt.TREE, null, d.reason());
                            for (MailboxRow m : work.map.all()) {
                                tx.doubt(Doubt.MEMBERSHIP, m.name(), d.reason());
                            }
                            tx.settled(d);
                        });
                return;
            }
            if (name == null) {
                tree.run(window);
            } else {
                inMailbox(name, () -> deltas.everything(name, window));
            }
            work.store.change(work.lane, tx -> tx.settled(d));
        }

        private boolean sweepStep() throws StoreException {
            Sweep s = currentSweep();
            if (s == null) {
                return false;
            }
            if (!s.listed) {
                plan(s, tree.run(window));
                return true;
            }
            Due next = s.due.peek();
            if (next == null) {
                synchronized (Chores.this) {
                    sweep = null;
                }
                s.done.forEach(f -> f.complete(null));
                return true;
            }
            MailboxRow m = work.map.get(next.name());
            if (m != null) {
                // What was refused at the last sweep is tried again.
                work.store.change(work.lane, tx -> tx.unparkUnlessSkipped(item(next.name())));
                if (next.primary()) {
                    inMailbox(next.name(), () -> deltas.changes(next.name(), window));
                }
                if (next.mirror()) {
                    inMailbox(next.name(), () -> deltas.mirrorSide(next.name(), next.told()));
                }
            }
            s.due.poll();
            return true;
        }

        /// Leaves out the mailboxes that both sides say to be as they were last found in order.
        private void plan(Sweep s, Sides sides) {
            Map<Long, Compared> compared = work.compared.of(work.lane);
            Set<MailboxName> parked = work.store.parkedMailboxes(work.lane);
            for (MailboxRow m : work.map.all()) {
                Compared last = compared.getOrDefault(m.id(), Compared.NEVER);
                boolean again = parked.contains(m.name()) || deltas.isFullDue(last);
                boolean primary = again || !sides.isPrimaryUnchanged(m);
                boolean mirror = again || !sides.isMirrorUnchanged(m, last);
                if (primary || mirror) {
                    s.due.add(new Due(m.name(), primary, mirror, sides.onMirror(m)));
                }
            }
            s.listed = true;
        }

        /// A server that refuses one mailbox for good does not stop the others: the mailbox is
        /// named.
        private void inMailbox(MailboxName mailbox, Step step) throws StoreException {
            String item = item(mailbox);
            if (work.store.parked().isSkipped(work.lane, item)) {
                return;
            }
            try {
                step.run();
                work.refusals.succeeded(item);
            } catch (StoreException e) {
                if (!work.refusals.forGood(item, e)) {
                    throw e;
                }
                work.store.change(
                        work.lane,
                        tx ->
                                tx.park(
                                        new ParkedRow(
                                                item,
                                                "mailbox",
                                                String.valueOf(e.getMessage()),
                                                Again.of(e),
                                                null,
                                                null)));
            }
        }

        private void giveBack() {
            if (permit) {
                permit = false;
                firstCopies.release();
            }
        }

        @Override
        public void close() {
            giveBack();
        }
    }

    /// The name of a parked mailbox.
    static String item(Object mailbox) {
        return "mailbox " + mailbox;
    }

    private interface Step {
        void run() throws StoreException;
    }
}
