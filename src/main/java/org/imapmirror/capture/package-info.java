/// Follows sessions and turns what the primary confirmed into events for the journal.
///
/// The way of the data: a session's frames become commands and responses; the [Follower], a state
/// machine without threads or clocks, keeps what a client may know (selected mailbox, message
/// numbers) and what it has asked for; when the primary answers, each command tells what happened,
/// from evidence in responses before arguments. The account's tracker orders that against the other
/// sessions of the account and hands it to the journal; only then is the client told. Whatever
/// cannot be known becomes a suspicion.
@NullMarked
package org.imapmirror.capture;

import org.jspecify.annotations.NullMarked;
