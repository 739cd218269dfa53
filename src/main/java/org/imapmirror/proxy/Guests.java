package org.imapmirror.proxy;

import com.github.benmanes.caffeine.cache.Ticker;

import org.imapmirror.event.Account;

import java.net.InetAddress;
import java.time.Duration;

/// What clients have together that come from one address, or act for one account.
final class Guests {
    private final Ticker ticker;
    private final Tally<Network> addresses = new Tally<>();
    private final Tally<Account> accounts = new Tally<>();
    private volatile ProxyLimits.Clients limits;
    private volatile FailedLogins failed;

    Guests(ProxyLimits.Clients limits, Ticker ticker) {
        this.ticker = ticker;
        this.limits = limits;
        this.failed = new FailedLogins(limits.failed(), ticker);
    }

    /// Other limits for who comes from now on; who is there already stays and counts.
    synchronized void limit(ProxyLimits.Clients newer) {
        if (!newer.failed().equals(limits.failed())) {
            failed = new FailedLogins(newer.failed(), ticker);
        }
        limits = newer;
    }

    /// @return false where the address has too many connections
    boolean arrive(InetAddress address) {
        return addresses.enter(Network.around(address), limits.perAddress());
    }

    /// To be called once where [#arrive] was true.
    void depart(InetAddress address) {
        addresses.leave(Network.around(address));
    }

    /// @return false where the account has too many connections
    boolean arrive(Account account) {
        return accounts.enter(account, limits.perAccount());
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

    /// Who comes from there is not counted: a proxy or webmail in front of many.
    boolean isTrusted(InetAddress address) {
        return Network.anyContains(limits.trusted(), address);
    }
}
