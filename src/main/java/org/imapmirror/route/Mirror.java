package org.imapmirror.route;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

/// A server that follows the primary.
///
/// @param server its key in the configuration
public record Mirror(String server, Mode mode, Deletes deletes) {
    public enum Mode {
        /// As the primary.
        MIRROR,
        /// Nothing is ever removed.
        ARCHIVE
    }

    /// What an expunge or a DELETE on the primary does to the mirror.
    ///
    /// @param after zero: at once; null: never; else held for that long
    public record Deletes(@Nullable Duration after) {
        public static final Deletes APPLY = new Deletes(Duration.ZERO);
        public static final Deletes NEVER = new Deletes(null);
    }
}
