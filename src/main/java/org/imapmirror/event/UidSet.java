package org.imapmirror.event;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.PrimitiveIterator;
import java.util.function.LongConsumer;

/// An immutable set of UIDs (or message numbers), kept as ascending, disjoint, non-adjacent ranges.
/// Members are 1 to 2^32-1. Text form: `sequence-set` of RFC 9051 section 9 without `*`.
public final class UidSet {
    public static final UidSet EMPTY = new UidSet(new long[0]);
    public static final long MAX = 0xFFFF_FFFFL;

    /// first0, last0, first1, last1, ...
    private final long[] bounds;

    private UidSet(long[] bounds) {
        this.bounds = bounds;
    }

    public static UidSet of(long... uids) {
        Builder b = new Builder();
        for (long uid : uids) {
            b.add(uid, uid);
        }
        return b.build();
    }

    public static UidSet of(Collection<Long> uids) {
        Builder b = new Builder();
        for (long uid : uids) {
            b.add(uid, uid);
        }
        return b.build();
    }

    /// The range in either order: `range(3, 1)` is 1:3.
    public static UidSet range(long a, long b) {
        return new Builder().add(a, b).build();
    }

    /// Parses `1:3,5`; order, overlap and `3:1` are fine (RFC 9051 section 9, seq-range).
    ///
    /// @throws IllegalArgumentException where the text is no such set, or holds `*`, 0 or more than
    ///   2^32-1
    @JsonCreator
    public static UidSet parse(String text) {
        if (text.isEmpty()) {
            return EMPTY;
        }
        Builder b = new Builder();
        for (String part : text.split(",", -1)) {
            int colon = part.indexOf(':');
            if (colon < 0) {
                long uid = number(part);
                b.add(uid, uid);
            } else {
                b.add(number(part.substring(0, colon)), number(part.substring(colon + 1)));
            }
        }
        return b.build();
    }

    private static long number(String digits) {
        if (digits.isEmpty()
                || digits.length() > 10
                || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException("not a number in a sequence set");
        }
        return Long.parseLong(digits);
    }

    public boolean isEmpty() {
        return bounds.length == 0;
    }

    /// The number of members.
    public long size() {
        long n = 0;
        for (int i = 0; i < bounds.length; i += 2) {
            n += bounds[i + 1] - bounds[i] + 1;
        }
        return n;
    }

    /// The lowest member; throws where the set is empty.
    public long first() {
        return bounds[0];
    }

    /// The highest member; throws where the set is empty.
    public long last() {
        return bounds[bounds.length - 1];
    }

    public boolean contains(long uid) {
        int low = 0;
        int high = bounds.length / 2 - 1;
        while (low <= high) {
            int mid = (low + high) >>> 1;
            if (uid < bounds[2 * mid]) {
                high = mid - 1;
            } else if (uid > bounds[2 * mid + 1]) {
                low = mid + 1;
            } else {
                return true;
            }
        }
        return false;
    }

    public UidSet union(UidSet other) {
        Builder b = new Builder();
        b.addAll(this);
        b.addAll(other);
        return b.build();
    }

    public UidSet intersect(UidSet other) {
        Builder out = new Builder();
        int i = 0;
        int j = 0;
        while (i < bounds.length && j < other.bounds.length) {
            long first = Math.max(bounds[i], other.bounds[j]);
            long last = Math.min(bounds[i + 1], other.bounds[j + 1]);
            if (first <= last) {
                out.add(first, last);
            }
            if (bounds[i + 1] < other.bounds[j + 1]) {
                i += 2;
            } else {
                j += 2;
            }
        }
        return out.build();
    }

    public UidSet minus(UidSet other) {
        Builder out = new Builder();
        int j = 0;
        for (int i = 0; i < bounds.length; i += 2) {
            long from = bounds[i];
            while (j < other.bounds.length && other.bounds[j + 1] < from) {
                j += 2;
            }
            int k = j;
            while (k < other.bounds.length && other.bounds[k] <= bounds[i + 1]) {
                if (other.bounds[k] > from) {
                    out.add(from, other.bounds[k] - 1);
                }
                from = Math.max(from, other.bounds[k + 1] + 1);
                k += 2;
            }
            if (from <= bounds[i + 1]) {
                out.add(from, bounds[i + 1]);
            }
        }
        return out.build();
    }

    public void forEach(LongConsumer action) {
        for (int i = 0; i < bounds.length; i += 2) {
            for (long uid = bounds[i]; uid <= bounds[i + 1]; uid++) {
                action.accept(uid);
            }
        }
    }

    /// The set cut into pieces of at most `count` members each, ascending.
    public List<UidSet> chunks(int count) {
        List<UidSet> out = new ArrayList<>();
        Builder b = new Builder();
        long room = count;
        for (int i = 0; i < bounds.length; i += 2) {
            long from = bounds[i];
            while (from <= bounds[i + 1]) {
                long to = Math.min(bounds[i + 1], from + room - 1);
                b.add(from, to);
                room -= to - from + 1;
                from = to + 1;
                if (room == 0) {
                    out.add(b.build());
                    b = new Builder();
                    room = count;
                }
            }
        }
        if (room < count) {
            out.add(b.build());
        }
        return out;
    }

    @JsonValue
    @Override
    public String toString() {
        StringBuilder s = new StringBuilder();
        for (int i = 0; i < bounds.length; i += 2) {
            if (i > 0) {
                s.append(',');
            }
            s.append(bounds[i]);
            if (bounds[i + 1] > bounds[i]) {
                s.append(':').append(bounds[i + 1]);
            }
        }
        return s.toString();
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof UidSet s && Arrays.equals(bounds, s.bounds);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bounds);
    }

    /// Collects ranges in any order.
    public static final class Builder {
        private final List<long[]> ranges = new ArrayList<>();

        public Builder add(long a, long b) {
            long first = Math.min(a, b);
            long last = Math.max(a, b);
            if (first < 1 || last > MAX) {
                throw new IllegalArgumentException("UID out of range: " + first + ":" + last);
            }
            if (!ranges.isEmpty()) {
                long[] top = ranges.get(ranges.size() - 1);
                if (first >= top[0] && first <= top[1] + 1) {
                    top[1] = Math.max(top[1], last);
                    return this;
                }
            }
            ranges.add(new long[] {first, last});
            return this;
        }

        public Builder add(long uid) {
            return add(uid, uid);
        }

        public Builder addAll(UidSet set) {
            for (int i = 0; i < set.bounds.length; i += 2) {
                add(set.bounds[i], set.bounds[i + 1]);
            }
            return this;
        }

        public UidSet build() {
            ranges.sort((x, y) -> Long.compare(x[0], y[0]));
            long[] out = new long[ranges.size() * 2];
            int n = 0;
            for (long[] r : ranges) {
                if (n > 0 && r[0] <= out[n - 1] + 1) {
                    out[n - 1] = Math.max(out[n - 1], r[1]);
                } else {
                    out[n++] = r[0];
                    out[n++] = r[1];
                }
            }
            return n == 0 ? EMPTY : new UidSet(Arrays.copyOf(out, n));
        }
    }

    /// Pairs the members of two sets of one size, ascending (COPYUID, RFC 9051 section 7.1).
    ///
    /// @throws IllegalArgumentException where the sizes differ
    public static List<long[]> pairs(UidSet from, UidSet to) {
        if (from.size() != to.size()) {
            throw new IllegalArgumentException(
                    "sets of different size: " + from.size() + " and " + to.size());
        }
        List<long[]> out = new ArrayList<>();
        PrimitiveIterator.OfLong a = from.iterator();
        PrimitiveIterator.OfLong b = to.iterator();
        while (a.hasNext()) {
            out.add(new long[] {a.nextLong(), b.nextLong()});
        }
        return out;
    }

    /// The members in ascending order.
    public PrimitiveIterator.OfLong iterator() {
        return new PrimitiveIterator.OfLong() {
            private int range;
            private long next = bounds.length == 0 ? 0 : bounds[0];

            @Override
            public boolean hasNext() {
                return range < bounds.length;
            }

            @Override
            public long nextLong() {
                if (!hasNext()) {
                    throw new java.util.NoSuchElementException();
                }
                long value = next;
                if (value < bounds[range + 1]) {
                    next++;
                } else {
                    range += 2;
                    next = range < bounds.length ? bounds[range] : 0;
                }
                return value;
            }
        };
    }
}
