package org.imapmirror.app.sync;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.OptionalLong;

class RemainingTest {
    private static final long SECOND = 1_000_000_000L;

    private final Remaining remaining = new Remaining();

    @Test
    void nothingIsKnownBeforeASizeIs() {
        remaining.left("INBOX", 100, 0, 0, 50 * SECOND);
        assertThat(remaining.messages()).isEqualTo(100);
        assertThat(remaining.bytes()).isEmpty();
        assertThat(remaining.seconds(51 * SECOND)).isEmpty();
    }

    @Test
    void unknownSizesAreAsTheKnownOnes() {
        remaining.left("INBOX", 100, 0, 0, 50 * SECOND);
        remaining.left("Sent", 50, 0, 0, 50 * SECOND);
        remaining.left("INBOX", 40, 10, 10_000, 50 * SECOND);
        assertThat(remaining.messages()).isEqualTo(90);
        assertThat(remaining.bytes()).isEqualTo(OptionalLong.of(10_000 + 80 * 1000));
    }

    @Test
    void timeIsOctetsByTheRateSinceSizesAreKnown() {
        remaining.left("INBOX", 10, 10, 100_000, 50 * SECOND);
        remaining.copied("INBOX", 10_000);
        remaining.copied("INBOX", 10_000);
        remaining.failed("INBOX", 10_000);
        assertThat(remaining.messages()).isEqualTo(7);
        assertThat(remaining.rate(52 * SECOND)).isEqualTo(10_000);
        assertThat(remaining.seconds(52 * SECOND)).isEqualTo(OptionalLong.of(7));
    }

    @Test
    void theEndOfAMailboxLeavesNothing() {
        remaining.left("INBOX", 10, 10, 100_000, 50 * SECOND);
        remaining.copied("INBOX", 10_000);
        remaining.left("INBOX", 0, 0, 0, 50 * SECOND);
        assertThat(remaining.messages()).isZero();
        assertThat(remaining.bytes()).isEqualTo(OptionalLong.of(0));
        assertThat(remaining.seconds(52 * SECOND)).isEmpty();
        assertThat(remaining.copiedBytes()).isEqualTo(10_000);
    }

    /// An attempt of an earlier run turned out to have stored it.
    @Test
    void whatWasNotLeftCanBeCopied() {
        remaining.left("INBOX", 0, 0, 0, 50 * SECOND);
        remaining.copied("INBOX", 500);
        remaining.copied("Other", 500);
        assertThat(remaining.messages()).isZero();
        assertThat(remaining.copied()).isEqualTo(2);
    }
}
