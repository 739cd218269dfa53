package org.imapmirror.replicate;

import org.imapmirror.event.Account;
import org.jspecify.annotations.Nullable;

import java.util.List;

/// A lane as the status shows it.
///
/// @param pending what is not on this mirror yet: events, first copies, messages, doubts, hints
/// @param doubts how many of these are doubts, which make the account suspect
/// @param lagSeconds age of the oldest event that is not applied, 0 where all are
/// @param unreachableSeconds for how long the mirror could not be reached, 0 where it can
/// @param skipped what is parked and was decided to stay so; not in `parked`
/// @param held messages that are gone from the primary and are kept for a time
/// @param parkedItems the oldest of what is parked
/// @param skippedItems the oldest of what is skipped
public record LaneReport(
        Account account,
        String mirror,
        String state,
        long pending,
        long parked,
        long skipped,
        long held,
        long doubts,
        long extra,
        double lagSeconds,
        long unreachableSeconds,
        @Nullable String error,
        List<ParkedItem> parkedItems,
        List<ParkedItem> skippedItems) {}
