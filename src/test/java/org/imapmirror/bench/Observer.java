package org.imapmirror.bench;

import org.imapmirror.testing.Access;
import org.imapmirror.testing.RawImap;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/// Makes changes on one side of an account and looks when each is visible on the other: there, it
/// asks by NOOP, with a pause of a millisecond, only while a change is awaited. IDLE would tell
/// late: Dovecot collects for half a second.
///
/// The next change is not made before the last one is visible, so that a stall counts once.
///
/// @param written where the changes are made
/// @param seen where they are awaited
record Observer(Access written, Access seen) {
    private static final long PAUSE = Duration.ofMillis(5).toNanos();
    private static final long LONGEST = Duration.ofSeconds(60).toNanos();
    private static final Pattern EXISTS = Pattern.compile("\\* (\\d+) EXISTS");

    /// In nanoseconds.
    record Lags(long[] appends, long[] flags) {
        static Lags join(List<Lags> all) {
            return new Lags(
                    all.stream().flatMapToLong(l -> LongStream.of(l.appends)).toArray(),
                    all.stream().flatMapToLong(l -> LongStream.of(l.flags)).toArray());
        }
    }

    /// @param before changes that are made before those that count, so that connections are open
    /// @param changes half of them messages, half flags
    /// @param start when the first one is made, by [System#nanoTime]
    /// @param period from the beginning of one change to that of the next
    Lags run(int before, int changes, long start, Duration period) throws IOException {
        Lags lags = new Lags(new long[changes / 2], new long[changes / 2]);
        try (RawImap writer = RawImap.login(written);
                RawImap observer = RawImap.login(seen)) {
            writer.command("SELECT INBOX");
            int[] messages = {0};
            observer.command("SELECT INBOX", line -> messages[0] = exists(line, messages[0]));
            long slot = start;
            for (int i = -before / 2; i < changes / 2; i++) {
                LockSupport.parkNanos(slot - System.nanoTime());
                int wanted = messages[0] + 1;
                writer.append("INBOX", Flood.MAIL);
                long append =
                        awaitVisible(
                                observer,
                                line -> {
                                    messages[0] = exists(line, messages[0]);
                                    return messages[0] >= wanted;
                                });
                LockSupport.parkNanos(slot + period.toNanos() - System.nanoTime());
                writer.command("STORE " + wanted + " +FLAGS (\\Flagged)");
                long flags =
                        awaitVisible(
                                observer,
                                line ->
                                        line.startsWith("* " + wanted + " FETCH")
                                                && line.contains("\\Flagged"));
                if (i >= 0) {
                    lags.appends[i] = append;
                    lags.flags[i] = flags;
                }
                slot += 2 * period.toNanos();
            }
        }
        return lags;
    }

    @FunctionalInterface
    private interface Sign {
        boolean isIn(String line);
    }

    private static long awaitVisible(RawImap observer, Sign sign) throws IOException {
        long start = System.nanoTime();
        boolean[] visible = {false};
        while (true) {
            observer.command("NOOP", line -> visible[0] |= sign.isIn(line));
            long took = System.nanoTime() - start;
            if (visible[0]) {
                return took;
            }
            if (took > LONGEST) {
                throw new IOException("not visible on the mirror after 60 s");
            }
            LockSupport.parkNanos(PAUSE);
        }
    }

    private static int exists(String line, int before) {
        Matcher exists = EXISTS.matcher(line);
        return exists.matches() ? Integer.parseInt(exists.group(1)) : before;
    }
}
