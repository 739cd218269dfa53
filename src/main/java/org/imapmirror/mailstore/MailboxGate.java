package org.imapmirror.mailstore;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Keeps the commands of our connections to an account apart from those with which a client makes,
/// renames or deletes a mailbox.
///
/// To look into a mailbox, Dovecot locks a file in its folder. Where that folder is renamed
/// meanwhile, the lock goes with it and stays, so that whoever uses the mailbox next waits for
/// minutes. And whoever looks into one that is being made, or lists or opens others while it is,
/// may make the rest of it, so that the client's CREATE fails. Thread-safe.
final class MailboxGate {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /// Stands for all mailboxes of the account.
    static final String ALL = "*";

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private final Set<ImapStore> stores = new HashSet<>();

    /// The mailboxes that commands under way look into.
    private final Map<Object, List<Set<String>>> uses = new HashMap<>();

    private final List<Move> moves = new ArrayList<>();

    /// A client's command, until it is answered.
    private static final class Move {
        private final String name;
        private final CompletableFuture<Void> clear = new CompletableFuture<>();

        Move(String name) {
            this.name = name;
        }

        /// Children move with their parents.
        boolean concerns(Set<String> names) {
            return names.stream().anyMatch(n -> n.equals(ALL) || n.startsWith(name));
        }
    }

    void add(ImapStore store) {
        change(() -> stores.add(store));
    }

    void remove(ImapStore store) {
        change(() -> stores.remove(store));
    }

    /// The connection is given back, or ended with commands under way.
    void ended(Object connection) {
        change(() -> uses.remove(connection));
    }

    /// A command that looks into these mailboxes is about to be sent.
    ///
    /// @return false where it must not be, because of a client's command
    boolean begin(Object connection, Set<String> names) {
        lock.lock();
        try {
            if (isTaken(names)) {
                return false;
            }
            uses.computeIfAbsent(connection, _ -> new ArrayList<>()).add(names);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// The same, and waits for clients' commands.
    ///
    /// @return false where that took too long
    boolean beginLater(Object connection, Set<String> names) throws InterruptedException {
        lock.lock();
        try {
            long rest = PATIENCE.toNanos();
            while (!begin(connection, names)) {
                if (rest <= 0) {
                    return false;
                }
                rest = moved.awaitNanos(rest);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// The command was answered.
    void end(Object connection, Set<String> names) {
        change(() -> uses.getOrDefault(connection, new ArrayList<>()).remove(names));
    }

    /// A client is about to make, rename or delete a mailbox. Who has it open, or one below it,
    /// does nothing more there.
    ///
    /// @return completes when no command is under way there
    CompletionStage<Void> moving(String name, CompletionStage<?> answered) {
        Move move = new Move(name);
        change(() -> {
            moves.add(move);
            stores.forEach(store -> store.moved(name));
        });
        var unused = answered.whenComplete((_, _) -> answered(move));
        return move.clear;
    }

    private void answered(Move move) {
        change(() -> {
            moves.remove(move);
            // Opened in between by somebody for whom the client did not wait long enough.
            stores.forEach(store -> store.moved(move.name));
            moved.signalAll();
        });
    }

    /// Does it under the lock, and then lets the clients' commands go on that nothing of ours
    /// crosses any more.
    private void change(Runnable what) {
        List<Move> clear;
        lock.lock();
        try {
            what.run();
            clear = clear();
        } finally {
            lock.unlock();
        }
        clear.forEach(move -> move.clear.complete(null));
    }

    private boolean isTaken(Set<String> names) {
        return moves.stream().anyMatch(move -> move.concerns(names));
    }

    private List<Move> clear() {
        return moves.stream()
                .filter(move ->
                        uses.values().stream().flatMap(List::stream).noneMatch(move::concerns))
                .toList();
    }
}
