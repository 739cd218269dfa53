package org.imapmirror.replicate;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;

/// When accounts are swept without anybody asking for it.
///
/// @param every how often a round of all known accounts begins; null for never
/// @param fullEvery when a sweep compares all messages of a mailbox, also where the server tells
///   that nothing changed; null for never
/// @param between the times of day at which sweeps may begin; empty for always
/// @param zone of these times
/// @param accountsPerMinute how many sweeps begin in a minute, at least 1
public record SweepRules(
        @Nullable Duration every,
        @Nullable Duration fullEvery,
        List<Times> between,
        ZoneId zone,
        int accountsPerMinute) {
    public static final SweepRules DEFAULT =
            new SweepRules(
                    Duration.ofHours(1),
                    Duration.ofDays(7),
                    List.of(),
                    ZoneId.systemDefault(),
                    600);

    /// No sweep without being asked.
    public static final SweepRules NEVER =
            new SweepRules(null, Duration.ofDays(7), List.of(), ZoneId.systemDefault(), 600);

    public SweepRules {
        between = List.copyOf(between);
        if (accountsPerMinute < 1) {
            throw new IllegalArgumentException("sweep.accounts-per-minute must be at least 1");
        }
    }

    /// A part of the day.
    ///
    /// @param from first moment
    /// @param to first moment after it; before `from` where midnight lies between them
    public record Times(LocalTime from, LocalTime to) {
        public Times {
            if (from.equals(to)) {
                throw new IllegalArgumentException("begins and ends at the same time");
            }
        }

        boolean has(LocalTime time) {
            boolean begun = !time.isBefore(from);
            boolean over = !time.isBefore(to);
            return from.isBefore(to) ? begun && !over : begun || !over;
        }
    }

    boolean mayBegin(Instant now) {
        LocalTime time = LocalTime.ofInstant(now, zone);
        return between.isEmpty() || between.stream().anyMatch(t -> t.has(time));
    }
}
