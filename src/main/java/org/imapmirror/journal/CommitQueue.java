package org.imapmirror.journal;

import org.imapmirror.event.Account;
import org.imapmirror.state.StateException;
import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Requests on their way to the writer, first come first served, with one exception: a request that
/// waits for its body's file stays behind, and with it the later ones of its account, while those
/// of other accounts pass.
final class CommitQueue {
    private final long limit;

    // guarded by this
    private final Deque<Request<?>> ready = new ArrayDeque<>();
    private final Map<Account, Deque<Request<?>>> held = new HashMap<>();
    private long weight;
    private boolean closed;
    private boolean nudged;
    private boolean refused;

    /// @param limit of the weight of what waits
    CommitQueue(long limit) {
        this.limit = limit;
    }

    /// Never blocks. Fails the request where it cannot be taken.
    void add(Request<?> request) {
        StateException refusal = tryAdd(request);
        Account account = request.sequence();
        if (refusal != null) {
            request.done().completeExceptionally(refusal);
        } else if (account != null) {
            // Without asking whether it is ready by now: only this is sure to come after that.
            var _ = request.ready().whenComplete((_, _) -> release(account));
        }
    }

    private synchronized @Nullable StateException tryAdd(Request<?> request) {
        if (closed) {
            refused = true;
            return new StateException(StateException.Fault.REFUSED, "the journal is closed", null);
        }
        if (weight > limit) {
            refused = true;
            return new StateException(
                    StateException.Fault.REFUSED,
                    "the journal's disk is too slow: more than "
                            + limit
                            + " octets of requests are waiting",
                    null);
        }
        weight += request.weight();
        Account account = request.sequence();
        if (account != null && (held.containsKey(account) || !request.ready().isDone())) {
            held.computeIfAbsent(account, _ -> new ArrayDeque<>()).add(request);
        } else {
            ready.add(request);
            notifyAll();
        }
        return null;
    }

    private synchronized void release(Account account) {
        Deque<Request<?>> waiting = held.get(account);
        if (waiting == null) {
            return;
        }
        while (!waiting.isEmpty() && waiting.peek().ready().isDone()) {
            ready.add(waiting.remove());
        }
        if (waiting.isEmpty()) {
            held.remove(account);
        }
        notifyAll();
    }

    /// Waits for requests.
    ///
    /// @param maxWeight of what is returned, but at least one request
    /// @param maxMillis to wait; 0 for as long as it takes
    /// @return in order; empty after the time, after [#nudge], and when [#isDrained]
    synchronized List<Request<?>> take(long maxWeight, long maxMillis) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(maxMillis);
        while (ready.isEmpty() && !nudged && !isDrained()) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()) + 1;
            if (maxMillis > 0 && left <= 0) {
                break;
            }
            wait(maxMillis > 0 ? left : 0);
        }
        nudged = false;
        List<Request<?>> batch = new ArrayList<>();
        long taken = 0;
        while (!ready.isEmpty() && taken < maxWeight) {
            Request<?> request = ready.remove();
            taken += request.weight();
            batch.add(request);
        }
        weight -= taken;
        return batch;
    }

    /// Makes [#take] return.
    synchronized void nudge() {
        nudged = true;
        notifyAll();
    }

    /// Nothing more is taken; what was, is still handed out.
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    /// True when closed, and everything was handed out.
    synchronized boolean isDrained() {
        return closed && ready.isEmpty() && held.isEmpty();
    }

    /// True when something was not taken.
    synchronized boolean hasRefused() {
        return refused;
    }

    /// Gives up on those that still wait for their bodies.
    synchronized List<Request<?>> abandon() {
        List<Request<?>> rest = new ArrayList<>();
        held.values().forEach(rest::addAll);
        held.clear();
        notifyAll();
        return rest;
    }
}
