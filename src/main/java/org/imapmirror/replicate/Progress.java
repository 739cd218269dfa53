package org.imapmirror.replicate;

import org.jspecify.annotations.Nullable;

import java.time.Instant;

/// How far a lane is, in the numbers of [LaneReport].
///
/// @param suspicions what makes the account suspect
/// @param oldest when the oldest entry that is not applied was journalled, null where there is none
record Progress(
        long pending,
        long parked,
        long skipped,
        long held,
        long suspicions,
        long extra,
        @Nullable Instant oldest) {}
