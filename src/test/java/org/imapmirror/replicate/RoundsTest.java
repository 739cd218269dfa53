package org.imapmirror.replicate;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.event.Account;
import org.junit.jupiter.api.Test;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;

class RoundsTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private final List<Account> accounts =
            IntStream.range(0, 1000).mapToObj(i -> new Account("u" + i)).toList();

    private final List<Account> begun = new ArrayList<>();
    private Instant now = Instant.parse("2026-11-28T12:00:00Z");
    private SweepRules rules = rules(Duration.ofHours(1), 120);
    private final Rounds rounds =
            new Rounds(
                    () -> rules,
                    () -> accounts,
                    begun::add,
                    clock(),
                    () -> Duration.between(Instant.EPOCH, now).toNanos());

    private Clock clock() {
        InstantSource source = () -> now;
        return source.withZone(ZoneOffset.UTC);
    }

    private static SweepRules rules(Duration every, int perMinute, SweepRules.Times... between) {
        return new SweepRules(every, null, List.of(between), BERLIN, perMinute);
    }

    private void pass(Duration time) {
        for (Instant end = now.plus(time); now.isBefore(end); ) {
            now = now.plusMillis(200);
            rounds.tick();
        }
    }

    @Test
    void aRoundIsSpreadOverTime() {
        pass(Duration.ofMinutes(59));
        assertThat(begun).isEmpty();
        pass(Duration.ofMinutes(2));
        assertThat(begun).hasSizeBetween(115, 125);
        pass(Duration.ofMinutes(4));
        assertThat(begun).hasSizeBetween(590, 610);
        pass(Duration.ofMinutes(6));
        assertThat(begun).containsExactlyElementsOf(accounts);
        assertThat(rounds.waiting()).isZero();
    }

    /// At 7 in a minute the thousand need more than two hours.
    @Test
    void nobodyHasTwoTurnsBeforeEverybodyHadOne() {
        rules = rules(Duration.ofHours(1), 7);
        pass(Duration.ofHours(3));
        assertThat(begun).hasSizeBetween(830, 845);
        assertThat(new HashSet<>(begun)).hasSameSizeAs(begun);
    }

    @Test
    void sweepsBeginAtTheirTimesOfDayOnly() {
        // In Berlin it is 13:00.
        rules =
                rules(
                        Duration.ofHours(1),
                        60_000,
                        new SweepRules.Times(LocalTime.of(22, 0), LocalTime.of(6, 0)));
        pass(Duration.ofMinutes(8 * 60 + 59));
        assertThat(begun).isEmpty();
        assertThat(rounds.waiting()).isEqualTo(1000);
        pass(Duration.ofMinutes(2));
        assertThat(begun).hasSize(1000);
        pass(Duration.ofHours(8));
        int untilSix = begun.size();
        assertThat(untilSix).isBetween(8000, 10_000);
        pass(Duration.ofHours(10));
        assertThat(begun).hasSize(untilSix);
    }

    @Test
    void neverIsNever() {
        rules = new SweepRules(null, null, List.of(), BERLIN, 600);
        pass(Duration.ofHours(5));
        assertThat(begun).isEmpty();
        rules = rules(Duration.ofMinutes(1), 60_000);
        pass(Duration.ofSeconds(61));
        assertThat(begun).hasSize(1000);
    }

    @Test
    void timesOfDay() {
        var night = new SweepRules.Times(LocalTime.of(22, 0), LocalTime.of(6, 0));
        assertThat(List.of("22:00", "23:59", "00:00", "05:59"))
                .allMatch(t -> night.has(LocalTime.parse(t)));
        assertThat(List.of("06:00", "12:00", "21:59"))
                .noneMatch(t -> night.has(LocalTime.parse(t)));
        var noon = new SweepRules.Times(LocalTime.of(12, 0), LocalTime.of(13, 0));
        assertThat(noon.has(LocalTime.of(12, 0))).isTrue();
        assertThat(noon.has(LocalTime.of(13, 0))).isFalse();
    }
}
