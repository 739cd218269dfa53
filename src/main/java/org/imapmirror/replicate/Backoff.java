package org.imapmirror.replicate;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// Waiting times between tries: doubled each time, with jitter, up to a longest.
final class Backoff {
    private static final Duration FIRST = Duration.ofMillis(250);
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private final RandomGenerator random;
    private int failures;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    Duration next() {
        long millis = Math.min(LONGEST.toMillis(), FIRST.toMillis() << Math.min(failures, 16));
        failures++;
        return Duration.ofMillis(millis / 2 + random.nextLong(millis / 2 + 1));
    }

    void succeeded() {
        failures = 0;
    }
}
