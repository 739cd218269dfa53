package org.imapmirror.capture;

import org.imapmirror.event.Account;
import org.jspecify.annotations.Nullable;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// The write-intent mark of an account: durable before the first command of any session that may
/// change something goes to the primary, and cleared when the last such session has ended with
/// everything answered and journalled. Thread-safe.
final class WriteMark {
    private final Account account;
    private final CommitGate gate;

    /// Sessions that hold the mark or wait for it.
    private int holders;

    private boolean set;
    private long generation;
    private boolean unclean;
    private @Nullable CompletableFuture<Boolean> setting;

    WriteMark(Account account, CommitGate gate) {
        this.account = account;
        this.gate = gate;
    }

    /// A mark that an earlier run of the process left.
    synchronized void leftOver(long leftGeneration) {
        set = true;
        generation = leftGeneration;
        unclean = true;
    }

    /// One call for each session that is going to change something, to be followed by [#release]
    /// when the session ends, or at once where the answer is false.
    ///
    /// @return completes with whether the mark is durable
    CompletionStage<Boolean> acquire() {
        CompletableFuture<Boolean> asked;
        synchronized (this) {
            holders++;
            if (set) {
                return CompletableFuture.completedFuture(true);
            }
            if (setting != null) {
                return setting;
            }
            asked = new CompletableFuture<>();
            setting = asked;
        }
        gate.mark(account).thenAccept(given -> answered(asked, given));
        return asked;
    }

    private void answered(CompletableFuture<Boolean> asked, @Nullable Long given) {
        synchronized (this) {
            setting = null;
            if (given != null) {
                set = true;
                generation = given;
            }
            clear();
        }
        asked.complete(given != null);
    }

    /// @param clean everything that the session asked for is answered, and journalled or suspect
    synchronized void release(boolean clean) {
        if (!clean) {
            unclean = true;
        }
        holders--;
        clear();
    }

    /// The sweeps that follow an unclean end are done.
    synchronized void swept() {
        unclean = false;
        clear();
    }

    /// Where the journal has not got everything, the mark has to outlive this process.
    synchronized void clear() {
        if (set && holders == 0 && !unclean && setting == null && !gate.isSuspect(account)) {
            set = false;
            gate.unmark(account, generation);
        }
    }

    synchronized boolean isHeld() {
        return holders > 0 || unclean || set || setting != null;
    }
}
