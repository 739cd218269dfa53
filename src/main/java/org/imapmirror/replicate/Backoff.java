package org.imapmirror.replicate;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// Waiting times between tries: doubled each time, with jitter, up to a longest.
final class Backoff {
    private final RandomGenerator random;
    private final RetryRules rules;
    private int failures;

    Backoff(RandomGenerator random, RetryRules rules) {
        this.random = random;
        this.rules = rules;
    }

    Duration next() {
        long millis =
                Math.min(
                        rules.longest().toMillis(),
                        rules.first().toMillis() << Math.min(failures, 16));
        failures++;
        return Duration.ofMillis(millis / 2 + random.nextLong(millis / 2 + 1));
    }

    void succeeded() {
        failures = 0;
    }
}
