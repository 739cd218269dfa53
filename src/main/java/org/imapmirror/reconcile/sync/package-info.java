/// Brings one account's mailboxes from one server to another, once, and can be repeated: what
/// `imapmirror sync` and `imapmirror imapsync` do. The map of each pair of accounts is kept in a
/// state file, so that a run goes on where the last one ended and nothing is stored twice.
@NullMarked
package org.imapmirror.reconcile.sync;

import org.jspecify.annotations.NullMarked;
