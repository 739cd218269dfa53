package org.imapmirror.admin;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What administrators decide about things that wait for them.
public interface Acts {
    /// A decision.
    enum Act {
        /// Tries again what is parked or skipped.
        RETRY,
        /// Leaves parked things as they are.
        SKIP,
        /// Lets deletions go that the brake holds.
        APPROVE,
        /// Removes held messages now.
        PURGE
    }

    /// What a decision is about; null: whatever it is.
    ///
    /// @param account a login name
    /// @param mirror the server's key in the configuration
    /// @param item as the status names it
    record Choice(@Nullable String account, @Nullable String mirror, @Nullable String item) {}

    /// @return how many things it concerned; 0 also where there is no such account, mirror or item
    int act(Act act, Choice choice);

    /// Messages that are gone from the primary and are kept on mirrors.
    ///
    /// @param choice without an item
    List<Held> held(Choice choice);

    /// @param mailbox the primary's name of the mailbox, as it is, or was when it was deleted
    /// @param uid on the primary
    /// @param mirrorMailbox the mailbox's name on the mirror
    /// @param mirrorUid on the mirror
    /// @param deleted ISO 8601, UTC
    /// @param due when it will be purged, likewise; null for never
    record Held(
            String account,
            String mirror,
            String mailbox,
            long uid,
            String mirrorMailbox,
            long mirrorUid,
            long size,
            String deleted,
            @Nullable String due) {}
}
