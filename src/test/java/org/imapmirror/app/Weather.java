package org.imapmirror.app;

import org.imapmirror.testing.FaultRelay;
import org.imapmirror.testing.RealServer;
import org.jspecify.annotations.Nullable;

import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/// What happens to a mirror and the way to it, at random, until it is over: connections are cut,
/// also in the middle of a message, nothing goes through, connecting is refused, the server is
/// restarted. Afterwards all is well.
final class Weather implements AutoCloseable {
    private static final long LONGEST_PAUSE_NANOS = 400_000_000;
    private static final int LONGEST_LETTER = 60_000;

    private final FaultRelay relay;
    private final RealServer mirror;
    private final Random random;
    private final Thread thread;
    private volatile boolean over;
    private volatile int outages;
    private volatile int restarts;
    private volatile @Nullable RuntimeException failure;

    Weather(FaultRelay relay, RealServer mirror, long seed) {
        this.relay = relay;
        this.mirror = mirror;
        this.random = new Random(seed);
        this.thread = Thread.ofPlatform().name("weather").start(this::run);
    }

    /// Faults so far that were not cuts.
    int outages() {
        return outages;
    }

    /// Restarts of the mirror so far.
    int restarts() {
        return restarts;
    }

    private void run() {
        try {
            change();
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    private void change() {
        while (!over) {
            pause();
            switch (random.nextInt(12)) {
                case 0, 1, 2 -> relay.cut();
                case 3, 4, 5, 6 -> relay.cutAfter(random.nextInt(LONGEST_LETTER));
                case 7, 8 -> {
                    outages++;
                    relay.stall();
                    pause();
                    relay.flow();
                }
                case 9, 10 -> {
                    outages++;
                    relay.refuse();
                    pause();
                    relay.accept();
                }
                default -> {
                    restarts++;
                    mirror.stop();
                    pause();
                    mirror.start();
                }
            }
        }
    }

    private void pause() {
        LockSupport.parkNanos((long) (random.nextDouble() * LONGEST_PAUSE_NANOS));
    }

    @Override
    public void close() {
        over = true;
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        relay.cutAfter(Long.MAX_VALUE);
        RuntimeException failed = failure;
        if (failed != null) {
            throw failed;
        }
    }
}
