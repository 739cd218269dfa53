package org.imapmirror.journal;

/// What the journal knows of an account as of some commit.
///
/// @param id the number that stands for the name in other tables
/// @param head the last sequence number ever given, 0 if none
/// @param low entries up to here were trimmed; every one in (low, head] exists, but for what
///   [Overflow] left out
/// @param bytes of the account's entries and payloads
record AccountRow(long id, long head, long low, long bytes) {
    AccountRow withHead(long newHead) {
        return new AccountRow(id, newHead, low, bytes);
    }

    AccountRow withLow(long newLow) {
        return new AccountRow(id, head, newLow, bytes);
    }

    AccountRow plusBytes(long more) {
        return new AccountRow(id, head, low, bytes + more);
    }

    /// The number of entries after a position.
    long count(long after) {
        return Math.max(0, head - Math.max(after, low));
    }
}
