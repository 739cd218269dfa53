package org.imapmirror.capture;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// Whether clients have begun to use an account, for whoever wants to look into it too.
///
/// On an account that nobody used yet, the first command that opens a mailbox makes the folder of
/// all of them and INBOX. Where two sessions do that at once, Dovecot tells the one that makes
/// another mailbox that it is there already. So nobody else opens a mailbox between a client's
/// login and what it does first. Thread-safe.
final class FirstUse {
    private CompletableFuture<Void> begun = CompletableFuture.allOf();

    /// A client logged in, and no other session is there.
    ///
    /// @param atMost how long others wait for it
    synchronized void expect(Timer timer, Duration atMost) {
        CompletableFuture<Void> next = new CompletableFuture<>();
        begun = next;
        Runnable cancel = timer.after(atMost, () -> next.complete(null));
        var unused = next.thenRun(cancel);
    }

    /// A client opened or made a mailbox, or none is there any more.
    synchronized void seen() {
        begun.complete(null);
    }

    /// Completes when there is nothing to wait for.
    synchronized CompletionStage<Void> begun() {
        return begun;
    }
}
