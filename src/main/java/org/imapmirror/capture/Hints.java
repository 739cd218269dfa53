package org.imapmirror.capture;

import org.imapmirror.event.Account;
import org.imapmirror.event.Doubt;
import org.imapmirror.event.MailboxName;
import org.jspecify.annotations.Nullable;

import java.util.concurrent.CompletionStage;

/// Is told what needs a look at the primary and is no event. Called on the sessions' threads: must
/// be quick.
public interface Hints {

    /// Somebody else changed the mailbox, as far as a client's session shows (reference section
    /// 1.6). Not durable: a sweep finds what a crash forgets.
    void changed(Account account, MailboxName mailbox, Doubt doubt);

    /// A client is about to make, rename or delete a mailbox.
    ///
    /// @param answered completes when the outcome is known and durable, or the account suspect
    /// @return completes, on any thread, when the command does not disturb anybody: it is forwarded
    ///   then, or when that takes too long
    CompletionStage<Void> moving(Account account, MailboxName mailbox, CompletionStage<?> answered);

    /// A session of the account logged in.
    void sessionOpened(Account account);

    /// A session of the account ended; one call for each that opened.
    void sessionClosed(Account account);

    /// The session has this mailbox selected from now on, until the next call.
    ///
    /// @param session as in the events' origin
    /// @param mailbox null where none is selected any more
    void selected(Account account, String session, @Nullable MailboxName mailbox);

    /// The primary was lost with commands unanswered and may still be executing them: the account
    /// needs a sweep now and another after a minute, and then [Capture#swept].
    void unclean(Account account);
}
