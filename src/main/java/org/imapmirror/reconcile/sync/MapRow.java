package org.imapmirror.reconcile.sync;

import org.imapmirror.event.Flags;
import org.jspecify.annotations.Nullable;

import java.util.List;

/// What the map knows of a message of the source.
///
/// @param uid of the source
/// @param targetUid 0 where it is not on the target, or not known where
/// @param flags what the message on the target has, as last written or read
/// @param aside what it should have and the target does not keep; tried again by later runs
/// @param identity of its header, null where nobody asked for it yet
record MapRow(
        long uid,
        long targetUid,
        State state,
        long size,
        Flags flags,
        Flags aside,
        @Nullable Long identity) {

    /// In the order of the numbers in the state file.
    enum State {
        MAPPED,
        FAILED,
        ELSEWHERE,
        DUPLICATE,
        MOVED;

        private static final List<State> ALL = List.of(values());

        static State of(int number) {
            return ALL.get(number);
        }
    }

    MapRow with(Flags has, Flags keptAside) {
        return new MapRow(uid, targetUid, state, size, has, keptAside, identity);
    }

    MapRow identified(long as) {
        return new MapRow(uid, targetUid, state, size, flags, aside, as);
    }

    MapRow in(State other) {
        return new MapRow(uid, targetUid, other, size, flags, aside, identity);
    }

    static String text(Flags flags) {
        return String.join(" ", flags.list());
    }

    static Flags flags(String text) {
        return text.isEmpty() ? Flags.NONE : Flags.of(text.split(" "));
    }
}
