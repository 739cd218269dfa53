/// Compares two sides of a mailbox and says what has to be done, as pure functions over snapshots.
///
/// Used by first copies, sweeps and deltas of suspect mailboxes. Absence is never deletion without
/// evidence: see [MailboxDiff] and [Brake].
@NullMarked
package org.imapmirror.reconcile;

import org.jspecify.annotations.NullMarked;
