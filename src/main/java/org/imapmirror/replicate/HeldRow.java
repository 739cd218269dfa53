package org.imapmirror.replicate;

/// A message that is gone from the primary and is kept on the mirror.
///
/// @param mailbox our id of the mailbox that it is in, 0 where the primary deleted that
/// @param grave what became of the mailbox then, else 0
/// @param targetUidValidity of the mirror's mailbox, in which `targetUid` means something
record HeldRow(long id, long mailbox, long grave, long targetUidValidity, long targetUid) {}
