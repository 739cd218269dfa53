package org.imapmirror.replicate;

import org.imapmirror.mailstore.Status;
import org.jspecify.annotations.Nullable;

/// What the last comparisons of a mailbox found, beside [MailboxRow#seen].
///
/// @param since the wall clock in milliseconds before the primary's numbers were read that
///   [MailboxRow#seen] has; rows of messages that are newer were changed after it
/// @param fullAt when all messages were last compared, a moment of [SteadyClock]; 0 for never
/// @param mailboxId what the primary calls the mailbox whatever its name (RFC 8474), or null
/// @param mirror what the mirror told before everything was found in order there
record Compared(long since, long fullAt, @Nullable String mailboxId, Numbers mirror) {
    static final Compared NEVER = new Compared(0, 0, null, Numbers.NONE);

    /// A mailbox that has the same ones again did not change in between.
    ///
    /// @param modseq HIGHESTMODSEQ, 0 where the server has none: then nothing can be told from them
    record Numbers(long uidValidity, long uidNext, long messages, long modseq) {
        static final Numbers NONE = new Numbers(0, 0, 0, 0);

        static Numbers of(Status s) {
            return new Numbers(s.uidValidity(), s.uidNext(), s.messages(), s.highestModseq());
        }

        boolean isUnchanged(@Nullable Status now) {
            return now != null && modseq != 0 && equals(of(now));
        }
    }
}
