package org.imapmirror.journal;

import java.util.concurrent.atomic.AtomicLong;

/// An amount in use that many share, and its limit.
final class Budget {
    private final AtomicLong used = new AtomicLong();
    private final long limit;

    Budget(long limit) {
        this.limit = limit;
    }

    long add(long amount) {
        return used.addAndGet(amount);
    }

    long used() {
        return used.get();
    }

    boolean isExceeded() {
        return used.get() > limit;
    }
}
