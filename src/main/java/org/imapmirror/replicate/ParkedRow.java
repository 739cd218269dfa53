package org.imapmirror.replicate;

import org.jspecify.annotations.Nullable;

/// Something that is parked and is no message.
///
/// @param item what, in the primary's words; see [ParkedItem]
/// @param again when it is tried again by itself
/// @param scope for a journal entry, the mailboxes that it names, one a line; null for the tree
/// @param detail for the brake, what exactly it holds
record ParkedRow(
        String item,
        String what,
        String reason,
        Again again,
        @Nullable String scope,
        @Nullable String detail) {}
