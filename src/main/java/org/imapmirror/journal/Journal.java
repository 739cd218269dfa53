package org.imapmirror.journal;

import org.imapmirror.event.Account;
import org.imapmirror.event.MailboxEvent;
import org.imapmirror.event.Origin;
import org.imapmirror.event.PayloadRef;
import org.imapmirror.state.Database;
import org.imapmirror.state.Keyring;
import org.imapmirror.state.SqlFunction;
import org.imapmirror.state.StateException;
import org.imapmirror.state.StateLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// The durable replay queue. Sequence numbers are per account, ascending, without gaps unless the
/// journal is over its limit ([Overflow]), and never used twice, whatever is trimmed.
///
/// What returns a stage never blocks and may be called by any thread. The stages complete on the
/// writer thread: what is attached to them must be quick. They fail with a [StateException] when
/// the disk is full, broken or too slow; later calls are tried again, each for itself.
public final class Journal implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
    private static final Duration STOP = Duration.ofSeconds(10);
    private static final String NO_HOLDER = "";

    private final Clock clock;
    private final StateLock lock;
    private final Database database;
    private final Queries queries;
    private final Spool spool;
    private final CommitQueue queue;
    private final CommitLoop loop;
    private final Thread writer;
    private final List<Consumer<Account>> listeners = new CopyOnWriteArrayList<>();
    private final AtomicLong bytes;
    private final long maxBytes;
    private final Queries.Start start;
    private boolean closed;

    /// An event in its place.
    ///
    /// @param time when it was appended
    public record Entry(long seq, Instant time, Origin origin, MailboxEvent event) {}

    /// Some session may have changed the account in a way that is not yet journalled.
    ///
    /// @param generation grows with every mark of the account
    /// @param since the first mark after the last successful unmark
    public record Mark(Account account, long generation, Instant since) {}

    private Journal(
            JournalConfig config,
            Clock clock,
            StateLock lock,
            Database database,
            Queries.Start start,
            @Nullable Keyring keys)
            throws IOException {
        this.clock = clock;
        this.lock = lock;
        this.database = database;
        this.queries = new Queries(database);
        this.start = start;
        this.bytes = new AtomicLong(queries.bytes());
        this.spool = new Spool(config, database, clock, bytes, new Sealer(keys));
        this.queue = new CommitQueue(config.queueBytes());
        this.maxBytes = config.maxBytes();
        this.loop =
                new CommitLoop(
                        database,
                        queue,
                        new Volume(bytes, config.entryLimit()),
                        this::tellAppended,
                        spool::delete);
        this.writer = Thread.ofPlatform().daemon().name("journal").start(loop);
        var _ = spool.startSweep();
    }

    /// Opens the journal, creates it where it is missing, and takes the lock on its folder. The
    /// time this takes does not depend on how much is in it.
    ///
    /// @throws IOException where the folder cannot be used
    /// @throws StateException where the database cannot be, or another process holds the folder
    public static Journal open(JournalConfig config, Clock clock) throws IOException {
        return open(config, null, clock);
    }

    /// Like [#open(JournalConfig, Clock)], and encrypts the bodies.
    ///
    /// @param keys null: bodies are stored as they are
    public static Journal open(JournalConfig config, @Nullable Keyring keys, Clock clock)
            throws IOException {
        StateLock lock = StateLock.acquire(config.directory());
        Database database = null;
        try {
            database =
                    Database.open(
                            "jdbc:sqlite:" + config.directory().resolve("journal.db"),
                            "classpath:db/journal");
            return new Journal(
                    config, clock, lock, database, new Queries(database).start(clock), keys);
        } catch (IOException | RuntimeException e) {
            if (database != null) {
                database.close();
            }
            lock.close();
            throw e;
        }
    }

    /// Identifies this journal: chosen at random when it was created. A position that was stored
    /// under another epoch means nothing here.
    public String epoch() {
        return start.epoch();
    }

    /// True where the journal is new, or was closed and had stored everything it was asked to.
    public boolean lastStopWasClean() {
        return start.clean();
    }

    /// Stores events, all or none, behind everything that was appended for the account before this
    /// call. A payload that the spool could not keep is left out of its event.
    ///
    /// @return completes with the sequence number of the last event when all are durable
    public CompletionStage<Long> append(Account account, Origin origin, List<MailboxEvent> events) {
        if (events.isEmpty()) {
            throw new IllegalArgumentException("no events");
        }
        List<Append.Event> serial = events.stream().map(Append.Event::of).toList();
        Map<String, PayloadWriter> bodies = claim(serial);
        Request<Long> request =
                Request.of(new Append(account, origin, clock.millis(), serial, bodies));
        if (!bodies.isEmpty()) {
            var _ = request.done().whenComplete((_, failure) -> settle(bodies, failure == null));
        }
        queue.add(request);
        return request.done();
    }

    private Map<String, PayloadWriter> claim(List<Append.Event> events) {
        Map<String, PayloadWriter> bodies = new HashMap<>();
        for (Append.Event event : events) {
            PayloadRef ref = event.payload();
            PayloadWriter body = ref == null ? null : spool.pending(ref.id());
            if (body != null && !bodies.containsKey(body.id())) {
                if (!body.isFinished()) {
                    throw new IllegalStateException("bug: the payload is not finished");
                }
                if (body.claim()) {
                    bodies.put(body.id(), body);
                }
            }
        }
        return bodies;
    }

    private void settle(Map<String, PayloadWriter> bodies, boolean stored) {
        bodies.forEach((id, body) -> spool.forget(id, body.reserved()));
        if (!stored) {
            spool.delete(bodies.keySet());
        }
    }

    private void tellAppended(Set<Account> accounts) {
        for (Account account : accounts) {
            for (Consumer<Account> listener : listeners) {
                try {
                    listener.accept(account);
                } catch (RuntimeException e) {
                    LOG.error("listener failed account={}", account, e);
                }
            }
        }
    }

    /// Is called after each commit for the accounts with new entries, on the writer thread: must be
    /// quick.
    public void onAppended(Consumer<Account> listener) {
        listeners.add(listener);
    }

    /// The durable entries after a position, ascending.
    ///
    /// @throws StateException where they cannot be read, for instance as a newer version wrote them
    public List<Entry> read(Account account, long after, int limit) {
        return queries.entries(account, after, limit);
    }

    /// The last durable sequence number, 0 if there never was one. Trimming does not change it.
    public long head(Account account) {
        AccountRow row = loop.row(account);
        return row == null ? 0 : row.head();
    }

    /// Entries up to this one were trimmed: a position before it has missed some.
    public long low(Account account) {
        AccountRow row = loop.row(account);
        return row == null ? 0 : row.low();
    }

    /// What the last start wrote down as its own; empty before the first one. A map that remembers
    /// another start than the journal does is of another time, as after a restore of one of them.
    public String run() {
        return queries.run();
    }

    /// Writes down a start, durably.
    public void begin(String run) {
        queries.begin(run);
    }

    /// The number of entries after a position; an upper bound once the journal was over its limit.
    public long count(Account account, long after) {
        AccountRow row = loop.row(account);
        return row == null ? 0 : row.count(after);
    }

    /// Every account that ever had an entry.
    public Set<Account> accounts() {
        return queries.accounts();
    }

    /// Sets the account's write-intent mark, or renews it.
    ///
    /// @return completes with the new generation when it is durable
    public CompletionStage<Long> mark(Account account) {
        long now = clock.millis();
        return submit(transaction -> transaction.mark(account, now));
    }

    /// Clears the mark, unless somebody renewed it since that generation.
    ///
    /// @return completes, when that is durable, with whether there was such a mark
    public CompletionStage<Boolean> unmark(Account account, long generation) {
        return submit(transaction -> transaction.unmark(account, generation));
    }

    /// The marks that are set.
    public List<Mark> marks() {
        return queries.marks();
    }

    /// Begins to spool a body.
    public PayloadWriter newPayload() {
        return spool.newPayload();
    }

    /// Reads a body whose event is durable. Its last octets come only after all of it was found to
    /// be what the reference says.
    ///
    /// @throws IOException where it is not there or damaged, also from the stream
    public InputStream openPayload(PayloadRef ref) throws IOException {
        return spool.open(ref);
    }

    /// True where [#openPayload] finds it.
    public boolean hasPayload(PayloadRef ref) {
        return spool.has(ref);
    }

    /// Keeps a payload that an entry names also after that entry was trimmed, until [#release].
    /// Retaining twice is retaining once.
    ///
    /// @return completes, when that is durable, with whether there is such a payload
    public CompletionStage<Boolean> retain(PayloadRef ref) {
        return retain(ref, NO_HOLDER);
    }

    /// Like [#retain(PayloadRef)], for one of several who keep it independently.
    public CompletionStage<Boolean> retain(PayloadRef ref, String holder) {
        return submit(transaction -> transaction.retain(ref.id(), holder));
    }

    /// Ends [#retain(PayloadRef)]. The payload goes when no entry names it.
    public CompletionStage<@Nullable Void> release(PayloadRef ref) {
        return release(ref, NO_HOLDER);
    }

    /// Ends [#retain(PayloadRef, String)].
    public CompletionStage<@Nullable Void> release(PayloadRef ref, String holder) {
        return submit(transaction -> transaction.release(ref.id(), holder));
    }

    /// Deletes the entries up to a position, and the payloads that nothing needs any more, soon and
    /// beside other work. What a crash or a full disk prevents is done by a later call.
    public void trim(Account account, long upTo) {
        loop.trimSoon(account, upTo);
    }

    /// True while entries wait for [#trim].
    public boolean isTrimming() {
        return loop.isTrimming();
    }

    /// The size of the entries and payloads.
    public long bytes() {
        return bytes.get();
    }

    /// The size of an account's entries in `(after, upTo]` and of the payloads that they name; what
    /// trimming them gives back, where nobody else names the payloads. Reads all of these entries.
    public long bytes(Account account, long after, long upTo) {
        return queries.bytes(account, after, upTo);
    }

    /// What [#bytes()] is kept below.
    public long maxBytes() {
        return maxBytes;
    }

    /// True while bodies are not kept for want of space.
    public boolean isFull() {
        return spool.isFull();
    }

    /// @return completes when a commit that changes nothing is durable: the journal works
    public CompletionStage<@Nullable Void> probe() {
        return submit(Transaction::probe);
    }

    private <T extends @Nullable Object> CompletionStage<T> submit(
            SqlFunction<Transaction, T> work) {
        Request<T> request = Request.of(work);
        queue.add(request);
        return request.done();
    }

    /// The commits since the start.
    long committed() {
        return loop.commits();
    }

    /// For tests that provoke faults.
    Database database() {
        return database;
    }

    /// Stores what was accepted and leaves the mark of a clean stop, unless something could not be
    /// stored since the start: then only a start that doubts everything is safe.
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        boolean clean = true;
        queue.close();
        if (!join()) {
            clean = false;
            StateException late =
                    new StateException(
                            StateException.Fault.DISK,
                            "the journal was closed before the body was on disk",
                            null);
            queue.abandon().forEach(request -> request.done().completeExceptionally(late));
            if (!join()) {
                LOG.error("journal stopped while its disk does not answer");
            }
        }
        spool.close();
        if (clean && !loop.hasFailed() && !queue.hasRefused()) {
            try {
                queries.stopClean();
            } catch (StateException e) {
                LOG.warn("no mark of a clean stop reason={}", e.getMessage());
            }
        }
        if (!writer.isAlive()) {
            database.close();
        }
        lock.close();
    }

    private boolean join() {
        try {
            return writer.join(STOP);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
