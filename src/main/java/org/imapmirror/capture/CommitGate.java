package org.imapmirror.capture;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer.Sample;

import org.imapmirror.event.Account;
import org.imapmirror.event.MailboxEvent;
import org.imapmirror.event.MailboxEvent.MailboxSuspect;
import org.imapmirror.event.Origin;
import org.imapmirror.journal.Journal;
import org.imapmirror.journal.PayloadWriter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Stands between capture and the journal, so that no client ever waits longer than `max-hold` for
/// it. When the journal fails or is late, it is bypassed: nothing is held, nothing is written, and
/// every account that changes is remembered as suspect. When a probe commit succeeds again, these
/// suspicions are appended first, and each is forgotten only when it is durable.
final class CommitGate {
    private static final Logger LOG = LoggerFactory.getLogger(CommitGate.class);

    private final Journal journal;
    private final CaptureConfig config;
    private final Timer timer;
    private final Consumer<Account> recovered;
    private final Counter givenUp;
    private final io.micrometer.core.instrument.Timer held;
    private final MeterRegistry meters;

    /// Guarded by this: accounts of which something is not journalled, and why.
    private final Map<Account, Suspicion> suspects = new LinkedHashMap<>();

    /// Guarded by this.
    private Duration pause;

    private volatile boolean bypassed;

    /// @param recovered is told of an account when its suspicion is durable
    CommitGate(
            Journal journal,
            CaptureConfig config,
            Timer timer,
            MeterRegistry meters,
            Consumer<Account> recovered) {
        this.journal = journal;
        this.config = config;
        this.timer = timer;
        this.recovered = recovered;
        this.meters = meters;
        this.pause = config.retryMin();
        this.givenUp = meters.counter("imapmirror.capture.bypassed");
        this.held = meters.timer("imapmirror.capture.hold");
        meters.gauge("imapmirror.capture.unjournalled", this, gate -> gate.suspects().size());
    }

    /// @return completes, never exceptionally and within `max-hold`, with whether the events are
    ///   durable
    CompletionStage<Boolean> append(Account account, Origin origin, List<MailboxEvent> events) {
        return bounded(account, () -> journal.append(account, origin, events))
                .thenApply(seq -> seq != null);
    }

    /// @return completes, never exceptionally and within `max-hold`, with the generation; null
    ///   where the mark is not durable
    CompletionStage<@Nullable Long> mark(Account account) {
        return bounded(account, () -> journal.mark(account));
    }

    /// Clears a mark; where that fails it stays and costs a sweep after the next start.
    void unmark(Account account, long generation) {
        if (!bypassed) {
            var unused = journal.unmark(account, generation);
        }
    }

    /// @return null while the journal is bypassed
    @Nullable PayloadWriter newPayload() {
        return bypassed ? null : journal.newPayload();
    }

    /// The accounts of which the journal does not know all.
    Set<Account> suspects() {
        synchronized (this) {
            return Set.copyOf(suspects.keySet());
        }
    }

    boolean isSuspect(Account account) {
        synchronized (this) {
            return suspects.containsKey(account);
        }
    }

    private <T> CompletionStage<@Nullable T> bounded(
            Account account, Supplier<CompletionStage<T>> work) {
        synchronized (this) {
            if (bypassed) {
                suspect(account, "the journal was bypassed");
                return CompletableFuture.completedFuture(null);
            }
        }
        CompletableFuture<@Nullable T> answer = new CompletableFuture<>();
        Sample sample = io.micrometer.core.instrument.Timer.start(meters);
        CompletionStage<T> stored;
        try {
            stored = work.get();
        } catch (RuntimeException e) {
            stored = CompletableFuture.failedFuture(e);
        }
        Runnable cancel =
                stored.toCompletableFuture().isDone()
                        ? () -> {}
                        : timer.after(config.maxHold(), () -> late(account, answer));
        stored.whenComplete((value, failure) -> {
            cancel.run();
            sample.stop(held);
            if (failure != null) {
                bypass(account, "the journal failed: " + failure.getMessage());
            }
            answer.complete(failure == null ? value : null);
        });
        return answer;
    }

    private <T> void late(Account account, CompletableFuture<@Nullable T> answer) {
        if (!answer.isDone()) {
            bypass(account, "the journal did not answer in time");
            // Last: who waits for the answer may look at what is suspect.
            answer.complete(null);
        }
    }

    private void bypass(Account account, String reason) {
        synchronized (this) {
            suspect(account, reason);
            if (bypassed) {
                return;
            }
            bypassed = true;
            pause = config.retryMin();
        }
        LOG.error("journal bypassed, every account that changes is suspect reason={}", reason);
        retryLater();
    }

    /// A new object each time, so that the end of an older one does not end it.
    private synchronized void suspect(Account account, String reason) {
        suspects.put(account, new Suspicion(reason));
        givenUp.increment();
    }

    private void retryLater() {
        Duration next;
        synchronized (this) {
            next = pause;
            Duration twice = pause.multipliedBy(2);
            pause = twice.compareTo(config.retryMax()) < 0 ? twice : config.retryMax();
        }
        var unused = timer.after(next, this::retry);
    }

    private void retry() {
        CompletionStage<?> probe;
        try {
            probe = journal.probe();
        } catch (RuntimeException e) {
            probe = CompletableFuture.failedFuture(e);
        }
        probe.whenComplete((_, failure) -> {
            if (failure == null) {
                recover();
            } else {
                retryLater();
            }
        });
    }

    private void recover() {
        Map<Account, Suspicion> open;
        synchronized (this) {
            bypassed = false;
            open = new LinkedHashMap<>(suspects);
        }
        LOG.info("journal works again suspects={}", open.size());
        open.forEach(this::appendSuspicion);
    }

    private void appendSuspicion(Account account, Suspicion suspicion) {
        CompletionStage<?> stored;
        try {
            stored =
                    journal.append(
                            account,
                            Origin.SWEEP,
                            List.of(MailboxSuspect.ofAccount(suspicion.reason)));
        } catch (RuntimeException e) {
            stored = CompletableFuture.failedFuture(e);
        }
        stored.whenComplete((_, failure) -> {
            if (failure != null) {
                bypass(account, "the journal failed: " + failure.getMessage());
                return;
            }
            synchronized (this) {
                suspects.remove(account, suspicion);
            }
            recovered.accept(account);
        });
    }

    private static final class Suspicion {
        final String reason;

        Suspicion(String reason) {
            this.reason = reason;
        }
    }
}
