package org.imapmirror.journal;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import org.imapmirror.event.Account;
import org.imapmirror.state.Database;
import org.imapmirror.state.SqlFunction;
import org.imapmirror.state.StateException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// The journal's one writer: everything that waits becomes one transaction, again and again. Trims
/// run in between, in small pieces, so that no commit waits long for one.
///
/// The rows of the accounts are kept in memory only as a cache of what was committed; one thread
/// fills it, so it never holds something older than the database.
final class CommitLoop implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(CommitLoop.class);
    private static final long BATCH_WEIGHT = 4 * 1024 * 1024;
    private static final int TRIM_ENTRIES = 200;
    private static final long TRIM_MILLIS = 300;
    private static final long RETRY_MILLIS = 10_000;
    private static final long LOG_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Database database;
    private final CommitQueue queue;
    private final Volume volume;
    private final Consumer<Set<Account>> appended;
    private final Consumer<List<String>> freed;
    private final ConcurrentMap<Account, Long> trims = new ConcurrentHashMap<>();
    private final Cache<Account, AccountRow> rows =
            Caffeine.newBuilder().maximumSize(10_000).executor(Runnable::run).build();

    // The writer's own.
    private long trimAt;
    private boolean shrinkable;
    private @Nullable StateException trouble;
    private long loggedAt;

    private volatile boolean failedOnce;
    private final AtomicLong commits = new AtomicLong();

    /// @param volume the size of the journal, kept up to date
    /// @param appended is told of accounts with new entries, after their commit
    /// @param freed is told of payloads whose files nobody needs any more
    CommitLoop(
            Database database,
            CommitQueue queue,
            Volume volume,
            Consumer<Set<Account>> appended,
            Consumer<List<String>> freed) {
        this.database = database;
        this.queue = queue;
        this.volume = volume;
        this.appended = appended;
        this.freed = freed;
    }

    @Override
    public void run() {
        while (!queue.isDrained()) {
            try {
                turn();
            } catch (InterruptedException _) {
                // Only close() ends the writer.
            } catch (Throwable e) {
                // A writer that died would take the journal with it.
                LOG.error("journal writer failed and goes on", e);
            }
        }
    }

    private void turn() throws InterruptedException {
        boolean work = !trims.isEmpty() || shrinkable;
        long wait = work ? Math.max(1, trimAt - millis()) : 0;
        List<Request<?>> batch = queue.take(BATCH_WEIGHT, wait);
        if (!batch.isEmpty()) {
            commit(batch);
        }
        if (work && millis() >= trimAt) {
            tidy();
        }
    }

    private void commit(List<Request<?>> batch) {
        try {
            transact(batch);
        } catch (StateException e) {
            if (e.fault() != StateException.Fault.OTHER || batch.size() == 1) {
                fail(batch, e);
            } else {
                // One of them is to blame: the others must not pay for it.
                batch.forEach(request -> commit(List.of(request)));
            }
        } catch (Throwable e) {
            if (batch.size() == 1) {
                fail(
                        batch,
                        new StateException(
                                StateException.Fault.OTHER, "bug in the journal: " + e, e));
            } else {
                batch.forEach(request -> commit(List.of(request)));
            }
        }
    }

    private void transact(List<Request<?>> batch) {
        List<Runnable> promises = new ArrayList<>(batch.size());
        Transaction committed =
                write(transaction -> {
                    for (Request<?> request : batch) {
                        promises.add(request.perform(transaction));
                    }
                    return null;
                });
        publish(committed);
        promises.forEach(Runnable::run);
        if (!committed.appended().isEmpty()) {
            appended.accept(committed.appended());
        }
    }

    private void publish(Transaction committed) {
        rows.putAll(committed.rows());
        commits.incrementAndGet();
        volume.add(committed.addedBytes());
        if (!committed.freed().isEmpty()) {
            freed.accept(committed.freed());
        }
        if (trouble != null) {
            trouble = null;
            LOG.info("journal works again database={}", database.file());
        }
    }

    private void fail(List<Request<?>> batch, StateException reason) {
        failedOnce = true;
        if (trouble == null || System.nanoTime() - loggedAt > LOG_NANOS) {
            loggedAt = System.nanoTime();
            LOG.error(
                    "journal cannot store, its callers go on without it requests={} reason={}",
                    batch.size(),
                    reason.getMessage());
        }
        trouble = reason;
        for (Request<?> request : batch) {
            request.done().completeExceptionally(reason);
        }
    }

    /// A piece of what there is to trim, in one commit; when there is nothing, unused space.
    private void tidy() {
        trimAt = millis() + TRIM_MILLIS;
        try {
            if (!trims.isEmpty()) {
                trim();
            } else {
                shrinkable = database.shrink();
            }
        } catch (RuntimeException e) {
            trimAt = millis() + RETRY_MILLIS;
            LOG.warn("journal not trimmed, later again reason={}", e.getMessage());
        }
    }

    private void trim() {
        Map<Account, Long> finished = new HashMap<>();
        publish(
                write(transaction -> {
                    long left = TRIM_ENTRIES;
                    for (Map.Entry<Account, Long> trim : trims.entrySet()) {
                        long trimmed = transaction.trim(trim.getKey(), trim.getValue(), left);
                        if (trimmed == left) {
                            return null;
                        }
                        left -= trimmed;
                        finished.put(trim.getKey(), trim.getValue());
                    }
                    return null;
                }));
        // Not those that a later call extended meanwhile.
        finished.forEach(trims::remove);
        shrinkable = true;
        if (!trims.isEmpty()) {
            trimAt = millis();
        }
    }

    /// @return the transaction after its commit
    private Transaction write(SqlFunction<Transaction, @Nullable Void> work) {
        return database.write(connection -> {
            Transaction open = new Transaction(connection, rows::getIfPresent, volume.isExceeded());
            work.apply(open);
            open.finish();
            return open;
        });
    }

    private static long millis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    /// Soon, from any thread; a later call for the account only extends it.
    void trimSoon(Account account, long upTo) {
        trims.merge(account, upTo, Math::max);
        queue.nudge();
    }

    boolean isTrimming() {
        return !trims.isEmpty();
    }

    /// @return the account's row as of the last commit, null where it has none, from any thread
    @Nullable AccountRow row(Account account) {
        AccountRow row = rows.getIfPresent(account);
        return row != null ? row : database.query(c -> Transaction.find(c, account).orElse(null));
    }

    /// The commits since the start.
    long commits() {
        return commits.get();
    }

    /// True when something was refused since the start: then doubts may live in memory alone.
    boolean hasFailed() {
        return failedOnce;
    }
}
