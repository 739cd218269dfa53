package org.imapmirror.mailstore;

import org.imapmirror.event.Flags;
import org.jspecify.annotations.Nullable;

/// A selected mailbox, as it was when it was selected, with the number of messages as of now.
///
/// @param uidNext 0 where the server does not tell; at least what it was when the mailbox was
///   selected, and more than every UID seen since
/// @param exists messages in it
/// @param permanentFlags what can be stored, without `\*`
/// @param anyKeyword new keywords can be stored (`\*`)
/// @param highestModseq 0 where the server has none (RFC 7162)
/// @param mailboxId RFC 8474, or null
/// @param readOnly opened by EXAMINE, or the server grants no more
public record Selected(
        String name,
        long uidValidity,
        long uidNext,
        long exists,
        Flags permanentFlags,
        boolean anyKeyword,
        long highestModseq,
        @Nullable String mailboxId,
        boolean readOnly) {

    /// Those of the flags that the mailbox keeps.
    public Flags storable(Flags flags) {
        return flags.filter(
                flag -> permanentFlags.contains(flag) || (anyKeyword && !flag.startsWith("\\")));
    }
}
