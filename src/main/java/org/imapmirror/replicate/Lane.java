package org.imapmirror.replicate;

import org.imapmirror.event.Doubt;
import org.imapmirror.event.MailboxName;
import org.imapmirror.journal.Journal.Entry;
import org.imapmirror.mailstore.ServerHint;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;
import org.imapmirror.state.StateException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/// One account on its way to one mirror: strictly in order, one virtual thread at a time, which
/// lives only while there is work.
///
/// Live events need the mirror alone and go first; everything else needs the primary too and waits
/// while that is away.
final class Lane {
    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

    /// Several hints within this time are one comparison, and most are answered by the journal.
    private static final Duration HINT_PAUSE = Duration.ofMillis(200);

    private static final Duration RACE_PAUSE = Duration.ofMillis(200);
    private static final Duration CATCH_UP_PAUSE = Duration.ofSeconds(5);

    /// Runs in a row that something changed during, from which on that is told and the pauses are
    /// longer.
    private static final int MANY_RACES = 50;

    private final LaneKey key;
    private final LaneEnvironment env;
    private final AtomicInteger signals = new AtomicInteger();
    private final Chores chores = new Chores();
    private final Refusals refusals;
    private final Retries retries;
    private final Backoff mirrorBackoff;
    private final Backoff primaryBackoff;

    private volatile LaneState state = LaneState.NEW;
    private volatile @Nullable LaneRow row;
    private volatile boolean closed;

    /// Runs in a row that ended because something changed meanwhile; the running thread's own.
    private int races;

    private volatile @Nullable Thread runner;
    private volatile boolean stateFails;
    private volatile long mirrorRestsUntil;
    private volatile long primaryRestsUntil;

    /// How often somebody wanted it to be tried at once. Guarded by this, as all writes of the two
    /// above are.
    private int calls;

    /// [#calls] when the run under way began; the running thread's own.
    private int callsBefore;

    /// Somebody wants the room that this lane's entries take in the journal.
    private final AtomicReference<@Nullable GiveUp> giveUp = new AtomicReference<>();

    Lane(LaneKey key, LaneEnvironment env) {
        this.key = key;
        this.env = env;
        this.refusals = new Refusals(env.retry(), env.nanos());
        this.retries = new Retries(env.retry(), env.nanos());
        this.mirrorBackoff = new Backoff(ThreadLocalRandom.current(), env.retry());
        this.primaryBackoff = new Backoff(ThreadLocalRandom.current(), env.retry());
    }

    /// Loads the lane's row, makes it where the lane is new, and looks whether the journal is the
    /// one that its position speaks of. Not in the constructor: event loops make lanes.
    private LaneRow loaded() {
        LaneRow known = row;
        if (known != null) {
            return known;
        }
        String epoch = env.journal().epoch();
        LaneRow loaded = env.store().lane(key, epoch);
        env.requireMode(loaded);
        long head = env.journal().head(key.account());
        if (!env.store().epochOf(loaded).equals(epoch) || loaded.position() > head) {
            about(LOG.atError())
                    .log(
                            "the journal is another one than the map was made with: everything is"
                                    + " compared anew");
            boolean other = !env.store().epochOf(loaded).equals(epoch);
            env.store()
                    .restart(
                            loaded,
                            epoch,
                            other ? from(head) : head,
                            "the journal was replaced or lost entries");
            loaded = env.store().reload(key);
        } else if (loaded.planned() && loaded.position() < env.journal().low(key.account())) {
            // The account, or the mirror, was not in the configuration for some time.
            about(LOG.atWarn())
                    .log("the journal has not kept what this mirror lacks: everything is compared");
            env.store().restart(loaded, epoch, from(head), "the journal had let go of entries");
            loaded = env.store().reload(key);
        }
        row = loaded;
        return loaded;
    }

    /// Where a lane begins whose position says nothing. For a mirror, which is newer than what the
    /// journal holds, that is the end, and the comparison does the rest. An archive takes all there
    /// is: what was expunged since is nowhere else, and nothing is stored twice or removed by it.
    private long from(long head) {
        return env.isArchive(key) ? env.journal().low(key.account()) : head;
    }

    LaneKey key() {
        return key;
    }

    /// For a message about this lane.
    private LoggingEventBuilder about(LoggingEventBuilder event) {
        return event.addKeyValue("account", key.account()).addKeyValue("mirror", key.mirror());
    }

    private void become(LaneState next) {
        LaneState.Name before = state.name();
        state = next;
        if (next.name() != before) {
            // Between these two it goes with every change of a mailbox.
            boolean daily = isDaily(before) && isDaily(next.name());
            about(daily ? LOG.atDebug() : LOG.atInfo())
                    .addKeyValue("before", before)
                    .addKeyValue("state", next.name())
                    .log("lane goes on");
        }
    }

    private static boolean isDaily(LaneState.Name name) {
        return name == LaneState.Name.LIVE || name == LaneState.Name.BEHIND;
    }

    LaneState state() {
        return state;
    }

    /// Null until the lane ran for the first time.
    @Nullable LaneRow row() {
        return row;
    }

    /// The last entry that is on the mirror, 0 until known.
    long position() {
        LaneRow known = row;
        return known == null ? 0 : known.position();
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

    /// Credentials are there or new, or somebody decided something: what waits is tried at once.
    ///
    /// @return whether it waited
    boolean now() {
        boolean waited;
        synchronized (this) {
            calls++;
            waited = isAhead(mirrorRestsUntil) || isAhead(primaryRestsUntil);
            mirrorRestsUntil = 0;
            primaryRestsUntil = 0;
        }
        wake();
        return waited;
    }

    void hint(MailboxName mailbox, Doubt doubt) {
        chores.hint(mailbox, doubt);
        again(HINT_PAUSE);
    }

    /// @return completes when both sides were compared completely
    CompletionStage<Void> sweep() {
        CompletableFuture<Void> done = chores.wantSweep();
        wake();
        return done;
    }

    /// Gives up what the journal holds for this lane: its place is the journal's end then, and the
    /// whole account is in doubt. Done by the lane itself between two steps, so that no step under
    /// way can put it back.
    ///
    /// @param reason for the doubt
    /// @return completes with the number of entries that were given up
    CompletableFuture<Long> giveUpPlace(String reason) {
        GiveUp wanted =
                Objects.requireNonNull(
                        giveUp.updateAndGet(before ->
                                before == null
                                        ? new GiveUp(reason, new CompletableFuture<>())
                                        : before));
        wake();
        return wanted.entries();
    }

    private record GiveUp(String reason, CompletableFuture<Long> entries) {}

    private void giveUpIfWanted() {
        GiveUp wanted = giveUp.get();
        if (wanted == null) {
            return;
        }
        LaneRow mine = loaded();
        long head = env.journal().head(key.account());
        long entries = env.journal().count(key.account(), mine.position());
        if (mine.position() < head || mine.planned()) {
            env.store().restart(mine, env.journal().epoch(), head, wanted.reason());
            row = env.store().reload(key);
        }
        giveUp.set(null);
        wanted.entries().complete(entries);
    }

    /// Goes on after [#close]: the journal may have let go of what this lane lacks, and of what was
    /// changed past the proxy nobody told.
    void reopen() {
        closed = false;
        var _ = giveUpPlace("the account was not mirrored for some time");
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
                giveUpIfWanted();
                work();
                stateFails = false;
            } catch (StateException e) {
                stateFails = true;
                if (state.name() != LaneState.Name.RETRYING) {
                    LOG.error("lane={} tries again later: {}", key, e.getMessage());
                }
                become(state.retrying(String.valueOf(e.getMessage()), null));
                again(mirrorBackoff.next());
            } catch (RuntimeException | Error e) {
                // Without its thread a lane would stand still for ever, and nobody would be told.
                about(LOG.atError()).setCause(e).log("lane stopped by a bug, tried again");
                become(state.retrying(String.valueOf(e), null));
                again(mirrorBackoff.next());
            }
        } while (!signals.compareAndSet(seen, 0));
    }

    private void work() {
        if (closed || isAhead(mirrorRestsUntil)) {
            return;
        }
        synchronized (this) {
            callsBefore = calls;
        }
        try (Hands hands =
                new Hands(
                        env.opener(),
                        key,
                        env.primaryOf().apply(key.account()),
                        env.isArchive(key),
                        env.nanos())) {
            Work work = new Work(env, hands, refusals, loaded());
            try {
                go(work);
                races = 0;
            } catch (StoreException e) {
                failed(e);
            } finally {
                row = work.lane;
                work.keepSeen();
                env.audit().wake(key.mirror());
            }
        }
    }

    private void go(Work work) throws StoreException {
        Agenda agenda = work.agenda();
        if (agenda.attempt()) {
            new Recovery(work).run();
        }
        if (agenda.graves()) {
            new Graves(work).recover();
        }
        if (!work.lane.planned() && !planned(work)) {
            return;
        }
        EventApplier events = new EventApplier(work, key, env.applied());
        Purge purge = new Purge(work);
        Echoes echoes = new Echoes(work);
        Chores.Run chore = chores.run(work, () -> closeWindow(work, events), env.firstCopies());
        try {
            while (!closed) {
                if (giveUp.get() != null) {
                    return;
                }
                if (work.archive != null) {
                    env.audit().wake(key.mirror());
                }
                if (events.step()) {
                    row = work.lane;
                    become(state.working(state.name() == LaneState.Name.COPYING));
                    continue;
                }
                mirrorBackoff.succeeded();
                agenda = work.agenda();
                boolean echoIsDue = agenda.echoIsDue(work.steady.millis());
                if (echoIsDue && echoes.step() || agenda.held() && purge.step()) {
                    continue;
                }
                if (isAhead(primaryRestsUntil)) {
                    return;
                }
                boolean tried = retries.isDue(work) && retries.step(work);
                if (!tried && !((agenda.chores() || chore.isWanted()) && chore.step())) {
                    break;
                }
                become(state.working(chore.copying()));
                primaryBackoff.succeeded();
            }
        } finally {
            chore.close();
        }
        if (chore.waits()) {
            again(RACE_PAUSE);
            return;
        }
        Duration pause = agenda.echoPause(work.steady.millis());
        if (pause != null && pause.compareTo(CATCH_UP_PAUSE) < 0) {
            again(pause);
        }
        if (!closed && giveUp.get() == null) {
            become(state.live());
            catchUp(work, events);
        }
    }

    private boolean planned(Work work) throws StoreException {
        long head = env.journal().head(key.account());
        String other = new TreeSync(work).plan();
        if (other != null) {
            // Nothing of it will ever be applied; if this changes, the plan begins at the end.
            env.store().change(work.lane, tx -> tx.position(head));
            work.lane = env.store().reload(key);
            row = work.lane;
            about(LOG.atWarn())
                    .addKeyValue("alias", other)
                    .log("not mirrored: it is the same mailbox as another account");
            become(state.alias(other));
            return false;
        }
        row = work.lane;
        become(state.working(true));
        return true;
    }

    /// With nothing left to do, the lane is where the primary is, unless commands are outstanding.
    private void catchUp(Work work, EventApplier events) throws StoreException {
        if (work.horizon.isEmpty()) {
            return;
        }
        if (!env.sessions().settled().apply(key.account()).toCompletableFuture().isDone()) {
            again(CATCH_UP_PAUSE);
            return;
        }
        Map<Long, Integer> moment = work.horizon.present();
        while (events.step()) {
            row = work.lane;
        }
        work.horizon.reached(moment);
    }

    private void closeWindow(Work work, EventApplier events) throws StoreException {
        Map<Long, Integer> moment = work.horizon.present();
        env.await(env.sessions().settled().apply(key.account()), work.hands.primary());
        while (events.step()) {
            row = work.lane;
        }
        work.horizon.reached(moment);
    }

    private void failed(StoreException e) {
        boolean mirror = e.serverName().equals(key.mirror());
        switch (e.kind()) {
            case RACE -> {
                // What the map has just forgotten is matched at once, before more changes.
                if (races++ == 0) {
                    wake();
                } else if (races < MANY_RACES) {
                    again(RACE_PAUSE);
                } else {
                    if (races == MANY_RACES) {
                        about(LOG.atWarn())
                                .addKeyValue("reason", e.getMessage())
                                .log("lane cannot go on for what keeps changing, tried again");
                    }
                    become(state.retrying(String.valueOf(e.getMessage()), null));
                    again(CATCH_UP_PAUSE);
                }
            }
            case NO_LOGIN, LOGIN_REFUSED -> {
                if (state.name() != LaneState.Name.WAITING_FOR_LOGIN) {
                    about(LOG.atWarn())
                            .addKeyValue("reason", e.getMessage())
                            .log("lane waits for a login");
                }
                become(state.waitingForLogin(String.valueOf(e.getMessage())));
                rest(mirror, Duration.ofMinutes(e.kind() == Kind.NO_LOGIN ? 1 : 10));
            }
            case UNREACHABLE, TLS, REFUSED, PROTOCOL, GONE, UNSUPPORTED -> {
                Duration pause = (mirror ? mirrorBackoff : primaryBackoff).next();
                Duration asked = ServerHint.pause(e.code(), e.text());
                if (asked.compareTo(pause) > 0) {
                    pause = asked;
                }
                if (state.name() != LaneState.Name.RETRYING) {
                    about(LOG.atWarn())
                            .addKeyValue("pauseMillis", pause.toMillis())
                            .addKeyValue("reason", e.getMessage())
                            .log("lane tries again later");
                }
                boolean down = mirror && e.kind() != Kind.REFUSED && e.kind() != Kind.PROTOCOL;
                Long since = down ? env.nanos().getAsLong() : null;
                become(state.retrying(String.valueOf(e.getMessage()), since));
                rest(mirror, pause);
            }
        }
    }

    /// Does nothing where somebody wanted it to be tried at once while it failed, such as the login
    /// that it lacked: the next run has begun to be, or is about to.
    private void rest(boolean mirror, Duration pause) {
        long until = env.nanos().getAsLong() + pause.toNanos();
        synchronized (this) {
            if (calls != callsBefore) {
                return;
            }
            if (mirror) {
                mirrorRestsUntil = until;
            } else {
                primaryRestsUntil = until;
            }
        }
        again(pause);
    }

    /// @param until by the monotonic clock, 0 for never
    private boolean isAhead(long until) {
        return until != 0 && env.nanos().getAsLong() - until < 0;
    }

    private void again(Duration pause) {
        try {
            env.timer().schedule(this::wake, pause.toMillis() + 1, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException _) {
            // Closing.
            closed = true;
        }
    }

    /// Whether a database failed at the last run: nobody knows then what the mirror lacks.
    boolean stateFails() {
        return stateFails;
    }

    /// What waits for a decision, or was decided to be skipped, the oldest first.
    List<ParkedItem> parked(boolean skipped, int most) {
        LaneRow now = row;
        return now == null ? List.of() : env.store().figures().parked(now, skipped, most);
    }

    /// What is not on this mirror yet, for the status.
    Progress progress() {
        LaneRow now = row;
        if (now == null) {
            return new Progress(1 + env.journal().count(key.account(), 0), 0, 0, 0, 0, 0, null);
        }
        LaneFigures.Counts counts = env.store().figures().counts(now);
        long events = env.journal().count(key.account(), now.position());
        long pending =
                events
                        + counts.pending()
                        + counts.doubts()
                        + counts.uncopied()
                        + chores.hints()
                        + chores.sweeps()
                        + (env.isArchive(key) ? env.store().auditWaiting(key) : 0);
        LaneState.Name name = state.name();
        if (name == LaneState.Name.ALIAS) {
            pending = 0;
        } else if (!now.planned() || name == LaneState.Name.WAITING_FOR_LOGIN) {
            pending = Math.max(1, pending);
        }
        Instant oldest = null;
        if (events > 0) {
            List<Entry> next = env.journal().read(key.account(), now.position(), 1);
            oldest = next.isEmpty() ? null : next.get(0).time();
        }
        return new Progress(
                pending,
                counts.parked(),
                counts.skipped(),
                counts.held(),
                counts.suspicions(),
                counts.extra(),
                oldest);
    }
}
