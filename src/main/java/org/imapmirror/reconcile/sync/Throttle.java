package org.imapmirror.reconcile.sync;

import io.github.bucket4j.Bucket;

import org.imapmirror.reconcile.sync.SyncOptions.Limits;
import org.jspecify.annotations.Nullable;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// Keeps all workers together below the rates.
final class Throttle {
    /// Octets that pass at once; less would cost a wake-up for every few octets.
    private static final long MOST_AT_ONCE = 64 * 1024;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final Limits limits;
    private final @Nullable Bucket octets;
    private final @Nullable Bucket messages;
    private final AtomicLong passed = new AtomicLong();

    Throttle(Limits limits) {
        this.limits = limits;
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

    private static void take(Bucket bucket, long tokens) throws IOException {
        try {
            bucket.asBlocking().consume(tokens);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for the rate limit", e);
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
