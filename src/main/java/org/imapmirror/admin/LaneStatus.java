package org.imapmirror.admin;

import org.jspecify.annotations.Nullable;

/// One account on one mirror.
///
/// @param mirror the server's key in the configuration
/// @param state a word for it, such as `live` or `waiting-for-login`
/// @param pending what is not on this mirror yet, as in [Status]
/// @param lagSeconds age of the oldest of those; 0 where there is none
/// @param error why it does not go on, for people; null where it does
/// @param unreachableSeconds for how long the mirror could not be reached; 0 where it can
public record LaneStatus(
        String account,
        String mirror,
        String state,
        long pending,
        double lagSeconds,
        @Nullable String error,
        long unreachableSeconds) {}
