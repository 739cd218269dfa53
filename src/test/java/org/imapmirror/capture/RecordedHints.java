package org.imapmirror.capture;

import org.imapmirror.event.Account;
import org.imapmirror.event.Doubt;
import org.imapmirror.event.MailboxName;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/// Writes down what capture hints at.
final class RecordedHints implements Hints {
    final List<String> changes = new CopyOnWriteArrayList<>();
    final List<String> sessions = new CopyOnWriteArrayList<>();
    final List<String> moved = new CopyOnWriteArrayList<>();
    CompletableFuture<Void> clear = CompletableFuture.allOf();
    final List<Account> unclean = new CopyOnWriteArrayList<>();

    @Override
    public void changed(Account account, MailboxName mailbox, Doubt doubt) {
        changes.add(doubt + " " + mailbox);
    }

    @Override
    public CompletionStage<Void> moving(
            Account account, MailboxName mailbox, CompletionStage<?> answered) {
        moved.add(mailbox.value());
        var unused = answered.whenComplete((_, _) -> moved.add(mailbox + " done"));
        return clear;
    }

    @Override
    public void sessionOpened(Account account) {
        sessions.add("open " + account);
    }

    @Override
    public void sessionClosed(Account account) {
        sessions.add("closed " + account);
    }

    @Override
    public void selected(Account account, String session, @Nullable MailboxName mailbox) {
        sessions.add("selected " + (mailbox == null ? "-" : mailbox));
    }

    @Override
    public void unclean(Account account) {
        unclean.add(account);
    }
}
