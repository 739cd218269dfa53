package org.imapmirror.proxy;

import org.imapmirror.event.Account;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// What one session counts for among its address's and its account's, see [Guests].
final class Admission {
    private static final Logger LOG = LoggerFactory.getLogger(Admission.class);

    private final Session session;
    private final Guests guests;
    private final InetAddress address;
    private final ScheduledExecutorService loop;
    private boolean counted;
    private @Nullable Account guest;

    /// @param loop the session's
    Admission(Session session, Guests guests, InetAddress address, ScheduledExecutorService loop) {
        this.session = session;
        this.guests = guests;
        this.address = address;
        this.loop = loop;
    }

    /// @return false where the address has too many connections
    boolean arrive() {
        if (guests.isTrusted(address)) {
            return true;
        }
        counted = guests.arrive(address);
        return counted;
    }

    /// The primary said OK to a login.
    ///
    /// @return false where the account has too many connections; then the primary knows it
    boolean admit(Account account) {
        guests.accepted(address, account.name());
        if (guests.arrive(account)) {
            guest = account;
            return true;
        }
        session.metrics().limited(Limit.PER_ACCOUNT);
        session.about(LOG.atInfo()).addKeyValue("account", account).log("too many connections");
        session.fromClient().inject(Replies.line("z LOGOUT"));
        return false;
    }

    /// The primary refused a login.
    ///
    /// @param account empty where it is not known
    Step refused(String account) {
        Duration delay = guests.refused(address, account);
        if (delay.isZero()) {
            return Step.FORWARD;
        }
        session.metrics().limited(Limit.FAILED_LOGINS);
        CompletableFuture<Step> later = new CompletableFuture<>();
        var unused =
                loop.schedule(
                        () -> later.complete(Step.FORWARD),
                        delay.toMillis(),
                        TimeUnit.MILLISECONDS);
        return new Step.Hold(later);
    }

    /// The session is over.
    void depart() {
        if (counted) {
            guests.depart(address);
        }
        if (guest != null) {
            guests.depart(guest);
        }
    }
}
