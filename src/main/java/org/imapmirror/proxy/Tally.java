package org.imapmirror.proxy;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// Counts who is in. From any thread.
final class Tally<K> {
    private final ConcurrentMap<K, Integer> counts = new ConcurrentHashMap<>();

    /// Whoever comes while there is no limit is counted as well: there may be one later.
    ///
    /// @param most with the one that enters; 0: no limit
    /// @return false where there are too many; then nothing is to be taken back
    boolean enter(K key, int most) {
        if (counts.merge(key, 1, Integer::sum) <= most || most == 0) {
            return true;
        }
        leave(key);
        return false;
    }

    void leave(K key) {
        counts.computeIfPresent(key, (_, count) -> count == 1 ? null : count - 1);
    }
}
