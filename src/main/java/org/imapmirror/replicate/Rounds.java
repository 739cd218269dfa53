package org.imapmirror.replicate;

import org.imapmirror.event.Account;

import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// Begins the sweeps that nobody asks for: a round over all known accounts each `sweep.every`, so
/// many of them in a minute, at the times of day at which they may begin. An account whose turn was
/// not reached when the next round is due has it once, not twice.
final class Rounds {
    private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();
    private static final long LONGEST_TICK_NANOS = Duration.ofSeconds(2).toNanos();

    private final Supplier<SweepRules> rules;
    private final Supplier<? extends Collection<Account>> accounts;
    private final Consumer<Account> sweep;
    private final Clock clock;
    private final LongSupplier nanos;
    private final Set<Account> waiting = new LinkedHashSet<>();
    private long roundAt;
    private long lastBegun;

    /// @param clock the wall clock, for the times of day
    /// @param nanos the monotonic one, for everything else
    Rounds(
            Supplier<SweepRules> rules,
            Supplier<? extends Collection<Account>> accounts,
            Consumer<Account> sweep,
            Clock clock,
            LongSupplier nanos) {
        this.rules = rules;
        this.accounts = accounts;
        this.sweep = sweep;
        this.clock = clock;
        this.nanos = nanos;
        this.roundAt = nanos.getAsLong();
        this.lastBegun = nanos.getAsLong();
    }

    /// Begins what is due; to be called at least each second.
    synchronized void tick() {
        SweepRules now = rules.get();
        Duration every = now.every();
        if (every == null) {
            waiting.clear();
            roundAt = nanos.getAsLong();
            return;
        }
        long time = nanos.getAsLong();
        if (time - roundAt >= every.toNanos()) {
            roundAt = time;
            waiting.addAll(accounts.get());
        }
        long pause = MINUTE_NANOS / now.accountsPerMinute();
        if (waiting.isEmpty() || !now.mayBegin(clock.instant())) {
            lastBegun = time - pause;
            return;
        }
        // However late the tick, what it missed is not made up for.
        lastBegun = Math.max(lastBegun, time - Math.max(pause, LONGEST_TICK_NANOS));
        long due = (time - lastBegun) / pause;
        lastBegun += due * pause;
        Iterator<Account> next = waiting.iterator();
        for (long i = 0; i < due && next.hasNext(); i++) {
            Account account = next.next();
            next.remove();
            sweep.accept(account);
        }
    }

    /// Accounts whose turn in the round has not come yet.
    synchronized int waiting() {
        return waiting.size();
    }
}
