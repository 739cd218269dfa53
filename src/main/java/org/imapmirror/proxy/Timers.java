package org.imapmirror.proxy;

import io.netty.channel.EventLoop;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// What a session is waited for, and how long. One thing at a time.
final class Timers {
    private final EventLoop loop;
    private @Nullable ScheduledFuture<?> running;

    Timers(EventLoop loop) {
        this.loop = loop;
    }

    /// Replaces what was waited for.
    void after(Duration time, Runnable action) {
        cancel();
        running = loop.schedule(action, time.toNanos(), TimeUnit.NANOSECONDS);
    }

    /// @param lastInput when something happened last, by [System#nanoTime]
    void afterSilence(Duration time, LongSupplier lastInput, Runnable action) {
        long silent = System.nanoTime() - lastInput.getAsLong();
        Duration rest = time.minusNanos(silent);
        if (rest.isPositive()) {
            after(rest, () -> afterSilence(time, lastInput, action));
        } else {
            action.run();
        }
    }

    void cancel() {
        if (running != null) {
            running.cancel(false);
            running = null;
        }
    }
}
