package org.imapmirror.proxy;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;

import java.net.InetAddress;
import java.time.Duration;

/// How long the next refusal waits: the longer, the more often this address was refused for this
/// account. Other addresses, where the account's owner may be, and other accounts behind the same
/// address, do not wait.
final class FailedLogins {
    private static final int LONGEST_NAME = 128;
    private static final int MOST_DOUBLINGS = 30;

    private final ProxyLimits.FailedLogins limits;
    private final Cache<Key, Integer> failures;

    private record Key(Network address, String account) {
        static Key of(InetAddress address, String account) {
            return new Key(
                    Network.around(address),
                    account.substring(0, Math.min(LONGEST_NAME, account.length())));
        }
    }

    FailedLogins(ProxyLimits.FailedLogins limits, Ticker ticker) {
        this.limits = limits;
        this.failures =
                Caffeine.newBuilder()
                        .maximumSize(limits.remembered())
                        .expireAfterWrite(limits.memory())
                        .ticker(ticker)
                        .build();
    }

    /// One more refusal.
    ///
    /// @param account as far as it is known; empty where it is not
    /// @return how long it is to wait
    Duration refused(InetAddress address, String account) {
        if (limits.delay().isZero()) {
            return Duration.ZERO;
        }
        int count = failures.asMap().merge(Key.of(address, account), 1, Integer::sum);
        if (count <= limits.free()) {
            return Duration.ZERO;
        }
        int doublings = Math.min(MOST_DOUBLINGS, count - limits.free() - 1);
        Duration delay = limits.delay().multipliedBy(1L << doublings);
        return delay.compareTo(limits.longest()) > 0 ? limits.longest() : delay;
    }

    void accepted(InetAddress address, String account) {
        failures.invalidate(Key.of(address, account));
    }
}
