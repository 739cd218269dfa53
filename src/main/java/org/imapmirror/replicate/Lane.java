package org.imapmirror.replicate;

import org.imapmirror.event.Doubt;
import org.imapmirror.event.MailboxName;
import org.imapmirror.journal.Journal.Entry;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/// One account on its way to one mirror: strictly in order, one virtual thread at a time, which
/// lives only while there is work.
///
/// Live events need the mirror alone and go first; everything else needs the primary too and waits
/// while that is away.
final class Lane {
    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);
    private static final Duration RACE_PAUSE = Duration.ofMillis(200);

    private final LaneKey key;
    private final LaneEnvironment env;
    private final AtomicInteger signals = new AtomicInteger();
    private final Chores chores = new Chores();
    private final Backoff mirrorBackoff = new Backoff(ThreadLocalRandom.current());
    private final Backoff primaryBackoff = new Backoff(ThreadLocalRandom.current());

    private volatile LaneState state = LaneState.NEW;
    private volatile LaneRow row;
    private volatile boolean closed;
    private volatile @Nullable Thread runner;
    private volatile long mirrorRestsUntil;
    private volatile long primaryRestsUntil;

    Lane(LaneKey key, LaneEnvironment env) {
        this.key = key;
        this.env = env;
        this.row = env.store().lane(key, env.journal().epoch());
        String epoch = env.store().epochOf(row);
        long head = env.journal().head(key.account());
        if (!epoch.equals(env.journal().epoch()) || row.position() > head) {
            LOG.error(
                    "lane={} the journal is another one than the map was made with: everything is"
                            + " compared anew",
                    key);
            env.store()
                    .restart(
                            row,
                            env.journal().epoch(),
                            head,
                            "the journal was replaced or lost entries");
            row = env.store().reload(key);
        }
    }

    LaneKey key() {
        return key;
    }

    LaneState state() {
        return state;
    }

    LaneRow row() {
        return row;
    }

    int hints() {
        return chores.hints();
    }

    /// There may be work. Cheap; any thread.
    void wake() {
        if (!closed && signals.getAndIncrement() == 0) {
            runner = Thread.ofVirtual().name("lane-" + key).start(this::run);
        }
    }

    /// Credentials are there or new: what waited for them is tried at once.
    void loginChanged() {
        mirrorRestsUntil = 0;
        primaryRestsUntil = 0;
        wake();
    }

    void hint(MailboxName mailbox, Doubt doubt) {
        chores.hint(mailbox, doubt);
        wake();
    }

    /// @return completes when both sides were compared completely
    CompletionStage<Void> sweep() {
        CompletableFuture<Void> done = chores.wantSweep();
        wake();
        return done;
    }

    /// No further step is begun.
    void close() {
        closed = true;
    }

    /// Waits until the step that is under way is over.
    void awaitEnd(Duration longest) {
        Thread t = runner;
        if (t != null) {
            try {
                t.join(longest);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void run() {
        int seen;
        do {
            seen = signals.get();
            try {
                work();
            } catch (RuntimeException e) {
                LOG.error("lane={} stopped by a bug or by the state database, tried again", key, e);
                state = state.retrying(String.valueOf(e.getMessage()), null);
                again(mirrorBackoff.next());
            }
        } while (!signals.compareAndSet(seen, 0));
    }

    private void work() {
        if (closed || System.nanoTime() - mirrorRestsUntil < 0 && mirrorRestsUntil != 0) {
            return;
        }
        try (Hands hands =
                new Hands(
                        env.opener(),
                        key,
                        env.primaryOf().apply(key.account()),
                        System::nanoTime)) {
            Work work = new Work(env.store(), env.journal(), hands, env.brake(), env.clock(), row);
            try {
                go(work);
            } catch (StoreException e) {
                failed(e);
            } finally {
                row = work.lane;
                work.keepSeen();
            }
        }
    }

    private void go(Work work) throws StoreException {
        new Recovery(work).run();
        if (!work.lane.planned() && !planned(work)) {
            return;
        }
        EventApplier events = new EventApplier(work, key, env.applied());
        Chores.Run chore = chores.run(work, () -> closeWindow(work, events), env.firstCopies());
        try {
            while (!closed) {
                if (events.step()) {
                    row = work.lane;
                    state = state.working(state.name() == LaneState.Name.COPYING);
                    continue;
                }
                mirrorBackoff.succeeded();
                if (System.nanoTime() - primaryRestsUntil < 0 && primaryRestsUntil != 0) {
                    return;
                }
                if (!chore.step()) {
                    break;
                }
                state = state.working(chore.copying());
                primaryBackoff.succeeded();
            }
        } finally {
            chore.close();
        }
        if (chore.waits()) {
            again(RACE_PAUSE);
            return;
        }
        if (!closed) {
            state = state.live();
        }
    }

    private boolean planned(Work work) throws StoreException {
        String other = new TreeSync(work).plan();
        if (other != null) {
            LOG.warn("lane={} not mirrored: it is the same mailbox as account={}", key, other);
            state = state.alias(other);
            return false;
        }
        row = work.lane;
        state = state.working(true);
        return true;
    }

    private void closeWindow(Work work, EventApplier events) throws StoreException {
        try {
            env.settled()
                    .apply(key.account())
                    .toCompletableFuture()
                    .get(env.settleTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException _) {
            throw new StoreException(
                    Kind.RACE,
                    work.hands.primary().server(),
                    null,
                    "commands of clients are outstanding");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException(
                    Kind.RACE, work.hands.primary().server(), null, "interrupted while waiting", e);
        }
        while (events.step()) {
            row = work.lane;
        }
    }

    private void failed(StoreException e) {
        boolean mirror = e.serverName().equals(key.mirror());
        switch (e.kind()) {
            case RACE -> again(RACE_PAUSE);
            case NO_LOGIN, LOGIN_REFUSED -> {
                if (state.name() != LaneState.Name.WAITING_FOR_LOGIN) {
                    LOG.warn("lane={} waits for a login: {}", key, e.getMessage());
                }
                state = state.waitingForLogin(String.valueOf(e.getMessage()));
                rest(mirror, Duration.ofMinutes(e.kind() == Kind.NO_LOGIN ? 1 : 10));
            }
            case UNREACHABLE, TLS, REFUSED, PROTOCOL, GONE, UNSUPPORTED -> {
                Duration pause = (mirror ? mirrorBackoff : primaryBackoff).next();
                if (state.name() != LaneState.Name.RETRYING) {
                    LOG.warn(
                            "lane={} tries again in {} ms: {}",
                            key,
                            pause.toMillis(),
                            e.getMessage());
                }
                boolean down = mirror && e.kind() != Kind.REFUSED && e.kind() != Kind.PROTOCOL;
                Instant since = down ? env.clock().instant() : null;
                state = state.retrying(String.valueOf(e.getMessage()), since);
                rest(mirror, pause);
            }
        }
    }

    private void rest(boolean mirror, Duration pause) {
        long until = System.nanoTime() + pause.toNanos();
        if (mirror) {
            mirrorRestsUntil = until;
        } else {
            primaryRestsUntil = until;
        }
        again(pause);
    }

    private void again(Duration pause) {
        try {
            env.timer().schedule(this::wake, pause.toMillis() + 1, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException _) {
            // Closing.
            closed = true;
        }
    }

    /// What is not on this mirror yet, for the status.
    Progress progress() {
        LaneRow now = row;
        LaneStore.Counts counts = env.store().counts(now);
        long events = env.journal().count(key.account(), now.position());
        long pending = counts.pending() + counts.doubts() + counts.uncopied() + chores.hints();
        if (now.planned()) {
            pending += events;
        } else if (state.name() != LaneState.Name.ALIAS) {
            pending += 1 + events;
        }
        if (state.name() == LaneState.Name.WAITING_FOR_LOGIN && pending == 0) {
            pending = 1;
        }
        Instant oldest = null;
        if (events > 0) {
            List<Entry> next = env.journal().read(key.account(), now.position(), 1);
            oldest = next.isEmpty() ? null : next.get(0).time();
        }
        return new Progress(pending, counts, oldest);
    }

    /// @param oldest when the oldest entry that is not applied was journalled, null where there is
    ///   none
    record Progress(long pending, LaneStore.Counts counts, @Nullable Instant oldest) {}
}
