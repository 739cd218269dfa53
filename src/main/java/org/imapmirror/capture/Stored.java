package org.imapmirror.capture;

import org.imapmirror.event.UidSet;

/// The new messages that a command has put into a mailbox.
record Stored(long uidValidity, UidSet uids) {}
