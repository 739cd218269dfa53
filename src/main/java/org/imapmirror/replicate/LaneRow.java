package org.imapmirror.replicate;

import org.imapmirror.reconcile.NameMap;
import org.jspecify.annotations.Nullable;

/// What is stored of a lane.
///
/// @param position the last journal entry whose effect is on the mirror
/// @param planned the tree was listed and the map has a row for every mailbox
/// @param fingerprint tells one account's storage on the primary from another's, null where unknown
record LaneRow(
        long id,
        LaneKey key,
        long position,
        boolean planned,
        NameMap names,
        @Nullable String fingerprint) {}
