package org.imapmirror.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.imapmirror.event.UidSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

class SequenceMapTest {

    /// A mailbox with its true UIDs, and what a naive map knows of them.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void mapAgreesWithNaiveModel(long seed) {
        Random random = new Random(seed);
        SequenceMap map = new SequenceMap();
        List<Long> truth = new ArrayList<>();
        List<Boolean> told = new ArrayList<>();
        long next = 1;
        for (int step = 0; step < 4000; step++) {
            int dice = random.nextInt(100);
            if (dice < 15 || truth.isEmpty()) {
                for (int i = random.nextInt(6); i >= 0; i--) {
                    truth.add(next);
                    told.add(false);
                    next += random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 1;
                }
                assertThat(map.exists(truth.size())).isTrue();
            } else if (dice < 30) {
                int n = random.nextInt(truth.size());
                long known = map.uid(n + 1);
                assertThat(known).isIn(0L, truth.get(n));
                assertThat(map.expunge(n + 1)).isEqualTo(known);
                truth.remove(n);
                told.remove(n);
            } else if (dice < 40) {
                int n = random.nextInt(truth.size());
                assertThat(map.vanish(truth.get(n))).isTrue();
                truth.remove(n);
                told.remove(n);
            } else if (dice < 42) {
                assertThat(map.whole(set(truth))).isTrue();
                told.replaceAll(_ -> true);
            } else {
                int n = random.nextInt(truth.size());
                assertThat(map.learn(n + 1, truth.get(n))).isTrue();
                told.set(n, true);
            }
            if (step % 10 == 0) {
                compare(map, truth, told, random);
            }
        }
    }

    private static void compare(
            SequenceMap map, List<Long> truth, List<Boolean> told, Random random) {
        assertThat(map.size()).isEqualTo(truth.size());
        int unknown = 0;
        for (int n = 1; n <= truth.size(); n++) {
            long uid = map.uid(n);
            if (told.get(n - 1)) {
                assertThat(uid).isEqualTo(truth.get(n - 1));
            } else {
                // What follows from its neighbours may be known too.
                assertThat(uid).isIn(0L, truth.get(n - 1));
            }
            unknown += uid == 0 ? 1 : 0;
            if (uid != 0) {
                assertThat(map.number(uid)).isEqualTo(n);
            }
        }
        assertThat(map.isComplete()).isEqualTo(unknown == 0);
        assertThat(map.known()).isEqualTo(map.uidsAt(UidSet.range(1, 100_000)));
        assertThat(map.unknownIn(UidSet.range(1, 100_000)).size()).isEqualTo(unknown);
        assertThat(set(truth).minus(map.possible())).isEqualTo(UidSet.EMPTY);
        if (truth.isEmpty()) {
            assertThat(map.possibleLast()).isEqualTo(UidSet.EMPTY);
        } else {
            assertThat(map.possibleLast().contains(truth.getLast())).isTrue();
            int n = 1 + random.nextInt(truth.size());
            SequenceMap copy = map.copy();
            copy.expunge(n);
            assertThat(map.size()).isEqualTo(copy.size() + 1);
        }
    }

    private static UidSet set(List<Long> uids) {
        return UidSet.of(uids);
    }

    @Test
    void gapWithRoomForExactlyItsEntriesIsFilled() {
        SequenceMap map = new SequenceMap();
        map.exists(6);
        map.learn(2, 2);
        assertThat(map.uid(1)).isEqualTo(1);
        map.learn(6, 6);
        assertThat(map.isComplete()).isTrue();
        assertThat(map.known()).isEqualTo(UidSet.range(1, 6));
    }

    @Test
    void uidOutOfOrderIsAContradiction() {
        SequenceMap map = new SequenceMap();
        map.exists(5);
        assertThat(map.learn(3, 13)).isTrue();
        assertThat(map.learn(2, 13)).isFalse();
        assertThat(map.learn(4, 12)).isFalse();
        assertThat(map.learn(3, 14)).isFalse();
        assertThat(map.learn(5, 14)).isFalse();
        assertThat(map.learn(6, 20)).isFalse();
        assertThat(map.learn(1, 2)).isTrue();
        assertThat(map.learn(3, 13)).isTrue();
    }

    @Test
    void fewerMessagesWithoutExpungeForgetsAll() {
        SequenceMap map = new SequenceMap();
        map.exists(5);
        map.learn(1, 11);
        assertThat(map.exists(3)).isFalse();
        assertThat(map.size()).isEqualTo(3);
        assertThat(map.known()).isEqualTo(UidSet.EMPTY);
    }

    @Test
    void expungeOfAbsentNumberIsRefused() {
        SequenceMap map = new SequenceMap();
        map.exists(1);
        assertThatThrownBy(() -> map.expunge(2)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void vanishedUidThatCannotExistChangesNothing() {
        SequenceMap map = new SequenceMap();
        map.exists(2);
        map.learn(1, 11);
        map.learn(2, 12);
        assertThat(map.vanish(13)).isFalse();
        assertThat(map.vanish(10)).isFalse();
        assertThat(map.size()).isEqualTo(2);
    }

    @Test
    void longFragmentedMailboxIsFollowedQuickly() {
        SequenceMap map = new SequenceMap();
        int count = 100_000;
        map.exists(count);
        for (int n = 1; n <= count; n++) {
            assertThat(map.learn(n, 3L * n)).isTrue();
        }
        for (int n = count; n >= 1; n--) {
            assertThat(map.expunge(n)).isEqualTo(3L * n);
        }
        assertThat(map.size()).isZero();
    }
}
