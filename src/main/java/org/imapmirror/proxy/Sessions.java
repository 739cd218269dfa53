package org.imapmirror.proxy;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// All client connections.
final class Sessions {
    private final Set<Session> all = ConcurrentHashMap.newKeySet();
    private final AtomicInteger anonymous = new AtomicInteger();
    private volatile int mostAnonymous;
    private final String prefix =
            Integer.toString(ThreadLocalRandom.current().nextInt(46656, 1679616), 36);
    private final AtomicLong counter = new AtomicLong();
    private volatile boolean stopping;

    private final Guests guests;

    /// @param mostAnonymous connections that have not logged in
    Sessions(int mostAnonymous, Guests guests) {
        this.mostAnonymous = mostAnonymous;
        this.guests = guests;
    }

    /// Where sessions are counted, from their beginnings to their ends.
    Guests guests() {
        return guests;
    }

    /// Has another limit for connections that come from now on.
    void limit(int anonymousAtMost) {
        mostAnonymous = anonymousAtMost;
    }

    /// A name for a session that no other one has, also not of an earlier run most likely.
    String nextId() {
        return prefix + "-" + counter.incrementAndGet();
    }

    /// Counts a connection that has not logged in.
    ///
    /// @return false where there are too many already
    boolean admit() {
        if (stopping || anonymous.incrementAndGet() > mostAnonymous) {
            anonymous.decrementAndGet();
            return false;
        }
        return true;
    }

    /// A connection that was admitted went away before it was a session.
    void turnedAway() {
        anonymous.decrementAndGet();
    }

    void add(Session session) {
        all.add(session);
    }

    void loggedIn() {
        anonymous.decrementAndGet();
    }

    /// @param loggedIn whether [#loggedIn()] was called for it
    void remove(Session session, boolean loggedIn) {
        if (all.remove(session) && !loggedIn) {
            anonymous.decrementAndGet();
        }
        synchronized (all) {
            all.notifyAll();
        }
    }

    /// Waits until no session is left, at most this long.
    void awaitNone(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        synchronized (all) {
            while (!all.isEmpty()) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    return;
                }
                all.wait(left);
            }
        }
    }

    int count() {
        return all.size();
    }

    /// Asks every session to end as soon as nobody waits for an answer in it.
    void stop() {
        stopping = true;
        all.forEach(Session::stop);
    }

    /// As [Session#reconsider], for all.
    void reconsider() {
        all.forEach(Session::reconsider);
    }

    /// Ends every session.
    void end() {
        all.forEach(Session::end);
    }
}
