package org.imapmirror.journal;

import org.jspecify.annotations.Nullable;

/// Where a finished body ended up.
sealed interface Stored {
    /// In memory, to be stored in its event's transaction.
    ///
    /// @param body as it is stored
    /// @param sealedBy names the key, null where it is not encrypted
    record Inline(byte[] body, @Nullable String sealedBy) implements Stored {}

    /// In a file of the spool that is durable, name and content.
    ///
    /// @param sealedBy names the key, null where it is not encrypted
    record InFile(@Nullable String sealedBy) implements Stored {}

    /// Nowhere; its event is stored without it, and whoever needs the message asks the primary.
    record Lost(String reason) implements Stored {}
}
