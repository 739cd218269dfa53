package org.imapmirror.capture;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Runs something later. Time comes in only here.
@FunctionalInterface
public interface Timer {

    /// @param task must be quick
    /// @return cancels it, where it has not run yet
    Runnable after(Duration delay, Runnable task);

    static Timer on(ScheduledExecutorService executor) {
        return (delay, task) -> {
            var scheduled = executor.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
            return () -> scheduled.cancel(false);
        };
    }
}
