package org.imapmirror.replicate;

import java.time.Duration;

/// When what failed is tried again.
///
/// @param first the pause after the first failure; doubled by each further one, with jitter
/// @param longest of these pauses
/// @param tries how often a server may refuse the same thing without telling why before it is
///   parked, 1 or more
/// @param room how often it is looked whether there is room for what was over quota
/// @param refused how often what was refused without a reason that stays, or for want of rights, is
///   tried again
/// @param stuck how long a server may call itself unavailable for one thing before that is left out
/// @param unknown how long an archive is looked at for messages whose storing was cut off, before
///   they are sent again; what a mirror stores late is removed there, and needs no waiting
public record RetryRules(
        Duration first,
        Duration longest,
        int tries,
        Duration room,
        Duration refused,
        Duration stuck,
        Duration unknown) {
    public static final RetryRules DEFAULT =
            new RetryRules(
                    Duration.ofMillis(250),
                    Duration.ofSeconds(30),
                    3,
                    Duration.ofHours(1),
                    Duration.ofDays(1),
                    Duration.ofMinutes(10),
                    Duration.ofSeconds(10));

    public RetryRules {
        if (!first.isPositive() || longest.compareTo(first) < 0 || tries < 1) {
            throw new IllegalArgumentException(
                    "retry: first must be positive, longest not shorter, tries 1 or more");
        }
    }
}
