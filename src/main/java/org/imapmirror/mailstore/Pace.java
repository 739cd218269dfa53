package org.imapmirror.mailstore;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// How many octets and messages pass in a second between us and one server, over all connections
/// and in both directions together. Whoever is too fast waits, in the order of coming. Thread-safe.
final class Pace {
    /// Without limits.
    static final Pace FREE = new Pace();

    /// Octets that pass at once; less would cost a wake-up for every few octets.
    private static final long MOST_AT_ONCE = 64 * 1024;

    private static final double NANOS_PER_SECOND = 1e9;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private final long zero = System.nanoTime();
    private volatile long octetsPerSecond;
    private volatile long messagesPerSecond;

    /// Guarded by the lock, in nanoseconds since [#zero]: when the next one may pass.
    private double nextOctet;

    private double nextMessage;
    private boolean over;

    /// From now on.
    ///
    /// @param octets in a second, 0 for no limit
    /// @param messages likewise
    void limit(long octets, long messages) {
        if (octets < 0 || messages < 0) {
            throw new IllegalArgumentException("a rate is 0 or more");
        }
        octetsPerSecond = octets;
        messagesPerSecond = messages;
    }

    /// Nobody waits any more: who does, or would have to, fails at once.
    void end() {
        lock.lock();
        try {
            over = true;
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// A message that passes no faster than allowed.
    InputStream pass(InputStream body) {
        return octetsPerSecond == 0 && messagesPerSecond == 0 ? body : new Paced(body);
    }

    private void message() throws IOException {
        long rate = messagesPerSecond;
        lock.lock();
        try {
            if (rate > 0) {
                double start = Math.max(now(), nextMessage);
                nextMessage = start + NANOS_PER_SECOND / rate;
                await(start);
            }
        } finally {
            lock.unlock();
        }
    }

    private void octets(int count) throws IOException {
        long rate = octetsPerSecond;
        lock.lock();
        try {
            if (rate > 0) {
                // Paid for afterwards: these have passed, the next ones wait.
                double start = Math.max(now(), nextOctet);
                nextOctet = start + count * NANOS_PER_SECOND / rate;
                await(nextOctet);
            }
        } finally {
            lock.unlock();
        }
    }

    private double now() {
        return System.nanoTime() - zero;
    }

    /// The lock is free meanwhile.
    private void await(double until) throws IOException {
        try {
            double rest = until - now();
            while (rest > 0) {
                if (over) {
                    throw new IOException(
                            "imapmirror stops; it was waiting for limits of a server");
                }
                var unused = ended.awaitNanos((long) Math.ceil(rest));
                rest = until - now();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException reason =
                    new InterruptedIOException("interrupted while waiting for limits of a server");
            reason.initCause(e);
            throw reason;
        }
    }

    private final class Paced extends FilterInputStream {
        private boolean begun;

        private Paced(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (!begun) {
                begun = true;
                message();
            }
            long rate = octetsPerSecond;
            long most = rate == 0 ? length : Math.max(1, Math.min(rate / 4, MOST_AT_ONCE));
            int n = super.read(into, offset, (int) Math.min(length, most));
            if (n > 0) {
                octets(n);
            }
            return n;
        }
    }
}
