package org.imapmirror.replicate;

import org.jspecify.annotations.Nullable;

/// The INTERNALDATE of a message.
///
/// @param date as the primary tells it, or what is nearest to it; null where nothing is known
/// @param certain whether the primary told it, or the message was stored there with it
record Arrival(@Nullable String date, boolean certain) {
    static final Arrival UNKNOWN = new Arrival(null, false);

    static Arrival certain(@Nullable String date) {
        return date == null ? UNKNOWN : new Arrival(date, true);
    }

    static Arrival guess(String date) {
        return new Arrival(date, false);
    }
}
