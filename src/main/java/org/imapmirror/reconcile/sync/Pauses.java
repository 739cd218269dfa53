package org.imapmirror.reconcile.sync;

import java.util.concurrent.TimeUnit;

/// Back-off between tries: 1, 2, 4 seconds and so on, up to [Tuning#longestPause], ended early when
/// the run is.
final class Pauses {
    private static final long STEP_MILLIS = 200;

    private Pauses() {}

    /// @param failed tries before
    static void before(int failed, Run run) {
        long left =
                Math.min(
                        run.options().tuning().longestPause().toMillis(),
                        1000L << Math.min(failed, 10));
        try {
            for (; left > 0 && !run.ledger().over(); left -= STEP_MILLIS) {
                TimeUnit.MILLISECONDS.sleep(Math.min(left, STEP_MILLIS));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            run.ledger().end(SyncReport.Outcome.STOPPED);
        }
    }
}
