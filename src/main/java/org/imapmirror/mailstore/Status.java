package org.imapmirror.mailstore;

import org.jspecify.annotations.Nullable;

/// What STATUS tells of a mailbox that need not be selected.
///
/// @param uidNext 0 where the server does not tell
/// @param highestModseq 0 where the server has none (RFC 7162)
/// @param mailboxId RFC 8474, or null
public record Status(
        long uidValidity,
        long uidNext,
        long messages,
        long unseen,
        long highestModseq,
        @Nullable String mailboxId) {}
