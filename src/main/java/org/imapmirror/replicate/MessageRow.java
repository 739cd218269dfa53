package org.imapmirror.replicate;

import org.imapmirror.event.Flags;

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
        PARKED
    }
}
