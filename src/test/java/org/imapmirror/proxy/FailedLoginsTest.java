package org.imapmirror.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

class FailedLoginsTest {
    private static final InetAddress HERE = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress THERE = InetAddress.ofLiteral("192.0.2.2");

    private final AtomicLong now = new AtomicLong();
    private final FailedLogins failed =
            new FailedLogins(
                    new ProxyLimits.FailedLogins(
                            2,
                            Duration.ofSeconds(1),
                            Duration.ofSeconds(5),
                            Duration.ofMinutes(10),
                            1000),
                    now::get);

    @Test
    void delaysGrowUpToTheLongest() {
        assertThat(IntStream.range(0, 50).mapToObj(_ -> delay(HERE, "alice")))
                .startsWith(seconds(0), seconds(0), seconds(1), seconds(2), seconds(4), seconds(5))
                .endsWith(seconds(5));
    }

    @Test
    void othersDoNotWait() {
        fail(10);
        assertThat(delay(THERE, "alice")).isZero();
        assertThat(delay(HERE, "bob")).isZero();
        assertThat(delay(HERE, "")).isZero();
    }

    @Test
    void addressesOfOneIpv6NetworkAreOne() {
        for (int i = 0; i < 2; i++) {
            assertThat(delay(InetAddress.ofLiteral("2001:db8::" + i), "alice")).isZero();
        }
        assertThat(delay(InetAddress.ofLiteral("2001:db8::ffff"), "alice")).isEqualTo(seconds(1));
        assertThat(delay(InetAddress.ofLiteral("2001:db8:0:1::1"), "alice")).isZero();
    }

    @Test
    void successForgets() {
        fail(10);
        failed.accepted(HERE, "alice");
        assertThat(delay(HERE, "alice")).isZero();
    }

    @Test
    void timeForgets() {
        fail(10);
        now.addAndGet(Duration.ofMinutes(9).toNanos());
        assertThat(delay(HERE, "alice")).isEqualTo(seconds(5));
        now.addAndGet(Duration.ofMinutes(11).toNanos());
        assertThat(delay(HERE, "alice")).isZero();
    }

    @Test
    void canBeSwitchedOff() {
        FailedLogins off =
                new FailedLogins(
                        new ProxyLimits.FailedLogins(
                                0, Duration.ZERO, Duration.ZERO, Duration.ofMinutes(1), 1),
                        now::get);
        assertThat(off.refused(HERE, "alice")).isZero();
    }

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            failed.refused(HERE, "alice");
        }
    }

    private Duration delay(InetAddress address, String account) {
        return failed.refused(address, account);
    }

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }
}
