package org.imapmirror.capture;

import org.imapmirror.event.Flags;
import org.jspecify.annotations.Nullable;

/// What a FETCH response tells of a message.
///
/// @param number 0 where the response names the message by UID only (UIDFETCH, RFC 9586)
/// @param uid 0 where it is not known
/// @param flags null where the response has none
/// @param modSeq the response has a MODSEQ
/// @param body the response has content that sets \Seen when it is fetched without PEEK
/// @param onlyUid the response has a UID and nothing else
record FetchData(
        int number,
        long uid,
        @Nullable Flags flags,
        boolean modSeq,
        boolean body,
        boolean onlyUid) {

    FetchData withUid(long known) {
        return new FetchData(number, known, flags, modSeq, body, onlyUid);
    }
}
