package org.imapmirror.capture;

import java.time.Duration;

/// @param maxHold how long an answer waits for the journal (`journal.max-hold`)
/// @param probeTimeout how long a client's command waits for a question of ours
/// @param firstUse how long whoever wants to look into an account waits for its first client to
///   open or make a mailbox
/// @param moveTimeout how long a command that makes, renames or deletes a mailbox waits until
///   nobody else looks into that, or lists or opens others
/// @param retryMin first pause before the journal is tried again after it failed
/// @param retryMax longest such pause
public record CaptureConfig(
        Duration maxHold,
        Duration probeTimeout,
        Duration firstUse,
        Duration moveTimeout,
        Duration retryMin,
        Duration retryMax) {
    public static final CaptureConfig DEFAULTS =
            new CaptureConfig(
                    Duration.ofMillis(250),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(1),
                    Duration.ofMillis(100),
                    Duration.ofSeconds(5));

    public CaptureConfig {
        if (maxHold.isNegative() || maxHold.isZero()) {
            throw new IllegalArgumentException("journal.max-hold must be positive: " + maxHold);
        }
        if (probeTimeout.isNegative() || probeTimeout.isZero()) {
            throw new IllegalArgumentException("the probe's time must be positive");
        }
        if (firstUse.isNegative() || firstUse.isZero()) {
            throw new IllegalArgumentException("the time for the first use must be positive");
        }
        if (moveTimeout.isNegative() || moveTimeout.isZero()) {
            throw new IllegalArgumentException("the time for others to leave must be positive");
        }
        if (retryMin.isNegative() || retryMin.isZero() || retryMax.compareTo(retryMin) < 0) {
            throw new IllegalArgumentException("the journal's retry pauses must be positive");
        }
    }

    public CaptureConfig withMaxHold(Duration hold) {
        return new CaptureConfig(hold, probeTimeout, firstUse, moveTimeout, retryMin, retryMax);
    }
}
