package org.imapmirror.capture;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// The time, and something that runs later. Time comes in only here.
public interface Timer {

    Instant now();

    /// @param task must be quick
    /// @return cancels it, where it has not run yet
    Runnable after(Duration delay, Runnable task);

    static Timer on(ScheduledExecutorService executor) {
        return new Timer() {
            @Override
            public Instant now() {
                return Instant.now();
            }

            @Override
            public Runnable after(Duration delay, Runnable task) {
                var scheduled = executor.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
                return () -> scheduled.cancel(false);
            }
        };
    }
}
