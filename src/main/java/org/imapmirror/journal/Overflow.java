package org.imapmirror.journal;

import org.imapmirror.event.MailboxEvent.MailboxSuspect;

/// What an account gets instead of its events while the journal is over its limit: one suspicion,
/// always its last entry. A new one takes the place of the one before under a new number, so that
/// lanes that had read that one see it, and an account never needs more room than for one.
///
/// This bounds the journal also where a lane must keep its place for good. What is oldest stays,
/// because the messages in it may be nowhere else any more; what is newest is most likely still on
/// the primary, where a comparison finds it.
final class Overflow {
    static final Append.Event SUSPICION =
            Append.Event.of(MailboxSuspect.ofAccount("the journal was over journal.max-bytes"));

    private Overflow() {}
}
