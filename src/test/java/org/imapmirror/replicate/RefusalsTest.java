package org.imapmirror.replicate;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Trust;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;
import org.junit.jupiter.api.Test;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

class RefusalsTest {
    private static final Endpoint SERVER =
            new Endpoint("mirror", "127.0.0.1", 1, Endpoint.Tls.NONE, new Trust.Insecure());
    private static final StoreException UNAVAILABLE =
            new StoreException(Kind.REFUSED, SERVER, "UNAVAILABLE", "later");

    private final AtomicLong nanos = new AtomicLong(7);
    private final Refusals refusals = new Refusals(RetryRules.DEFAULT, nanos::get);

    private boolean forGoodAfter(int minutes, String item) {
        nanos.addAndGet(TimeUnit.MINUTES.toNanos(minutes));
        return refusals.forGood(item, UNAVAILABLE);
    }

    private void leaveOut(String item) {
        assertThat(forGoodAfter(0, item)).isFalse();
        assertThat(forGoodAfter(4, item)).isFalse();
        assertThat(forGoodAfter(5, item)).isFalse();
        assertThat(forGoodAfter(1, item)).isTrue();
    }

    @Test
    void whatIsUnavailableForLongIsLeftOut() {
        leaveOut("message 1/1");
        refusals.succeeded("message 1/2");
        assertThat(refusals.takeAgain()).isFalse();
        // It is known by now.
        assertThat(forGoodAfter(1, "message 1/1")).isTrue();
    }

    @Test
    void aSuccessInBetweenBeginsAnew() {
        assertThat(forGoodAfter(0, "message 1/1")).isFalse();
        assertThat(forGoodAfter(9, "message 1/1")).isFalse();
        refusals.succeeded("message 1/1");
        assertThat(forGoodAfter(9, "message 1/1")).isFalse();
        assertThat(forGoodAfter(9, "message 1/1")).isFalse();
    }

    @Test
    void refusalsFarFromEachOtherAreNotTheSameOutage() {
        assertThat(forGoodAfter(0, "mailbox INBOX")).isFalse();
        assertThat(forGoodAfter(0, "mailbox INBOX")).isFalse();
        assertThat(forGoodAfter(60, "mailbox INBOX")).isFalse();
    }

    @Test
    void whereEverythingIsRefusedNothingMoreIsLeftOut() {
        leaveOut("message 1/1");
        for (int i = 0; i < 20; i++) {
            assertThat(forGoodAfter(5, "message 1/2")).isFalse();
            assertThat(forGoodAfter(0, "entry 12")).isFalse();
        }
        // A change of flags says nothing about messages that are to be stored.
        refusals.succeeded("entry 11");
        assertThat(refusals.takeAgain()).isFalse();
        refusals.succeeded("message 1/2");
        assertThat(refusals.takeAgain()).isTrue();
        assertThat(refusals.takeAgain()).isFalse();
        assertThat(forGoodAfter(0, "message 1/1")).isFalse();
    }
}
