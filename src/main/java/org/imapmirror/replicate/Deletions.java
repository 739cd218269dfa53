package org.imapmirror.replicate;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

/// What an expunge or the deletion of a mailbox on the primary does to a mirror. A move is neither.
///
/// @param after zero: the mirror follows at once; null: never by itself; else the mirror keeps the
///   messages for that long
public record Deletions(@Nullable Duration after) {
    public static final Deletions APPLIED = new Deletions(Duration.ZERO);

    public Deletions {
        if (after != null && after.isNegative()) {
            throw new IllegalArgumentException("deletes: not before they happen");
        }
    }

    boolean hold() {
        return after == null || !after.isZero();
    }
}
