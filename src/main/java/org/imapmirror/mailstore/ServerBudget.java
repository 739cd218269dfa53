package org.imapmirror.mailstore;

import org.imapmirror.event.Account;
import org.imapmirror.imap.Endpoint;
import org.imapmirror.mailstore.StoreException.Kind;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// How many connections to one server there are, for whom, and which of them are unused.
final class ServerBudget {
    private volatile ServerPool.Member member;
    private final Pace pace = new Pace();
    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition released = lock.newCondition();

    /// Unused connections, the longest unused first. They count as open.
    private final List<Unused> unused = new ArrayList<>();

    private final Map<Account, Integer> perAccount = new HashMap<>();
    private int open;

    /// @param since of [System#nanoTime], likewise `until`
    private record Unused(Account account, ImapStore.Session session, long since, long until) {}

    ServerBudget(ServerPool.Member member) {
        this.member = member;
    }

    /// Has other limits from now on. Connections that are too many end as they are given back or
    /// expire.
    void limit(int connections) {
        lock.lock();
        try {
            member = new ServerPool.Member(member.endpoint(), connections, member.perAccount());
            released.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// How fast messages may pass over all of them.
    Pace pace() {
        return pace;
    }

    /// The right to one connection.
    final class Grant {
        private final Account account;
        private final @Nullable Unused used;

        private Grant(Account account, @Nullable Unused used) {
            this.account = account;
            this.used = used;
        }

        /// For how long nobody used the connection, 0 for a new one.
        long unusedNanos(long now) {
            return used == null ? 0 : now - used.since();
        }

        Endpoint endpoint() {
            return member.endpoint();
        }

        /// One that was used before, null where a new one is to be made.
        ImapStore.@Nullable Session session() {
            return used == null ? null : used.session();
        }

        /// The connection ended, or there will be none.
        void release() {
            lock.lock();
            try {
                closed(account);
            } finally {
                lock.unlock();
            }
        }

        /// The connection is unused from now on.
        ///
        /// @param now of [System#nanoTime]
        /// @param time after which it is closed
        void keep(ImapStore.Session free, long now, Duration time) {
            lock.lock();
            try {
                unused.add(new Unused(account, free, now, now + time.toNanos()));
                released.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    Grant acquire(Account account, Duration wait) throws StoreException {
        ImapStore.Session evicted = null;
        lock.lock();
        try {
            long rest = wait.toNanos();
            while (true) {
                Unused own = takeUnusedOf(account);
                if (own != null) {
                    return new Grant(account, own);
                }
                boolean accountHasRoom =
                        member.perAccount() == 0
                                || perAccount.getOrDefault(account, 0) < member.perAccount();
                boolean serverHasRoom = member.connections() == 0 || open < member.connections();
                if (accountHasRoom && !serverHasRoom && !unused.isEmpty()) {
                    Unused oldest = unused.removeFirst();
                    evicted = oldest.session();
                    closed(oldest.account());
                    serverHasRoom = true;
                }
                if (accountHasRoom && serverHasRoom) {
                    open++;
                    perAccount.merge(account, 1, Integer::sum);
                    return new Grant(account, null);
                }
                if (rest <= 0) {
                    throw inUse(accountHasRoom, wait);
                }
                rest = released.awaitNanos(rest);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException(
                    Kind.GONE, member.endpoint(), null, "interrupted while waiting", e);
        } finally {
            lock.unlock();
            if (evicted != null) {
                evicted.connection().abort();
            }
        }
    }

    private StoreException inUse(boolean accountHasRoom, Duration wait) {
        return new StoreException(
                Kind.REFUSED,
                member.endpoint(),
                "INUSE",
                "all "
                        + (accountHasRoom ? member.connections() : member.perAccount())
                        + " connections"
                        + (accountHasRoom ? "" : " of the account")
                        + " were in use for "
                        + TimeUnit.NANOSECONDS.toSeconds(wait.toNanos())
                        + " s; limits.connections of the server may be too low");
    }

    private @Nullable Unused takeUnusedOf(Account account) {
        for (int i = unused.size() - 1; i >= 0; i--) {
            if (unused.get(i).account().equals(account)) {
                return unused.remove(i);
            }
        }
        return null;
    }

    private void closed(Account account) {
        open--;
        perAccount.computeIfPresent(account, (_, n) -> n > 1 ? n - 1 : null);
        released.signalAll();
    }

    /// Those that nobody wanted for long enough.
    List<ImapStore.Session> takeExpired(long now) {
        List<ImapStore.Session> out = new ArrayList<>();
        lock.lock();
        try {
            for (Iterator<Unused> i = unused.iterator(); i.hasNext(); ) {
                Unused one = i.next();
                if (one.until() - now <= 0) {
                    i.remove();
                    closed(one.account());
                    out.add(one.session());
                }
            }
        } finally {
            lock.unlock();
        }
        return out;
    }

    List<ImapStore.Session> takeAll() {
        return takeExpired(System.nanoTime() + Long.MAX_VALUE / 2);
    }
}
