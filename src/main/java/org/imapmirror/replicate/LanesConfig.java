package org.imapmirror.replicate;

import org.imapmirror.reconcile.Brake;

import java.time.Duration;
import java.util.Map;

/// @param sweeps when accounts are compared without anybody asking for it
/// @param firstCopies how many accounts are copied for the first time at once, at least 1
/// @param settleTimeout how long a comparison waits for clients' outstanding commands
/// @param secondSweep after which time an account whose commands were cut off is compared again
/// @param retry when what failed is tried again
/// @param deletions what deletions on the primary do to a mirror, for those where they are not
///   simply applied
public record LanesConfig(
        SweepRules sweeps,
        int firstCopies,
        Brake brake,
        Duration settleTimeout,
        Duration secondSweep,
        RetryRules retry,
        Map<String, Deletions> deletions) {
    public static final LanesConfig DEFAULT =
            new LanesConfig(
                    SweepRules.DEFAULT,
                    4,
                    Brake.DEFAULT,
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(60),
                    RetryRules.DEFAULT,
                    Map.of());

    public LanesConfig {
        deletions = Map.copyOf(deletions);
        if (firstCopies < 1) {
            throw new IllegalArgumentException("first-copy.accounts must be at least 1");
        }
    }
}
