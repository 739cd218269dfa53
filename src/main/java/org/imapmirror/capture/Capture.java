package org.imapmirror.capture;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

import org.imapmirror.event.Account;
import org.imapmirror.event.Origin;
import org.imapmirror.journal.Journal;
import org.imapmirror.proxy.SessionTap;
import org.imapmirror.proxy.Tap;

import java.security.SecureRandom;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/// Follows every session of the proxy and feeds the journal.
///
/// A client hears of its change only when that is durable in the journal, or when the journal did
/// not answer in time; then the account is suspect, and stays so in memory until the journal has
/// taken that. Thread-safe.
public final class Capture implements Tap {
    private final CaptureConfig config;
    private final Hints hints;
    private final Timer timer;
    private final SeparatorSource separators;
    private final CommitGate gate;
    private final Counter probes;
    private final SecureRandom random = new SecureRandom();
    private final ConcurrentHashMap<Account, AccountTracker> trackers = new ConcurrentHashMap<>();

    /// Accounts whose write-intent mark was left by an earlier run keep it until [#swept].
    public Capture(
            Journal journal,
            CaptureConfig config,
            Hints hints,
            SeparatorSource separators,
            Timer timer,
            MeterRegistry meters) {
        this.config = config;
        this.hints = hints;
        this.timer = timer;
        this.separators = separators;
        this.gate = new CommitGate(journal, config, timer, meters, this::recovered);
        this.probes = meters.counter("imapmirror.capture.probes");
        meters.gauge("imapmirror.capture.outstanding", this, Capture::outstanding);
        for (Journal.Mark mark : journal.marks()) {
            AccountTracker tracker = new AccountTracker(mark.account(), gate, separators);
            tracker.mark().leftOver(mark.generation());
            trackers.put(mark.account(), tracker);
        }
    }

    @Override
    public SessionTap loggedIn(Login login) {
        AccountTracker tracker =
                trackers.compute(
                        login.account(),
                        (account, known) -> {
                            AccountTracker t =
                                    known == null
                                            ? new AccountTracker(account, gate, separators)
                                            : known;
                            t.opened(timer, config.firstUse());
                            return t;
                        });
        hints.sessionOpened(login.account());
        return new CaptureSession(this, tracker, login.origin(), this::probePrefix);
    }

    /// 80 random bits: no client's tag is equal by chance or design.
    private String probePrefix() {
        byte[] bits = new byte[10];
        synchronized (random) {
            random.nextBytes(bits);
        }
        return "P" + new java.math.BigInteger(1, bits).toString(32).toUpperCase(Locale.ROOT) + "P";
    }

    /// Completes when every command that is unanswered now, on any session of the account, was
    /// answered, and its events are durable or the account is suspect. May take as long as a client
    /// takes to send its command: to be bounded by the caller.
    public CompletionStage<Void> settled(Account account) {
        AccountTracker tracker = trackers.get(account);
        return tracker == null ? CompletableFuture.allOf() : tracker.settled();
    }

    /// Completes when the account's first client has done more than log in, or does nothing for so
    /// long that nobody waits for it, see [FirstUse].
    public CompletionStage<Void> begun(Account account) {
        AccountTracker tracker = trackers.get(account);
        return tracker == null ? CompletableFuture.allOf() : tracker.begun();
    }

    /// Commands of the account that may change something and are unanswered or not durable yet.
    public int outstanding(Account account) {
        AccountTracker tracker = trackers.get(account);
        return tracker == null ? 0 : tracker.outstanding();
    }

    /// The same for all accounts.
    public int outstanding() {
        return trackers.values().stream().mapToInt(AccountTracker::outstanding).sum();
    }

    /// Accounts of which the journal does not know that they are suspect, because it does not work.
    public Set<Account> unjournalled() {
        return gate.suspects();
    }

    /// The two sweeps after an unclean end of a session, or after a start that found the account
    /// marked, are done: the mark may go.
    public void swept(Account account) {
        AccountTracker tracker = trackers.get(account);
        if (tracker != null) {
            tracker.mark().swept();
            forget(account);
        }
    }

    private void recovered(Account account) {
        AccountTracker tracker = trackers.get(account);
        if (tracker != null) {
            tracker.mark().clear();
            forget(account);
        }
    }

    void ended(AccountTracker tracker, Origin origin, boolean marked, boolean unclean) {
        if (marked) {
            tracker.settled(origin)
                    .whenComplete((_, _) -> {
                        tracker.mark().release(!unclean);
                        forget(tracker.account());
                    });
        }
        Account account = tracker.account();
        if (unclean) {
            hints.unclean(account);
        }
        hints.sessionClosed(account);
        trackers.computeIfPresent(
                account,
                (_, t) -> {
                    t.closed();
                    return t;
                });
        forget(account);
    }

    private void forget(Account account) {
        trackers.computeIfPresent(
                account,
                (_, t) ->
                        !t.hasSessions() && t.outstanding() == 0 && !t.mark().isHeld() ? null : t);
    }

    CommitGate gate() {
        return gate;
    }

    CaptureConfig config() {
        return config;
    }

    Hints hints() {
        return hints;
    }

    Timer timer() {
        return timer;
    }

    void countProbe() {
        probes.increment();
    }
}
