package org.imapmirror.mailstore;

import org.imapmirror.event.Flags;
import org.imapmirror.event.UidSet;

import java.util.Map;

/// What is different in a mailbox since one of its HIGHESTMODSEQs (RFC 7162).
///
/// @param flags of the messages that are new or whose flags changed
/// @param vanished UIDs that are no longer there, and perhaps never were; a server that has
///   forgotten tells too many rather than too few. Empty where the server does not tell
/// @param exists messages in the mailbox, after all this
public record Changed(Map<Long, Flags> flags, UidSet vanished, long exists) {}
