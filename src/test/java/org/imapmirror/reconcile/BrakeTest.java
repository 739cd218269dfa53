package org.imapmirror.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BrakeTest {
    private final Brake brake = Brake.DEFAULT;

    @Test
    void fewDeletionsPass() {
        assertThat(brake.stops(0, 10, 10, false)).isFalse();
        assertThat(brake.stops(100, 110, 10, false)).isFalse();
    }

    @Test
    void manyAndALargeShareStop() {
        assertThat(brake.stops(101, 200, 99, false)).isTrue();
        assertThat(brake.stops(101, 10_000, 9_899, false)).isFalse();
    }

    @Test
    void trashIsExemptFromTheShare() {
        assertThat(brake.stops(101, 200, 99, true)).isFalse();
    }

    @Test
    void aSideThatBecameEmptyStops() {
        assertThat(brake.stops(5, 5, 0, true)).isTrue();
        assertThat(brake.stops(1, 1, 0, false)).isFalse();
    }
}
