package org.imapmirror.reconcile.sync;

import io.github.bucket4j.Bucket;

import org.imapmirror.reconcile.sync.SyncOptions.Limits;
import org.jspecify.annotations.Nullable;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Keeps all workers together below the rates, until the run is to end: then whatever is under way
/// goes on without a limit, so that the run ends in order and soon.
final class Throttle {
    /// Octets that pass at once; less would cost a wake-up for every few octets.
    private static final long MOST_AT_ONCE = 64 * 1024;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /// How soon a wait hears that the run is to end.
    private static final long LOOK_NANOS = 50_000_000L;

    private final Limits limits;
    private final BooleanSupplier stopped;
    private final @Nullable Bucket octets;
    private final @Nullable Bucket messages;
    private final AtomicLong passed = new AtomicLong();

    /// @param stopped becomes true when the run is to end; asked on all threads
    Throttle(Limits limits, BooleanSupplier stopped) {
        this.limits = limits;
        this.stopped = stopped;
        this.octets = limits.bytesPerSecond() > 0 ? octets(limits.bytesPerSecond()) : null;
        this.messages =
                limits.messagesPerSecond() > 0 ? messages(limits.messagesPerSecond()) : null;
    }

    private static Bucket octets(long perSecond) {
        return Bucket.builder()
                .addLimit(limit ->
                        limit.capacity(Math.max(1, Math.min(perSecond, MOST_AT_ONCE)))
                                .refillGreedy(perSecond, Duration.ofSeconds(1))
                                .initialTokens(0))
                .build();
    }

    private static Bucket messages(double perSecond) {
        return Bucket.builder()
                .addLimit(limit ->
                        limit.capacity(1)
                                .refillGreedy(
                                        1, Duration.ofNanos((long) (NANOS_PER_SECOND / perSecond))))
                .build();
    }

    /// Waits until a message may go, and lets its octets through no faster than allowed.
    InputStream pass(InputStream body) throws IOException {
        if (counts() && messages != null) {
            take(messages, 1);
        }
        return octets == null ? body : new Slowed(body, octets);
    }

    /// Octets that were brought over, from which the rates count.
    void passed(long count) {
        passed.addAndGet(count);
    }

    private boolean counts() {
        return passed.get() >= limits.afterBytes();
    }

    private void take(Bucket bucket, long tokens) throws IOException {
        if (stopped.getAsBoolean()) {
            return;
        }
        long end = System.nanoTime() + bucket.consumeIgnoringRateLimits(tokens);
        long left = end - System.nanoTime();
        while (left > 0 && !stopped.getAsBoolean()) {
            LockSupport.parkNanos(Math.min(left, LOOK_NANOS));
            if (Thread.interrupted()) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while waiting for the rate limit");
            }
            left = end - System.nanoTime();
        }
    }

    private final class Slowed extends FilterInputStream {
        private final Bucket bucket;
        private final int piece;

        private Slowed(InputStream in, Bucket bucket) {
            super(in);
            this.bucket = bucket;
            this.piece = (int) Math.max(1, Math.min(limits.bytesPerSecond(), MOST_AT_ONCE));
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int n = super.read(into, offset, Math.min(length, piece));
            if (n > 0 && counts()) {
                take(bucket, n);
            }
            return n;
        }
    }
}
