package org.imapmirror.reconcile.verify;

import org.jspecify.annotations.Nullable;

/// One thing that the two accounts do not have in common.
///
/// @param folder of the source; of the target where only that has it
/// @param sourceUid 0 where the source has no such message, or it is about a mailbox
/// @param targetUid likewise
/// @param messageId to recognize the message, null where it has none
/// @param detail both sides' values, for people; no content
public record Difference(
        Kind kind,
        String folder,
        long sourceUid,
        long targetUid,
        @Nullable String messageId,
        String detail) {

    /// What differs.
    public enum Kind {
        FOLDER_MISSING,
        FOLDER_EXTRA,
        FOLDER_UNREADABLE,
        SUBSCRIPTION_MISSING,
        MISSING,
        EXTRA,
        /// The same Message-ID and other octets.
        BODY,
        /// The same content, more than a last line's end longer or shorter.
        SIZE,
        DATE,
        FLAGS
    }
}
