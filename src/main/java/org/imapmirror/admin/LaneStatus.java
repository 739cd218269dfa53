package org.imapmirror.admin;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// One account on one mirror.
///
/// @param mirror the server's key in the configuration
/// @param state a word for it, such as `live` or `waiting-for-login`
/// @param pending what is not on this mirror yet, as in [Status]
/// @param lagSeconds age of the oldest of those; 0 where there is none
/// @param error why it does not go on, for people; null where it does
/// @param unreachableSeconds for how long the mirror could not be reached; 0 where it can
/// @param parked what the mirror does not take, the oldest first, at most 100
/// @param skipped what was parked and was decided to stay so, likewise
/// @param held messages that are gone from the primary and are kept on the mirror
public record LaneStatus(
        String account,
        String mirror,
        String state,
        long pending,
        double lagSeconds,
        @Nullable String error,
        long unreachableSeconds,
        List<Parked> parked,
        List<Parked> skipped,
        long held) {

    public LaneStatus {
        parked = List.copyOf(parked);
        skipped = List.copyOf(skipped);
    }

    /// @param item a mailbox and a UID, a mailbox, a journal entry
    /// @param what its kind, such as `message`
    /// @param reason why, in the mirror's words
    /// @param since ISO 8601, UTC
    public record Parked(String item, String what, String reason, String since) {}
}
