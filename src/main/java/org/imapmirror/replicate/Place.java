package org.imapmirror.replicate;

import org.imapmirror.event.Flags;
import org.jspecify.annotations.Nullable;

/// Where a message is or was on the primary, and where the archive has it.
///
/// @param uid the primary's
/// @param flags the last known ones of the primary
/// @param arrival the primary's INTERNALDATE
/// @param ended it is no longer there
record Place(long uid, Archived archived, Flags flags, Arrival arrival, boolean ended) {

    /// A message of the archive.
    ///
    /// @param box the archive's mailbox
    /// @param digest canonical, null where it was never read
    record Archived(String box, long uidValidity, long uid, long size, @Nullable String digest) {}
}
