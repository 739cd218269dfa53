package org.imapmirror.replicate;

import org.imapmirror.event.Account;
import org.jspecify.annotations.Nullable;

import java.time.Instant;

/// A message that is gone from the primary and is kept on a mirror, for people.
///
/// @param mailbox the primary's name of the mailbox, as it is or, where it was deleted, was
/// @param uid the primary's
/// @param target the mailbox's name on the mirror
/// @param targetUid the mirror's
/// @param due when it will be purged, by the wall clock as it goes now; null for never
public record HeldMessage(
        Account account,
        String mirror,
        String mailbox,
        long uid,
        String target,
        long targetUid,
        long size,
        Instant deleted,
        @Nullable Instant due) {}
