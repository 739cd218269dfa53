package org.imapmirror.proxy;

import com.github.benmanes.caffeine.cache.Ticker;

import org.imapmirror.event.Account;

import java.net.InetAddress;
import java.time.Duration;

/// What clients have together that come from one address, or act for one account.
final class Guests {
    private final ProxyLimits.Clients limits;
    private final Tally<Network> addresses;
    private final Tally<Account> accounts;
    private final FailedLogins failed;

    Guests(ProxyLimits.Clients limits, Ticker ticker) {
        this.limits = limits;
        this.addresses = new Tally<>(limits.perAddress());
        this.accounts = new Tally<>(limits.perAccount());
        this.failed = new FailedLogins(limits.failed(), ticker);
    }

    /// @return false where the address has too many connections
    boolean arrive(InetAddress address) {
        return isTrusted(address) || addresses.enter(Network.around(address));
    }

    /// To be called once where [#arrive] was true.
    void depart(InetAddress address) {
        if (!isTrusted(address)) {
            addresses.leave(Network.around(address));
        }
    }

    /// @return false where the account has too many connections
    boolean arrive(Account account) {
        return accounts.enter(account);
    }

    /// To be called once where [#arrive] was true.
    void depart(Account account) {
        accounts.leave(account);
    }

    /// @return how long the refusal of this login is to wait
    Duration refused(InetAddress address, String account) {
        return isTrusted(address) ? Duration.ZERO : failed.refused(address, account);
    }

    void accepted(InetAddress address, String account) {
        failed.accepted(address, account);
    }

    private boolean isTrusted(InetAddress address) {
        return Network.anyContains(limits.trusted(), address);
    }
}
