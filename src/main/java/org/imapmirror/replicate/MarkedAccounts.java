package org.imapmirror.replicate;

import org.imapmirror.event.Account;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/// Accounts on which commands were cut off. Each is swept at once and again a while later, because
/// the primary may still be executing what it had been sent; only then may its write-intent mark
/// go.
final class MarkedAccounts {
    private static final Logger LOG = LoggerFactory.getLogger(MarkedAccounts.class);

    private final Function<Account, CompletionStage<Void>> sweep;
    private final ScheduledExecutorService timer;
    private final Supplier<Duration> pause;
    private final Consumer<Account> swept;
    private final ConcurrentHashMap<Account, Long> rounds = new ConcurrentHashMap<>();
    private final AtomicLong counter = new AtomicLong();

    MarkedAccounts(
            Function<Account, CompletionStage<Void>> sweep,
            ScheduledExecutorService timer,
            Supplier<Duration> pause,
            Consumer<Account> swept) {
        this.sweep = sweep;
        this.timer = timer;
        this.pause = pause;
        this.swept = swept;
    }

    Set<Account> accounts() {
        return Set.copyOf(rounds.keySet());
    }

    /// Starts both sweeps anew, also where they are under way for an earlier cut.
    void add(Account account) {
        long round = counter.incrementAndGet();
        rounds.put(account, round);
        LOG.atInfo()
                .addKeyValue("account", account)
                .log("commands without known outcome: compared now and once more");
        sweep.apply(account).thenRun(() -> later(account, round));
    }

    private void later(Account account, long round) {
        try {
            timer.schedule(
                    () -> {
                        sweep.apply(account).thenRun(() -> over(account, round));
                    },
                    pause.get().toMillis(),
                    TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException _) {
            // Closing: the mark stays for the next start.
            LOG.debug("account={} stays marked", account);
        }
    }

    private void over(Account account, long round) {
        if (rounds.remove(account, round)) {
            swept.accept(account);
        }
    }
}
