package org.imapmirror.capture;

import org.imapmirror.event.Doubt;
import org.imapmirror.event.MailboxName;
import org.jspecify.annotations.Nullable;

/// What a session's follower wants done besides the answers.
sealed interface Effect {

    /// Somebody else changed a mailbox.
    record Hint(MailboxName mailbox, Doubt doubt) implements Effect {}

    /// The session has this mailbox selected now, or none.
    record SelectedNow(@Nullable MailboxName mailbox) implements Effect {}

    /// What the primary said contradicts what is known.
    ///
    /// @param mailbox null where the whole account is in doubt
    record Contradiction(@Nullable MailboxName mailbox, Doubt doubt, String reason)
            implements Effect {}
}
