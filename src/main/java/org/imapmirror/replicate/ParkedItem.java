package org.imapmirror.replicate;

import java.time.Instant;

/// Something that a mirror does not take, or that the brake holds.
///
/// @param item what, in the primary's words: a mailbox and a UID, a mailbox, a journal entry
/// @param what kind of item, for example `message`, `mailbox`, `brake`
/// @param reason why, as the server told it; never mail content
public record ParkedItem(String item, String what, String reason, Instant since) {}
