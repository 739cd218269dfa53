package org.imapmirror.reconcile.verify;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.event.Flags;
import org.imapmirror.reconcile.verify.Contents.Message;
import org.imapmirror.reconcile.verify.Difference.Kind;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

class ComparisonTest {
    private static final Flags SEEN = Flags.of("\\Seen");

    private static Message message(long body, long uid, long seconds, Flags flags) {
        return new Message(body, 7, uid, seconds, 100, flags);
    }

    private static Comparison.Result compare(
            Duration tolerance, List<Message> source, List<Message> target) {
        return new Comparison(true, tolerance).of(new ArrayList<>(source), new ArrayList<>(target));
    }

    @Test
    void equalMessagesAreAsManyAsTheyAre() {
        Comparison.Result result =
                compare(
                        Duration.ZERO,
                        List.of(
                                message(1, 1, 10, SEEN),
                                message(1, 2, 10, SEEN),
                                message(1, 3, 10, SEEN),
                                message(2, 4, 10, SEEN)),
                        List.of(
                                message(1, 11, 10, SEEN),
                                message(1, 12, 10, SEEN),
                                message(3, 13, 10, SEEN)));
        assertThat(result.missing()).extracting(Message::uid).containsExactlyInAnyOrder(3L, 4L);
        assertThat(result.extra()).extracting(Message::uid).containsExactly(13L);
        assertThat(result.different()).isEmpty();
    }

    @Test
    void copiesOfOneBodyArePairedSoThatLeastDiffers() {
        Comparison.Result result =
                compare(
                        Duration.ZERO,
                        List.of(message(1, 1, 10, SEEN), message(1, 2, 20, Flags.NONE)),
                        List.of(message(1, 11, 20, SEEN), message(1, 12, 10, SEEN)));
        assertThat(result.different())
                .singleElement()
                .satisfies(pair -> {
                    assertThat(pair.kind()).isEqualTo(Kind.FLAGS);
                    assertThat(pair.source().uid()).isEqualTo(2);
                    assertThat(pair.target().uid()).isEqualTo(11);
                });
    }

    @Test
    void datesDifferWhereTheyDifferMoreThanTheTolerance() {
        List<Message> source = List.of(message(1, 1, 10, SEEN));
        List<Message> target = List.of(message(1, 11, 12, SEEN));
        assertThat(compare(Duration.ofSeconds(1), source, target).different())
                .extracting(Comparison.Pair::kind)
                .containsExactly(Kind.DATE);
        assertThat(compare(Duration.ofSeconds(2), source, target).different()).isEmpty();
    }

    @Test
    void aMissingDateIsNoDate() {
        assertThat(
                        compare(
                                        Duration.ofDays(1),
                                        List.of(message(1, 1, Contents.NO_DATE, SEEN)),
                                        List.of(message(1, 11, 10, SEEN)))
                                .different())
                .extracting(Comparison.Pair::kind)
                .containsExactly(Kind.DATE);
    }
}
