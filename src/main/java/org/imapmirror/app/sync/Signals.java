package org.imapmirror.app.sync;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// Lets SIGTERM and SIGINT end a run in order: messages that are under way are finished, the report
/// is printed. A run that does not end within the grace is cut off, which loses nothing either.
final class Signals implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(20);

    private final AtomicBoolean stopped = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook = new Thread(this::onEnd, "stop-sync");

    Signals() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /// Becomes true when the run is to end.
    AtomicBoolean stopped() {
        return stopped;
    }

    private void onEnd() {
        stopped.set(true);
        try {
            if (ended.await(GRACE.toSeconds(), TimeUnit.SECONDS)) {
                // The number of a process that a signal ended would hide how it ended.
                Runtime.getRuntime().halt(SyncExit.STOPPED);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// All that was to be printed is printed.
    @Override
    public void close() {
        if (stopped.get()) {
            ended.countDown();
            return;
        }
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // A signal comes at this very moment; there is nothing left to be stopped.
            ended.countDown();
        }
    }
}
