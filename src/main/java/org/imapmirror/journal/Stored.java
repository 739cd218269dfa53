package org.imapmirror.journal;

/// Where a finished body ended up.
sealed interface Stored {
    /// In memory, to be stored in its event's transaction.
    record Inline(byte[] body) implements Stored {}

    /// In a file of the spool that is durable, name and content.
    record InFile() implements Stored {}

    /// Nowhere; its event is stored without it, and whoever needs the message asks the primary.
    record Lost(String reason) implements Stored {}
}
