package org.imapmirror.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.reconcile.Matcher.Candidate;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.List;
import java.util.Map;

class MatcherTest {
    private static final Instant T = Instant.parse("2026-11-23T10:00:00Z");

    private static Candidate m(long uid, String id, String headers, long size) {
        return new Candidate(uid, id, headers, T, size);
    }

    private static Map<Long, Long> match(
            List<Candidate> source, List<Candidate> target, boolean bodiesAgree) {
        return Matcher.match(source, target, (_, _) -> bodiesAgree);
    }

    @Test
    void oneMessageIdOnBothSidesPairsWithoutLookingAtBodies() {
        assertThat(match(List.of(m(1, "<a>", "h", 10)), List.of(m(7, "<a>", "h", 10)), false))
                .isEqualTo(Map.of(1L, 7L));
    }

    @Test
    void aDraftSavedTwiceStaysTwoMessages() {
        assertThat(
                        match(
                                List.of(m(1, "<a>", "h", 10), m(2, "<a>", "h", 10)),
                                List.of(m(7, "<a>", "h", 10)),
                                false))
                .isEmpty();
    }

    @Test
    void identicalCopiesPairAsManyAsThereAre() {
        assertThat(
                        match(
                                List.of(
                                        m(1, "<a>", "h", 10),
                                        m(2, "<a>", "h", 10),
                                        m(3, "<a>", "h", 10)),
                                List.of(m(7, "<a>", "h", 10), m(9, "<a>", "h", 10)),
                                true))
                .isEqualTo(Map.of(1L, 7L, 2L, 9L));
    }

    @Test
    void withoutMessageIdOnlyBodiesDecide() {
        List<Candidate> source = List.of(new Candidate(1, null, "h", T, 10));
        List<Candidate> target = List.of(new Candidate(7, null, "h", T, 10));
        assertThat(match(source, target, false)).isEmpty();
        assertThat(match(source, target, true)).isEqualTo(Map.of(1L, 7L));
    }

    @Test
    void anotherSizeOrDateNeedsTheBodies() {
        List<Candidate> target = List.of(m(7, "<a>", "h", 12));
        assertThat(match(List.of(m(1, "<a>", "h", 10)), target, false)).isEmpty();
        assertThat(match(List.of(m(1, "<a>", "h", 10)), target, true)).isEqualTo(Map.of(1L, 7L));
    }

    @Test
    void otherHeadersNeverPair() {
        assertThat(match(List.of(m(1, "<a>", "h", 10)), List.of(m(7, "<a>", "x", 10)), true))
                .isEmpty();
    }
}
