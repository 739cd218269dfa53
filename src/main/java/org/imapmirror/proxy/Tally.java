package org.imapmirror.proxy;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// Counts who is in, up to so many of a kind. From any thread.
final class Tally<K> {
    private final int most;
    private final ConcurrentMap<K, Integer> counts = new ConcurrentHashMap<>();

    /// @param most 0: nobody is counted
    Tally(int most) {
        this.most = most;
    }

    /// @return false where there are too many; then nothing is to be taken back
    boolean enter(K key) {
        if (most == 0) {
            return true;
        }
        if (counts.merge(key, 1, Integer::sum) <= most) {
            return true;
        }
        leave(key);
        return false;
    }

    void leave(K key) {
        counts.computeIfPresent(key, (_, count) -> count == 1 ? null : count - 1);
    }
}
