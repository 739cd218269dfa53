package org.imapmirror.capture;

import org.imapmirror.event.UidSet;

import java.util.Arrays;

/// Which UID each message number of a selected mailbox has, as far as the primary has told
/// (reference section 2.4). UIDs ascend strictly with the numbers (RFC 9051 section 2.3.1.1), which
/// both finds contradictions and fills gaps.
///
/// Kept as runs: neighbours whose UIDs are neighbours too, or neighbours that are all unknown. A
/// cursor remembers where the last look-up ended, because responses come in the order of the
/// numbers.
final class SequenceMap {
    /// First UID of each run, 0 where its entries are unknown. Two unknown runs are never adjacent.
    private long[] uids = new long[4];

    private int[] lengths = new int[4];
    private int runs;

    /// No message has a UID above this.
    private long highest = UidSet.MAX;

    private int size;
    private int unknown;

    /// The cursor's run, and the number of that run's first entry.
    private int at;

    private int atNumber = 1;

    /// An independent copy.
    SequenceMap copy() {
        SequenceMap copy = new SequenceMap();
        copy.uids = Arrays.copyOf(uids, Math.max(runs, 4));
        copy.lengths = Arrays.copyOf(lengths, Math.max(runs, 4));
        copy.runs = runs;
        copy.size = size;
        copy.unknown = unknown;
        return copy;
    }

    /// The number of messages (EXISTS).
    int size() {
        return size;
    }

    boolean isComplete() {
        return unknown == 0;
    }

    /// Forgets every UID; the size stays.
    void forget() {
        highest = UidSet.MAX;
        int count = size;
        runs = 0;
        size = 0;
        unknown = 0;
        rewind();
        exists(count);
    }

    /// `* n EXISTS`: new entries are unknown.
    ///
    /// @return false where n is smaller than the size, which only EXPUNGE may make so; the map is
    ///   then unknown as a whole and has size n
    boolean exists(int n) {
        if (n < size) {
            size = n;
            forget();
            return false;
        }
        int more = n - size;
        if (more == 0) {
            return true;
        }
        highest = UidSet.MAX;
        if (runs > 0 && uids[runs - 1] == 0) {
            lengths[runs - 1] += more;
        } else {
            insert(runs, 0, more);
        }
        size = n;
        unknown += more;
        return true;
    }

    /// The primary told its UIDNEXT: until the mailbox grows, no message has this UID or a higher
    /// one.
    void uidNext(long next) {
        highest = next > 1 && next - 1 >= lastKnown() ? next - 1 : UidSet.MAX;
    }

    private long lastKnown() {
        for (int i = runs - 1; i >= 0; i--) {
            if (uids[i] != 0) {
                return uids[i] + lengths[i] - 1;
            }
        }
        return 0;
    }

    /// The UID at a number; 0 where it is unknown or there is no such number.
    long uid(int number) {
        if (number < 1 || number > size) {
            return 0;
        }
        seek(number);
        return uids[at] == 0 ? 0 : uids[at] + (number - atNumber);
    }

    /// The number of a UID; 0 where it is not known.
    int number(long uid) {
        return seekUid(uid) ? atNumber + (int) (uid - uids[at]) : 0;
    }

    /// The primary said that this message has this UID.
    ///
    /// @return false where that contradicts what is known, or the number does not exist; nothing
    ///   has changed then
    boolean learn(int number, long uid) {
        if (number < 1 || number > size || uid < 1 || uid > UidSet.MAX) {
            return false;
        }
        seek(number);
        if (uids[at] != 0) {
            return uids[at] + (number - atNumber) == uid;
        }
        int before = number - atNumber;
        int after = lengths[at] - before - 1;
        long low = at == 0 ? 0 : uids[at - 1] + lengths[at - 1] - 1;
        long high = at + 1 == runs ? UidSet.MAX + 1 : uids[at + 1];
        if (uid - before <= low || uid + after >= high) {
            return false;
        }
        if (after > 0) {
            lengths[at] = before + 1;
            insert(at + 1, 0, after);
        }
        if (before > 0) {
            lengths[at] = before;
            insert(at + 1, uid, 1);
            at++;
            atNumber += before;
        } else {
            uids[at] = uid;
            lengths[at] = 1;
        }
        unknown--;
        fill(at + 1);
        fill(at - 1);
        join();
        return true;
    }

    /// `* n EXPUNGE`: later entries shift down.
    ///
    /// @return the entry's UID, 0 where it was unknown
    /// @throws IllegalArgumentException where there is no such number
    long expunge(int number) {
        if (number < 1 || number > size) {
            throw new IllegalArgumentException("no message number " + number);
        }
        seek(number);
        long uid = uids[at] == 0 ? 0 : uids[at] + (number - atNumber);
        remove(number - atNumber);
        return uid;
    }

    /// `* VANISHED uid`: the entry goes, also where only its neighbours are known.
    ///
    /// @return false where no message can have this UID; nothing has changed then
    boolean vanish(long uid) {
        if (seekUid(uid)) {
            remove((int) (uid - uids[at]));
            return true;
        }
        int gap = gap(uid);
        if (gap < 0) {
            return false;
        }
        while (at > gap) {
            back();
        }
        remove(0);
        return true;
    }

    /// These are the UIDs of all messages, in order.
    ///
    /// @return false where their number is not the size, or they contradict what is known
    boolean whole(UidSet all) {
        if (all.size() != size || !all.intersect(possible()).equals(all)) {
            return false;
        }
        int number = 0;
        for (var i = all.iterator(); i.hasNext(); ) {
            if (!learn(++number, i.nextLong())) {
                return false;
            }
        }
        return true;
    }

    /// The UIDs of these numbers, as far as they are known.
    UidSet uidsAt(UidSet numbers) {
        UidSet.Builder b = new UidSet.Builder();
        existing(numbers)
                .forEach(n -> {
                    long uid = uid((int) n);
                    if (uid != 0) {
                        b.add(uid);
                    }
                });
        return b.build();
    }

    /// Those of these numbers that exist and whose UID is unknown.
    UidSet unknownIn(UidSet numbers) {
        if (unknown == 0) {
            return UidSet.EMPTY;
        }
        UidSet.Builder b = new UidSet.Builder();
        int number = 1;
        for (int i = 0; i < runs; i++) {
            if (uids[i] == 0) {
                b.add(number, number + lengths[i] - 1L);
            }
            number += lengths[i];
        }
        return b.build().intersect(numbers);
    }

    private UidSet existing(UidSet numbers) {
        return size == 0 ? UidSet.EMPTY : numbers.intersect(UidSet.range(1, size));
    }

    /// Every known UID.
    UidSet known() {
        UidSet.Builder b = new UidSet.Builder();
        for (int i = 0; i < runs; i++) {
            if (uids[i] != 0) {
                b.add(uids[i], uids[i] + lengths[i] - 1);
            }
        }
        return b.build();
    }

    /// Every UID that a message of the mailbox can have: the known ones, and those that fit into
    /// the gaps.
    UidSet possible() {
        UidSet.Builder b = new UidSet.Builder();
        for (int i = 0; i < runs; i++) {
            if (uids[i] != 0) {
                b.add(uids[i], uids[i] + lengths[i] - 1);
            } else {
                long first = i == 0 ? 1 : uids[i - 1] + lengths[i - 1];
                long last = i + 1 == runs ? highest : uids[i + 1] - 1;
                b.add(first, last < first ? UidSet.MAX : last);
            }
        }
        return b.build();
    }

    /// Every UID that the last message may have; of nothing where there is none.
    UidSet possibleLast() {
        if (size == 0) {
            return UidSet.EMPTY;
        }
        int run = runs - 1;
        if (uids[run] != 0) {
            return UidSet.of(uids[run] + lengths[run] - 1);
        }
        long first = Math.min(lastKnown() + lengths[run], UidSet.MAX);
        return UidSet.range(first, highest < first ? UidSet.MAX : highest);
    }

    private void rewind() {
        at = 0;
        atNumber = 1;
    }

    private void back() {
        at--;
        atNumber -= lengths[at];
    }

    private void forth() {
        atNumber += lengths[at];
        at++;
    }

    private void seek(int number) {
        if (at >= runs || number < atNumber / 2) {
            rewind();
        }
        while (number < atNumber) {
            back();
        }
        while (number >= atNumber + lengths[at]) {
            forth();
        }
    }

    /// Moves the cursor to the run that holds the UID, or to the first known run above it, or to
    /// the last run.
    private boolean seekUid(long uid) {
        if (runs == 0) {
            return false;
        }
        if (at >= runs) {
            rewind();
        }
        while (at > 0 && (uids[at] == 0 || uids[at] > uid)) {
            back();
        }
        while (at + 1 < runs && (uids[at] == 0 || uids[at] + lengths[at] <= uid)) {
            forth();
        }
        return uids[at] != 0 && uids[at] <= uid && uid < uids[at] + lengths[at];
    }

    /// After a [#seekUid] that failed: the unknown run into which the UID fits, or -1.
    private int gap(long uid) {
        if (runs == 0) {
            return -1;
        }
        int gap = uids[at] == 0 ? at : uids[at] > uid ? at - 1 : -1;
        if (gap < 0 || uids[gap] != 0) {
            return -1;
        }
        boolean fits = gap == 0 || uids[gap - 1] + lengths[gap - 1] <= uid;
        return fits ? gap : -1;
    }

    /// Removes one entry of the cursor's run.
    private void remove(int offset) {
        size--;
        if (uids[at] == 0) {
            unknown--;
            if (--lengths[at] == 0) {
                delete(at);
            }
            join();
            return;
        }
        int after = lengths[at] - offset - 1;
        if (offset == 0) {
            uids[at]++;
            lengths[at]--;
            if (lengths[at] == 0) {
                delete(at);
            }
            join();
        } else {
            lengths[at] = offset;
            if (after > 0) {
                insert(at + 1, uids[at] + offset + 1, after);
            } else if (at + 1 < runs && uids[at + 1] == 0) {
                join();
            }
        }
    }

    /// An unknown run with room for exactly its entries is known.
    private void fill(int run) {
        if (run < 0 || run >= runs || uids[run] != 0 || run + 1 >= runs) {
            return;
        }
        long low = run == 0 ? 1 : uids[run - 1] + lengths[run - 1];
        if (uids[run + 1] - low == lengths[run]) {
            uids[run] = low;
            unknown -= lengths[run];
        }
    }

    /// Merges the runs around the cursor that belong together, and puts the cursor on the result.
    private void join() {
        if (runs == 0) {
            rewind();
            return;
        }
        if (at == runs) {
            back();
        }
        for (int i = 0; i < 3 && at > 0; i++) {
            back();
        }
        for (int i = 0; i < 6 && at + 1 < runs; i++) {
            boolean bothUnknown = uids[at] == 0 && uids[at + 1] == 0;
            boolean adjacent = uids[at] != 0 && uids[at] + lengths[at] == uids[at + 1];
            if (bothUnknown || adjacent) {
                lengths[at] += lengths[at + 1];
                delete(at + 1);
            } else {
                forth();
            }
        }
    }

    private void insert(int run, long uid, int length) {
        if (runs == uids.length) {
            uids = Arrays.copyOf(uids, runs * 2);
            lengths = Arrays.copyOf(lengths, runs * 2);
        }
        System.arraycopy(uids, run, uids, run + 1, runs - run);
        System.arraycopy(lengths, run, lengths, run + 1, runs - run);
        uids[run] = uid;
        lengths[run] = length;
        runs++;
    }

    private void delete(int run) {
        System.arraycopy(uids, run + 1, uids, run, runs - run - 1);
        System.arraycopy(lengths, run + 1, lengths, run, runs - run - 1);
        runs--;
    }
}
