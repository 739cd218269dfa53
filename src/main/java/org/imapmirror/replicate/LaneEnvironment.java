package org.imapmirror.replicate;

import org.imapmirror.audit.AuditLog;
import org.imapmirror.event.Account;
import org.imapmirror.event.MailboxEvent;
import org.imapmirror.journal.Journal;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;
import org.imapmirror.reconcile.Brake;
import org.imapmirror.state.StateException;

import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// What every lane works with.
///
/// @param primaryOf the server that serves an account's clients
/// @param sessions the clients'
/// @param settleTimeout how long a comparison waits for the commands of clients
/// @param firstCopies how many first copies may run at once
/// @param sweeps when the primary's mailboxes are compared completely
/// @param deletions what deletions on the primary do to a mirror
/// @param clock the wall clock, for people only
/// @param steady for what is kept for a time
/// @param nanos the monotonic clock
/// @param applied is told of every event that is on a mirror
/// @param archives the mirrors that are archives
/// @param audit their audit logs
record LaneEnvironment(
        LaneStore store,
        Journal journal,
        Hands.Opener opener,
        Function<Account, String> primaryOf,
        LiveSessions sessions,
        Duration settleTimeout,
        Semaphore firstCopies,
        Supplier<Brake> brake,
        Supplier<SweepRules> sweeps,
        Function<String, Deletions> deletions,
        RetryRules retry,
        Clock clock,
        SteadyClock steady,
        LongSupplier nanos,
        ScheduledExecutorService timer,
        BiConsumer<LaneKey, MailboxEvent> applied,
        Set<String> archives,
        AuditLog audit) {

    boolean isArchive(LaneKey key) {
        return archives.contains(key.mirror());
    }

    /// @throws StateException where a mirror was an archive until now: as a mirror it would lose
    ///   what it keeps
    void requireMode(LaneRow row) {
        if (!isArchive(row.key()) && !store.read(db -> new ArchiveRows(db, row.id()).isNew())) {
            throw new StateException(
                    StateException.Fault.REFUSED,
                    "the server "
                            + row.key().mirror()
                            + " was an archive, and as a mirror it would lose what it keeps:"
                            + " write mode: archive in route.mirrors, or name another server",
                    null);
        }
    }

    /// Waits for commands of clients.
    ///
    /// @throws StoreException of kind RACE where they stay outstanding
    void await(CompletionStage<Void> commands, ImapStore primary) throws StoreException {
        if (!await(commands, settleTimeout)) {
            throw new StoreException(
                    Kind.RACE, primary.server(), null, "commands of clients are outstanding");
        }
    }

    /// @return false where they stay outstanding
    boolean await(CompletionStage<Void> commands, Duration longest) {
        try {
            commands.toCompletableFuture().get(longest.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException | ExecutionException _) {
            return false;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
