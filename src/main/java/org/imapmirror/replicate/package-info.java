/// Applies the journal to the mirrors: one lane per account and mirror, in order, exactly once in
/// effect.
///
/// A [Lane] takes, in this order: what a crash left open ([Recovery]), the journal's next entries
/// ([EventApplier]), first copies ([FirstCopy]), import-pending messages, doubts and sweeps
/// ([Deltas], [TreeSync]). Its position is stored in the transaction that stores what the applied
/// entries changed in the map ([LaneStore]).
@NullMarked
package org.imapmirror.replicate;

import org.jspecify.annotations.NullMarked;
