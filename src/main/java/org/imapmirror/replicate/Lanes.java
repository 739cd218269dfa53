package org.imapmirror.replicate;

import org.imapmirror.audit.AuditLog;
import org.imapmirror.event.Account;
import org.imapmirror.event.Doubt;
import org.imapmirror.event.MailboxEvent;
import org.imapmirror.event.MailboxName;
import org.imapmirror.journal.Journal;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.state.Database;
import org.imapmirror.state.StateException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/// All lanes: makes them as accounts appear, wakes them, sweeps them from time to time, and lets
/// the journal go of what every mirror has.
public final class Lanes implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Lanes.class);
    private static final Duration LOOK_EVERY = Duration.ofMinutes(1);
    private static final Duration TRIM_EVERY = Duration.ofSeconds(10);
    private static final long SWEEP_TICK = 200;
    private static final Duration RELIEF_EVERY = Duration.ofSeconds(1);

    /// Parked items of a lane that a report names.
    private static final int MOST_PARKED = 100;

    private volatile LanesConfig config;
    private final Topology topology;
    private final Journal journal;
    private final LaneStore store;
    private final Clock clock;
    private final LongSupplier nanos;
    private final SteadyClock steady;
    private final LaneEnvironment env;
    private final AuditLog audit;
    private final ScheduledExecutorService timer;
    private final Map<LaneKey, Lane> lanes = new ConcurrentHashMap<>();

    /// Lanes of accounts that are not mirrored any more; a step of theirs may still be under way,
    /// so that no other lane may take their place.
    private final Map<LaneKey, Lane> retired = new ConcurrentHashMap<>();

    private volatile boolean reconsidered;
    private final MarkedAccounts marked;
    private volatile JournalRelief relief;
    private final Rounds rounds;
    private volatile boolean closed;

    /// Opens an authenticated connection to a server on behalf of an account.
    @FunctionalInterface
    public interface Connections {
        ImapStore open(String server, Account account) throws StoreException;
    }

    /// @param sessions the clients'
    /// @param applied is told of every event that reached a mirror; must be quick
    public Lanes(
            LanesConfig config,
            Database state,
            Journal journal,
            Topology topology,
            Connections connections,
            LiveSessions sessions,
            BiConsumer<LaneKey, MailboxEvent> applied) {
        this(
                config,
                state,
                journal,
                topology,
                connections,
                sessions,
                applied,
                new Time(
                        Clock.systemUTC(),
                        System::nanoTime,
                        Executors.newSingleThreadScheduledExecutor(
                                Thread.ofPlatform().daemon().name("lanes-timer").factory())));
    }

    /// @param clock the wall's
    /// @param nanos the monotonic clock
    /// @param timer by which everything is tried again; ends with the lanes
    record Time(Clock clock, LongSupplier nanos, ScheduledExecutorService timer) {}

    /// @param clock the wall clock
    /// @param nanos a monotonic one
    Lanes(
            LanesConfig config,
            Database state,
            Journal journal,
            Topology topology,
            Connections connections,
            LiveSessions sessions,
            BiConsumer<LaneKey, MailboxEvent> applied,
            Time time) {
        this.config = config;
        this.topology = topology;
        this.journal = journal;
        this.clock = time.clock();
        this.nanos = time.nanos();
        this.steady = new SteadyClock(state, clock, nanos);
        this.store = new LaneStore(state, clock, steady);
        this.audit =
                AuditLog.open(topology.archives().audit(), state, topology.archives().mirrors());
        this.timer = time.timer();
        this.env =
                new LaneEnvironment(
                        store,
                        journal,
                        connections::open,
                        topology.primaryOf(),
                        sessions,
                        config.settleTimeout(),
                        new Semaphore(config.firstCopies()),
                        () -> this.config.brake(),
                        () -> this.config.sweeps(),
                        mirror -> this.config.deletions().getOrDefault(mirror, Deletions.APPLIED),
                        config.retry(),
                        clock,
                        steady,
                        nanos,
                        timer,
                        applied,
                        topology.archives().mirrors(),
                        audit);
        this.relief =
                new JournalRelief(
                        journal,
                        key -> topology.archives().mirrors().contains(key.mirror()),
                        account -> trim(List.of(account)));
        this.rounds =
                new Rounds(() -> this.config.sweeps(), this::accounts, this::sweep, clock, nanos);
        this.marked =
                new MarkedAccounts(
                        this::sweep, timer, () -> this.config.secondSweep(), sessions.swept());
    }

    /// Names the lanes that never give up what the journal holds for them while anything else frees
    /// space. To be called before [#start].
    public void keepToTheLast(Predicate<LaneKey> lanes) {
        relief = new JournalRelief(journal, lanes, account -> trim(List.of(account)));
    }

    /// Takes up every lane that is known, the accounts that the configuration lists, and the
    /// accounts whose commands were cut off when imapmirror last ended. From here on the status is
    /// right.
    ///
    /// @param listed accounts that the configuration names one by one
    public void start(List<Account> listed) {
        restartAfterRestore();
        List<LaneRow> known = store.lanes();
        known.stream().filter(row -> isMirrored(row.key())).forEach(env::requireMode);
        known.forEach(row -> seen(row.key().account()));
        journal.accounts().forEach(this::wake);
        listed.forEach(this::seen);
        journal.marks().forEach(mark -> uncertain(mark.account()));
        journal.onAppended(this::wake);
        long trim = TRIM_EVERY.toMillis();
        timer.scheduleWithFixedDelay(this::trim, trim, trim, TimeUnit.MILLISECONDS);
        long look = RELIEF_EVERY.toMillis();
        timer.scheduleWithFixedDelay(this::relieve, look, look, TimeUnit.MILLISECONDS);
        long tick = tick();
        timer.scheduleWithFixedDelay(this::lookAgain, tick, tick, TimeUnit.MILLISECONDS);
        timer.scheduleWithFixedDelay(
                this::beginSweeps, SWEEP_TICK, SWEEP_TICK, TimeUnit.MILLISECONDS);
    }

    private void beginSweeps() {
        try {
            rounds.tick();
        } catch (RuntimeException e) {
            LOG.warn("no sweep was begun, tried again: {}", e.getMessage());
        }
    }

    /// Goes on with other settings. The number of first copies at once stays.
    public void reload(LanesConfig newer) {
        config = newer;
    }

    private boolean isMirrored(LaneKey key) {
        return topology.mirrorsOf().apply(key.account()).contains(key.mirror());
    }

    /// The topology may have other accounts now: lanes of those that are not mirrored any more end,
    /// and the journal lets go of them; those that are mirrored again are compared, whether anybody
    /// uses them or not.
    ///
    /// @param listed accounts that the configuration names one by one
    public void reconsider(List<Account> listed) {
        reconsidered = true;
        lanes.forEach((key, lane) -> {
            if (!isMirrored(key)) {
                lane.close();
                retired.put(key, lane);
                lanes.remove(key, lane);
                LOG.atInfo()
                        .addKeyValue("account", key.account())
                        .addKeyValue("mirror", key.mirror())
                        .log("no longer mirrored");
                wake(key.account());
            }
        });
        store.lanes().forEach(row -> seen(row.key().account()));
        listed.forEach(this::seen);
    }

    /// A map and a journal that do not remember the same last start are not of the same time: one
    /// of them was restored from a backup, and to apply what the other holds could do things twice.
    private void restartAfterRestore() {
        if (!journal.run().equals(store.run())) {
            for (LaneRow row : store.lanes()) {
                LOG.error(
                        "lane={} journal and state are of different times, one of them was"
                                + " restored: everything is compared anew",
                        row.key());
                store.restart(
                        row,
                        journal.epoch(),
                        positionAfterRestore(row),
                        "journal and state are of different times");
            }
        }
        String run = UUID.randomUUID().toString();
        store.begin(run);
        journal.begin(run);
    }

    /// An archive goes on from where its map is: what was expunged from the primary since is in the
    /// journal alone.
    private long positionAfterRestore(LaneRow row) {
        Account account = row.key().account();
        long head = journal.head(account);
        if (!env.isArchive(row.key())) {
            return head;
        }
        boolean same = store.epochOf(row).equals(journal.epoch());
        return Math.clamp(same ? row.position() : 0, Math.min(journal.low(account), head), head);
    }

    /// As [LiveSessions#begun].
    CompletionStage<Void> begun(Account account) {
        return env.sessions().begun().apply(account);
    }

    /// An account exists: it is copied to every mirror that it does not have yet.
    public void seen(Account account) {
        for (Lane lane : of(account)) {
            LaneRow row = lane.row();
            if (row == null || !row.planned()) {
                lane.wake();
            }
        }
    }

    /// The journal has something for an account. What it has for one that is not mirrored, or no
    /// longer, is for nobody.
    public void wake(Account account) {
        List<Lane> mirrors = of(account);
        mirrors.forEach(Lane::wake);
        if (mirrors.isEmpty() && !closed) {
            journal.trim(account, journal.head(account));
        }
    }

    /// Credentials for an account are there or new.
    public void login(Account account) {
        for (Lane lane : of(account)) {
            var unused = lane.now();
        }
    }

    /// A change was seen that the journal may not hold.
    public void hint(Account account, MailboxName mailbox, Doubt doubt) {
        for (Lane lane : of(account)) {
            lane.hint(mailbox, doubt);
        }
    }

    /// Commands of an account may have been executed without being captured: it is compared now and
    /// once more later, because the primary may still be executing.
    public void uncertain(Account account) {
        marked.add(account);
    }

    /// Compares both sides of an account completely.
    ///
    /// @return completes when that is done on every mirror; never where a mirror stays away
    public CompletionStage<Void> sweep(Account account) {
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (Lane lane : of(account)) {
            all.add(lane.sweep().toCompletableFuture());
        }
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
    }

    /// Sweeps every known account.
    public CompletionStage<Void> sweepAll() {
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (Lane lane : lanes.values()) {
            all.add(lane.sweep().toCompletableFuture());
        }
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
    }

    /// The accounts that have a lane.
    public List<Account> accounts() {
        return lanes.keySet().stream().map(LaneKey::account).distinct().sorted().toList();
    }

    /// The accounts that wait for the sweeps after a cut.
    public Set<Account> uncertain() {
        return marked.accounts();
    }

    /// The hierarchy separator of an account on its primary, 0 where it is not known yet.
    public char primarySeparator(Account account) {
        for (Map.Entry<LaneKey, Lane> e : lanes.entrySet()) {
            if (e.getKey().account().equals(account)) {
                LaneRow row = e.getValue().row();
                if (row != null && row.planned()) {
                    return row.names().primary().separator();
                }
            }
        }
        return 0;
    }

    /// Every lane as it is now.
    public List<LaneReport> report() {
        Instant now = clock.instant();
        return lanes.values().stream()
                .sorted((a, b) -> a.key().toString().compareTo(b.key().toString()))
                .map(lane -> report(lane, now))
                .toList();
    }

    /// Where a database fails, the lane is one that nobody knows anything of, and says why.
    private LaneReport report(Lane lane, Instant now) {
        try {
            return known(lane, now);
        } catch (StateException e) {
            return new LaneReport(
                    lane.key().account(),
                    lane.key().mirror(),
                    LaneState.Name.RETRYING.toString(),
                    1,
                    0,
                    0,
                    0,
                    1,
                    0,
                    0,
                    0,
                    e.getMessage(),
                    List.of(),
                    List.of());
        }
    }

    private LaneReport known(Lane lane, Instant now) {
        Progress p = lane.progress();
        LaneState s = lane.state();
        Instant oldest = p.oldest();
        Long down = s.unreachableSince();
        String error = s.error();
        return new LaneReport(
                lane.key().account(),
                lane.key().mirror(),
                s.name().toString(),
                p.pending(),
                p.parked(),
                p.skipped(),
                p.held(),
                lane.stateFails() ? Math.max(1, p.suspicions()) : p.suspicions(),
                p.extra(),
                oldest == null ? 0 : Math.max(0, Duration.between(oldest, now).toMillis() / 1000.0),
                down == null ? 0 : Duration.ofNanos(nanos.getAsLong() - down).toSeconds(),
                error == null ? audit.failure(lane.key().mirror()) : error,
                p.parked() == 0 ? List.of() : lane.parked(false, MOST_PARKED),
                p.skipped() == 0 ? List.of() : lane.parked(true, MOST_PARKED));
    }

    /// What an administrator may decide.
    public Decisions decisions() {
        return new Decisions(store, steady, this::now);
    }

    private boolean now(LaneKey key) {
        return of(key.account()).stream().filter(l -> l.key().equals(key)).anyMatch(Lane::now);
    }

    /// Lanes look at the time themselves; here it is only seen that they do.
    private void lookAgain() {
        try {
            steady.save();
            for (LaneKey key : store.toLookAgain(steady.millis())) {
                Lane lane = lanes.get(key);
                if (lane != null) {
                    lane.wake();
                }
            }
        } catch (RuntimeException e) {
            LOG.warn("what waits was not looked at, tried again later: {}", e.getMessage());
        }
    }

    private long tick() {
        Duration shortest = LOOK_EVERY;
        for (Duration d : List.of(config.retry().room(), config.retry().refused())) {
            shortest = d.compareTo(shortest) < 0 ? d : shortest;
        }
        return Math.max(1, shortest.toMillis());
    }

    private List<Lane> of(Account account) {
        if (closed) {
            return List.of();
        }
        List<Lane> out = new ArrayList<>();
        for (String mirror : topology.mirrorsOf().apply(account)) {
            out.add(lanes.computeIfAbsent(new LaneKey(account, mirror), this::made));
        }
        return out;
    }

    private Lane made(LaneKey key) {
        Lane before = retired.remove(key);
        Lane lane = before == null ? new Lane(key, env) : before;
        if (reconsidered) {
            // Until now it may have been for nobody.
            lane.reopen();
        }
        return lane;
    }

    /// Deletes journal entries that every mirror of their account has.
    private void trim() {
        try {
            trim(accounts());
        } catch (RuntimeException e) {
            LOG.warn("the journal was not trimmed, tried again later: {}", e.getMessage());
        }
    }

    private void trim(Collection<Account> accounts) {
        Map<Account, Long> done = new HashMap<>();
        for (Account account : accounts) {
            long position = of(account).stream().mapToLong(Lane::position).min().orElse(0);
            if (position > journal.low(account)) {
                done.put(account, position);
            }
        }
        if (!done.isEmpty()) {
            // What a lane might have to do again after a failure of power must not be gone.
            store.flush();
            done.forEach(journal::trim);
        }
    }

    /// Makes room in a journal that is nearly full.
    private void relieve() {
        try {
            if (relief.isWanted()) {
                trim();
                relief.look(List.copyOf(lanes.values()));
            }
        } catch (RuntimeException e) {
            LOG.warn("the journal was not relieved, tried again: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        closed = true;
        lanes.values().forEach(Lane::close);
        timer.shutdownNow();
        for (Map<LaneKey, Lane> all : List.of(lanes, retired)) {
            all.values().forEach(lane -> lane.awaitEnd(Duration.ofSeconds(10)));
        }
        audit.close();
    }
}
