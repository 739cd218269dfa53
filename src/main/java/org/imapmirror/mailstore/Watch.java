package org.imapmirror.mailstore;

import org.imapmirror.mailstore.StoreException.Kind;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/// Waits until the selected mailbox changes: by IDLE (RFC 2177), or by NOOP from time to time.
final class Watch {
    /// Servers may hang up after half an hour of IDLE.
    private static final Duration LONGEST_IDLE = Duration.ofMinutes(25);

    /// How often `stop` is asked.
    private static final Duration TICK = Duration.ofSeconds(1);

    private final Connection connection;

    /// Guards [#idling], and the DONE that ends it.
    private final ReentrantLock lock = new ReentrantLock();

    private boolean idling;

    /// Has a permit while there is a call of [#wake()] that nobody has noticed.
    private final Semaphore wakeUps = new Semaphore(0);

    Watch(Connection connection) {
        this.connection = connection;
    }

    boolean idle(Duration max, BooleanSupplier stop) throws StoreException {
        long end = System.nanoTime() + max.toNanos();
        Mailbox mailbox = connection.mailbox();
        boolean woken = false;
        while (!mailbox.isChanged()
                && !woken
                && !stop.getAsBoolean()
                && System.nanoTime() - end < 0) {
            long rest = Math.max(0, end - System.nanoTime());
            woken =
                    connection.has("IDLE")
                            ? idleOnce(Math.min(rest, LONGEST_IDLE.toNanos()), stop)
                            : poll(Math.min(rest, connection.limits().idlePoll().toNanos()), stop);
        }
        wakeUps.drainPermits();
        return mailbox.takeChanged();
    }

    /// @return true where it was ended by [#wake()]
    private boolean idleOnce(long nanos, BooleanSupplier stop) throws StoreException {
        SentCommand idle = connection.send(CommandText.of("IDLE"), SentCommand.Untagged.NONE);
        if (!connection.awaitContinuation(idle)) {
            connection.ok(idle);
            throw connection.failures().of(Kind.PROTOCOL, "it ended IDLE by itself");
        }
        setIdling();
        boolean woken = wakeUps.tryAcquire();
        long end = System.nanoTime() + nanos;
        while (!woken
                && idle.answer() == null
                && !connection.mailbox().isChanged()
                && !stop.getAsBoolean()
                && System.nanoTime() - end < 0) {
            long wait = Math.min(TICK.toNanos(), Math.max(1, end - System.nanoTime()));
            connection.pump(Duration.ofNanos(wait), false);
            woken = wakeUps.tryAcquire();
        }
        done();
        connection.ok(idle);
        return woken;
    }

    private void setIdling() {
        lock.lock();
        try {
            idling = true;
        } finally {
            lock.unlock();
        }
    }

    /// Ends IDLE, unless the other thread did.
    private void done() throws StoreException {
        lock.lock();
        try {
            if (idling) {
                idling = false;
                connection.write("DONE\r\n");
                connection.flush();
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean poll(long nanos, BooleanSupplier stop) throws StoreException {
        long end = System.nanoTime() + nanos;
        boolean woken = false;
        while (!woken && !stop.getAsBoolean() && System.nanoTime() - end < 0) {
            try {
                woken =
                        wakeUps.tryAcquire(
                                Math.min(TICK.toNanos(), Math.max(1, end - System.nanoTime())),
                                TimeUnit.NANOSECONDS);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return true;
            }
        }
        connection.run(CommandText.of("NOOP"));
        return woken;
    }

    /// Ends [#idle] from another thread; one that begins later ends at once.
    void wake() {
        wakeUps.release();
        lock.lock();
        try {
            if (idling) {
                idling = false;
                connection.wire().write("DONE\r\n".getBytes(StandardCharsets.US_ASCII));
                connection.wire().flush();
            }
        } catch (StoreException _) {
            // The idling thread reads, and notices it.
            connection.wire().close();
        } finally {
            lock.unlock();
        }
    }
}
