package org.imapmirror.capture;

import org.imapmirror.event.UidSet;
import org.imapmirror.imap.SequenceSet;

/// The messages that a command names, with the numbers' meaning at the moment it was forwarded.
///
/// @param uids those whose UIDs are known, or named outright
/// @param open UIDs that are named too, but so many that few of them can exist
/// @param numbers message numbers whose UIDs are not known
/// @param star the primary may have had another last message than we knew of
record Targets(UidSet uids, UidSet open, UidSet numbers, boolean star) {
    static final Targets NONE = new Targets(UidSet.EMPTY, UidSet.EMPTY, UidSet.EMPTY, false);

    /// Anything: the command names what was never shown to us.
    static final Targets UNKNOWN =
            new Targets(UidSet.EMPTY, UidSet.range(1, UidSet.MAX), UidSet.EMPTY, true);

    /// Of UIDs that may exist, as many are taken at their word.
    private static final int MAX_NAMED = 1000;

    static Targets ofNumbers(SequenceSet set, SequenceMap map) {
        UidSet numbers = set.resolve(map.size());
        return new Targets(
                map.uidsAt(numbers), UidSet.EMPTY, map.unknownIn(numbers), set.hasStar());
    }

    static Targets ofUids(SequenceSet set, SequenceMap map) {
        UidSet star = map.possibleLast();
        boolean unknownStar = set.hasStar() && star.size() > 1;
        UidSet named = set.resolve(star.isEmpty() ? 0 : star.last());
        if (unknownStar) {
            // `999:*` counts down from 999 to a lower one.
            named = named.union(set.resolve(star.first())).union(star);
        }
        UidSet possible = named.intersect(map.possible());
        UidSet known = possible.intersect(map.known());
        UidSet rest = possible.minus(known);
        if (rest.size() <= MAX_NAMED && !unknownStar) {
            return new Targets(possible, UidSet.EMPTY, UidSet.EMPTY, set.hasStar());
        }
        return new Targets(known, rest, UidSet.EMPTY, set.hasStar());
    }

    /// True where nothing but [#uids] can be meant.
    boolean isExact() {
        return open.isEmpty() && numbers.isEmpty();
    }

    boolean isEmpty() {
        return uids.isEmpty() && isExact();
    }

    /// @param uid 0 where it is not known
    boolean covers(long uid, int number) {
        return uid == 0
                ? numbers.contains(number) || !open.isEmpty()
                : uids.contains(uid) || open.contains(uid) || numbers.contains(number);
    }

    /// Everything that may be meant.
    UidSet widest() {
        return numbers.isEmpty() ? uids.union(open) : UidSet.range(1, UidSet.MAX);
    }
}
