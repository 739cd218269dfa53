package org.imapmirror.replicate;

import org.imapmirror.event.Account;
import org.imapmirror.journal.Journal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// Accounts on which commands were cut off. Each is swept at once and again a while later, because
/// the primary may still be executing what it had been sent; only then is its write-intent mark
/// cleared, and only if no session set it anew meanwhile.
final class MarkedAccounts {
    private static final Logger LOG = LoggerFactory.getLogger(MarkedAccounts.class);

    private final Journal journal;
    private final Function<Account, CompletionStage<Void>> sweep;
    private final ScheduledExecutorService timer;
    private final Duration pause;
    private final Map<Account, Long> generations = new ConcurrentHashMap<>();

    MarkedAccounts(
            Journal journal,
            Function<Account, CompletionStage<Void>> sweep,
            ScheduledExecutorService timer,
            Duration pause) {
        this.journal = journal;
        this.sweep = sweep;
        this.timer = timer;
        this.pause = pause;
    }

    int size() {
        return generations.size();
    }

    boolean contains(Account account) {
        return generations.containsKey(account);
    }

    void add(Account account, long generation) {
        generations.merge(account, generation, Math::max);
        LOG.info("account={} has commands without known outcome: compared now and later", account);
        sweep.apply(account).thenRun(() -> later(account, generation));
    }

    private void later(Account account, long generation) {
        try {
            timer.schedule(
                    () -> {
                        sweep.apply(account).thenRun(() -> clear(account, generation));
                    },
                    pause.toMillis(),
                    TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException _) {
            // Closing: the mark stays for the next start.
            LOG.debug("account={} stays marked", account);
        }
    }

    private void clear(Account account, long generation) {
        journal.unmark(account, generation)
                .whenComplete((_, failure) -> {
                    if (failure == null) {
                        generations.remove(account, generation);
                    } else {
                        LOG.warn("account={} stays marked: {}", account, failure.getMessage());
                        later(account, generation);
                    }
                });
    }
}
