package org.imapmirror.replicate;

import org.imapmirror.event.Flags;
import org.imapmirror.event.UidSet;
import org.jspecify.annotations.Nullable;

import java.util.Collection;

/// A message of the primary on a mirror.
///
/// @param uid the primary's
/// @param targetUid the mirror's, 0 where it is not there
/// @param size octets on the primary, as known
/// @param flags the primary's, as applied or to be applied; more than the mirror may be able to
///   keep
record MessageRow(long uid, long targetUid, State state, long size, Flags flags) {
    enum State {
        MAPPED,
        /// Expunged or moved away; a later append of this UID is dropped.
        GONE,
        /// To be taken from the primary by UID.
        PENDING,
        /// The mirror refused it; named in the status until somebody decides.
        PARKED,
        /// Parked, and somebody decided to leave it that way.
        SKIPPED
    }

    /// True where there is nothing left to store.
    static boolean isDecided(@Nullable MessageRow row) {
        return row != null && row.state != State.PENDING;
    }

    /// The UIDs of those with nothing left to store.
    static UidSet decided(Collection<MessageRow> rows) {
        return UidSet.of(rows.stream().filter(MessageRow::isDecided).map(MessageRow::uid).toList());
    }

    /// The UIDs of those that are import-pending.
    static UidSet pending(Collection<MessageRow> rows) {
        return UidSet.of(
                rows.stream().filter(r -> r.state == State.PENDING).map(MessageRow::uid).toList());
    }

    /// True where the primary has it and the mirror does not take it.
    boolean isKeptOut() {
        return state == State.PARKED || state == State.SKIPPED;
    }

    MessageRow withFlags(Flags now) {
        return new MessageRow(uid, targetUid, state, size, now);
    }
}
