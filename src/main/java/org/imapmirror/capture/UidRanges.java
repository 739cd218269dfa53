package org.imapmirror.capture;

import org.imapmirror.event.UidSet;

import java.util.Map;
import java.util.TreeMap;

/// A set of UIDs that changes, as ranges.
final class UidRanges {
    /// First to last of each range.
    private final TreeMap<Long, Long> ranges = new TreeMap<>();

    boolean contains(long uid) {
        Map.Entry<Long, Long> below = ranges.floorEntry(uid);
        return below != null && below.getValue() >= uid;
    }

    void add(long uid) {
        Map.Entry<Long, Long> below = ranges.floorEntry(uid);
        if (below != null && below.getValue() >= uid) {
            return;
        }
        long first = below != null && below.getValue() == uid - 1 ? below.getKey() : uid;
        Long above = ranges.remove(uid + 1);
        ranges.put(first, above == null ? uid : above);
    }

    void remove(long uid) {
        Map.Entry<Long, Long> below = ranges.floorEntry(uid);
        if (below == null || below.getValue() < uid) {
            return;
        }
        long first = below.getKey();
        long last = below.getValue();
        if (first == uid) {
            ranges.remove(first);
        } else {
            ranges.put(first, uid - 1);
        }
        if (last > uid) {
            ranges.put(uid + 1, last);
        }
    }

    void set(long uid, boolean member) {
        if (member) {
            add(uid);
        } else {
            remove(uid);
        }
    }

    boolean isEmpty() {
        return ranges.isEmpty();
    }

    void clear() {
        ranges.clear();
    }

    UidSet toSet() {
        UidSet.Builder b = new UidSet.Builder();
        ranges.forEach(b::add);
        return b.build();
    }
}
