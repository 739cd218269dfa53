package org.imapmirror.reconcile.sync;

import java.time.Duration;

/// How much is done at once, and how often something is tried again.
///
/// @param batchMessages that are stored together, by one command where the target can do that: two
///   such batches may be under way, and after a crash so many are looked at again. 1 or more
/// @param batchOctets likewise; a larger message is stored alone
/// @param window messages of which one command asks for flags, dates or sizes, and whose rows are
///   in memory at once. 1 or more
/// @param tries of a message that the target refuses for the moment, or at which the connection
///   ends. 1 or more
/// @param reconnects one after the other, without a message brought over in between, before a
///   mailbox or the run is given up
/// @param longestPause before another try; the first are some seconds, each twice the one before
public record Tuning(
        int batchMessages,
        long batchOctets,
        int window,
        int tries,
        int reconnects,
        Duration longestPause) {
    public static final Tuning DEFAULT =
            new Tuning(200, 16L << 20, 2000, 3, 4, Duration.ofSeconds(30));

    public Tuning {
        if (batchMessages < 1
                || batchOctets < 1
                || window < 1
                || tries < 1
                || reconnects < 0
                || longestPause.isNegative()) {
            throw new IllegalArgumentException("bug: portions and tries of 0, or a pause below 0");
        }
    }
}
