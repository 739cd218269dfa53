/// A mailbox store that can be read and written: our own pipelined IMAP client for mirrors, first
/// copies and sweeps, and the logins to servers.
///
/// [ImapStore] is one authenticated connection in blocking style, meant for virtual threads. The
/// thread that waits for an answer is the one that reads the socket, and what it reads goes to the
/// commands in flight: tagged lines by tag, everything else by content. A message that is fetched
/// is handed on while it arrives, so that the speed of the slowest part is the speed of the whole
/// and nothing is held in memory; there are no queues between threads that could grow.
///
/// What a server may refuse is a value where the caller is expected to live with it ([Appended]);
/// everything else is a [StoreException], which says which server and what to do.
@NullMarked
package org.imapmirror.mailstore;

import org.jspecify.annotations.NullMarked;
