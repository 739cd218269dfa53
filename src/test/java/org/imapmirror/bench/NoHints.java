package org.imapmirror.bench;

import org.imapmirror.capture.Hints;
import org.imapmirror.event.Account;
import org.imapmirror.event.Doubt;
import org.imapmirror.event.MailboxName;
import org.jspecify.annotations.Nullable;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// Nobody is interested.
final class NoHints implements Hints {
    @Override
    public void changed(Account account, MailboxName mailbox, Doubt doubt) {}

    @Override
    public void sessionOpened(Account account) {}

    @Override
    public void sessionClosed(Account account) {}

    @Override
    public CompletionStage<Void> moving(
            Account account, MailboxName mailbox, CompletionStage<?> answered) {
        return CompletableFuture.allOf();
    }

    @Override
    public void selected(Account account, String session, @Nullable MailboxName mailbox) {}

    @Override
    public void unclean(Account account) {}
}
