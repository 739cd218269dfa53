package org.imapmirror.replicate;

import org.imapmirror.mailstore.StoreException;

/// The end of a comparison's race window (design section 6): returns when every command that was
/// outstanding at the snapshot's end is answered and journalled, and the lane has applied all of
/// the journal up to there. What these entries touched is theirs to decide.
interface Window {
    /// @throws StoreException where the mirror failed meanwhile, or commands stay unanswered
    ///   (RACE): the comparison is to be made again
    void close() throws StoreException;
}
