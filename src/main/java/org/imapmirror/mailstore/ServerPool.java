package org.imapmirror.mailstore;

import org.imapmirror.event.Account;
import org.imapmirror.imap.Endpoint;
import org.imapmirror.mailstore.ServerBudget.Grant;
import org.imapmirror.mailstore.StoreException.Kind;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/// Connections to all servers, within what each of them bears. A connection that is closed stays
/// open for a moment, for the next one who needs one of that account.
public final class ServerPool implements AutoCloseable {
    /// A connection that was used so short a time ago is not asked whether it is still there.
    private static final Duration JUST_NOW = Duration.ofSeconds(5);

    private final Map<String, ServerBudget> budgets = new HashMap<>();
    private final Logins logins;
    private final ClientLimits limits;
    private final Times times;
    private final Map<Owner, MailboxGate> gates = new ConcurrentHashMap<>();
    private final Thread sweeper;
    private volatile boolean closed;

    /// A server, and what it bears of us.
    ///
    /// @param connections at once; 0 for no limit
    /// @param perAccount at once; 0 for no limit. Two on a primary, so that mail clients are not
    ///   shut out
    public record Member(Endpoint endpoint, int connections, int perAccount) {
        public Member {
            if (connections < 0 || perAccount < 0) {
                throw new IllegalArgumentException("a number of connections is 0 or more");
            }
        }
    }

    private record Owner(String server, Account account) {}

    /// @param patience how long to wait for a connection that another one uses
    /// @param keep how long a connection that nobody uses stays open
    /// @param trust how long after its last use a connection is not asked whether it ended, which
    ///   takes a moment each time: for one in so short a time, an error is soon enough
    public record Times(Duration patience, Duration keep, Duration trust) {
        public static final Times DEFAULT =
                new Times(Duration.ofSeconds(60), Duration.ofSeconds(20), Duration.ofMillis(500));
    }

    /// @param servers by their keys in the configuration
    public ServerPool(
            Map<String, Member> servers, Logins logins, ClientLimits limits, Times times) {
        servers.forEach((name, member) -> budgets.put(name, new ServerBudget(member)));
        this.logins = logins;
        this.limits = limits;
        this.times = times;
        this.sweeper = Thread.ofVirtual().name("connections-unused").start(this::sweep);
    }

    /// From now on this server bears so many connections.
    public void limit(String server, int connections) {
        ServerBudget budget = budgets.get(server);
        if (budget == null) {
            throw new IllegalArgumentException("no server is called " + server);
        }
        budget.limit(connections);
    }

    /// From now on so much passes to and from this server, over all connections together.
    ///
    /// @param octetsPerSecond of messages; 0 for no limit
    /// @param messagesPerSecond likewise
    public void pace(String server, long octetsPerSecond, long messagesPerSecond) {
        ServerBudget budget = budgets.get(server);
        if (budget == null) {
            throw new IllegalArgumentException("no server is called " + server);
        }
        budget.pace().limit(octetsPerSecond, messagesPerSecond);
    }

    /// Nobody waits for [#pace] any more: a message that would have to is broken off. To be called
    /// before those who use connections are asked to end.
    public void stopWaiting() {
        budgets.values().forEach(b -> b.pace().end());
    }

    /// A connection for an account, perhaps one that was used before; no mailbox is selected.
    /// Closing it gives it back.
    ///
    /// @throws StoreException as [Kind#NO_LOGIN] where the account waits for a login, and as
    ///   [Kind#REFUSED] with code `INUSE` where all connections were in use for too long
    public ImapStore open(String server, Account account) throws StoreException {
        ServerBudget budget = budgets.get(server);
        if (budget == null) {
            throw new IllegalArgumentException("no server is called " + server);
        }
        while (true) {
            Grant grant = budget.acquire(account, times.patience());
            if (closed) {
                grant.release();
                throw new IllegalStateException("bug: the pool was closed");
            }
            ImapStore.Session used = grant.session();
            if (used == null) {
                return connect(server, account, grant, budget.pace());
            }
            long unused = grant.unusedNanos(System.nanoTime());
            if (unused < JUST_NOW.toNanos()
                    ? used.looksFresh(unused < times.trust().toNanos())
                    : used.isFresh()) {
                return lend(gate(server, account), used, grant);
            }
            used.connection().abort();
            grant.release();
        }
    }

    /// As [Logins#tryAgain].
    public void tryAgain(@Nullable Account account) {
        logins.tryAgain(account);
    }

    private ImapStore connect(String server, Account account, Grant grant, Pace pace)
            throws StoreException {
        try {
            Endpoint endpoint = grant.endpoint();
            LoginAs login = logins.loginFor(server, account);
            if (login == null) {
                throw new StoreException(
                        Kind.NO_LOGIN, endpoint, null, logins.missing(server, account));
            }
            try {
                ImapStore.Session session = ImapStore.Session.open(endpoint, login, limits);
                session.connection().pace(pace);
                logins.onAccepted(server, account);
                return lend(gate(server, account), session, grant);
            } catch (StoreException e) {
                if (e.kind() == Kind.LOGIN_REFUSED) {
                    logins.onRefused(server, account, login);
                }
                throw e;
            }
        } catch (StoreException | RuntimeException e) {
            grant.release();
            throw e;
        }
    }

    /// A client of the server is about to make, rename or delete a mailbox of the account. Whoever
    /// has it open, or one below it, does nothing more there, but gets a [StoreException] of
    /// [Kind#RACE]; and until the answer, nobody lists or opens mailboxes. Quick; any thread.
    ///
    /// @param answered completes when the command was answered
    /// @return completes, on any thread, when no command of ours is under way there, nor lists or
    ///   opens any
    public CompletionStage<Void> moving(
            String server, Account account, String mailbox, CompletionStage<?> answered) {
        return gate(server, account).moving(mailbox, answered);
    }

    private MailboxGate gate(String server, Account account) {
        return gates.computeIfAbsent(new Owner(server, account), _ -> new MailboxGate());
    }

    private ImapStore lend(MailboxGate gate, ImapStore.Session session, Grant grant) {
        Connection connection = session.connection();
        ImapStore store =
                new ImapStore(
                        session,
                        closing -> {
                            connection.gate(null);
                            gate.remove(closing);
                            gate.ended(connection);
                            giveBack(session, grant);
                        });
        gate.add(store);
        connection.gate(gate);
        return store;
    }

    private void giveBack(ImapStore.Session session, Grant grant) {
        if (!closed && session.canBeReused()) {
            grant.keep(session, System.nanoTime(), times.keep());
        } else {
            session.connection().abort();
            grant.release();
        }
    }

    private void sweep() {
        while (!closed) {
            LockSupport.parkNanos(Math.max(1, times.keep().toNanos() / 2));
            budgets.values().forEach(b -> logOut(b.takeExpired(System.nanoTime())));
        }
    }

    private static void logOut(List<ImapStore.Session> sessions) {
        for (ImapStore.Session session : sessions) {
            Thread.ofVirtual().name("logout").start(session.connection()::logout);
        }
    }

    /// Ends connections that nobody uses; those in use end when they are given back.
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(sweeper);
        budgets.values().forEach(b -> logOut(b.takeAll()));
    }
}
