package org.imapmirror.replicate;

import org.imapmirror.event.Account;
import org.imapmirror.event.Doubt;
import org.imapmirror.event.MailboxName;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.Listed;
import org.imapmirror.mailstore.Status;
import org.imapmirror.mailstore.StoreException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;

/// Watches active accounts on the primary, so that deliveries and other changes past the proxy
/// reach the mirrors within seconds: IDLE on INBOX, STATUS of the other mailboxes from time to
/// time.
///
/// An account is active from its first session until a while after its last one.
///
/// Connections of watches are taken from those that lanes need to copy and compare, and an account
/// may be active for hours: so watches have only a part of them. Where more accounts are active,
/// they take turns: the one that has a connection looks at all mailboxes and gives it up as soon as
/// somebody waits.
public final class Watches implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Watches.class);
    private static final Duration REST = Duration.ofSeconds(5);
    private static final String INBOX = "INBOX";

    private final Lanes.Connections connections;
    private final Topology topology;
    private final Lanes lanes;
    private volatile Mode mode;
    private final Effort effort;
    private final Semaphore turns;
    private final Map<Account, Watch> watches = new HashMap<>();
    private boolean closed;

    /// Who is watched.
    public enum Mode {
        NONE,
        ACTIVE,
        ALL
    }

    /// @param round time between two looks at the mailboxes other than INBOX; also between two
    ///   turns of an account
    /// @param activeFor how long an account stays active after its last session
    /// @param connections that watches hold at once
    public record Effort(Duration round, Duration activeFor, int connections) {}

    public Watches(
            Lanes.Connections connections,
            Topology topology,
            Lanes lanes,
            Mode mode,
            Effort effort) {
        this.connections = connections;
        this.topology = topology;
        this.lanes = lanes;
        this.mode = mode;
        this.effort = effort;
        this.turns = new Semaphore(effort.connections(), true);
    }

    /// Watches other accounts from now on; those that are too many end with their turn.
    public void mode(Mode newer) {
        mode = newer;
        if (newer == Mode.ALL) {
            lanes.accounts().forEach(this::active);
        }
    }

    /// A session of the account is there, or an account is known at all (mode ALL).
    public synchronized void active(Account account) {
        if (closed || mode == Mode.NONE || topology.mirrorsOf().apply(account).isEmpty()) {
            return;
        }
        Watch watch = watches.get(account);
        if (watch == null || !watch.thread.isAlive()) {
            watch = new Watch(account);
            watches.put(account, watch);
            watch.thread.start();
        }
        watch.lastActive = System.nanoTime();
    }

    @Override
    public void close() {
        List<Watch> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(watches.values());
        }
        all.forEach(w -> w.thread.interrupt());
        for (Watch w : all) {
            ImapStore open = w.open;
            if (open != null) {
                open.wake();
            }
        }
    }

    private final class Watch {
        private final Account account;
        private final Thread thread;
        private volatile long lastActive = System.nanoTime();
        private volatile @Nullable ImapStore open;
        private final Map<String, Status> known = new HashMap<>();

        Watch(Account account) {
            this.account = account;
            this.thread = Thread.ofVirtual().name("watch-" + account).unstarted(this::run);
        }

        private boolean over() {
            return Thread.currentThread().isInterrupted()
                    || mode == Mode.NONE
                    || topology.mirrorsOf().apply(account).isEmpty()
                    || mode == Mode.ACTIVE
                            && System.nanoTime() - lastActive > effort.activeFor().toNanos();
        }

        private void run() {
            try {
                lanes.begun(account).toCompletableFuture().get();
                while (!over()) {
                    turns.acquire();
                    Duration pause;
                    try {
                        pause = turn();
                    } finally {
                        turns.release();
                    }
                    Thread.sleep(pause);
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException e) {
                throw new IllegalStateException("bug: nothing fails here", e);
            }
        }

        /// @return how long to wait before the next one
        private Duration turn() {
            try (ImapStore store = connections.open(topology.primaryOf().apply(account), account)) {
                open = store;
                watch(store);
                return effort.round();
            } catch (StoreException e) {
                LOG.debug("watch of account={} interrupted: {}", account, e.getMessage());
                return REST;
            } catch (RuntimeException | Error e) {
                LOG.atError()
                        .addKeyValue("account", account)
                        .setCause(e)
                        .log("watch stopped by a bug, begun again");
                return REST;
            } finally {
                open = null;
            }
        }

        private boolean turnIsOver() {
            return over() || turns.hasQueuedThreads();
        }

        private void watch(ImapStore store) throws StoreException {
            store.examine(INBOX);
            boolean first = known.isEmpty();
            long round = effort.round().toNanos();
            long looked = System.nanoTime() - round;
            do {
                long left = looked + round - System.nanoTime();
                if (left <= 0) {
                    looked = System.nanoTime();
                    left = round;
                    look(store, first);
                    first = false;
                }
                if (store.idle(Duration.ofNanos(left), this::turnIsOver)) {
                    lanes.hint(account, MailboxName.INBOX, Doubt.MEMBERSHIP);
                    compare(store.status(List.of(INBOX)));
                }
            } while (!turnIsOver());
        }

        private void look(ImapStore store, boolean first) throws StoreException {
            Set<String> names = new HashSet<>();
            for (Listed l : store.names()) {
                if (l.selectable()) {
                    names.add(l.name());
                }
            }
            Map<String, Status> now = store.status(names);
            known.keySet().retainAll(now.keySet());
            if (first) {
                known.putAll(now);
            } else {
                compare(now);
            }
        }

        /// Hints at what is not as it was.
        private void compare(Map<String, Status> now) {
            now.forEach((name, status) -> {
                Status before = known.put(name, status);
                if (!status.equals(before)) {
                    boolean flagsOnly =
                            before != null
                                    && before.uidNext() == status.uidNext()
                                    && before.messages() == status.messages();
                    lanes.hint(
                            account,
                            new MailboxName(name),
                            flagsOnly ? Doubt.FLAGS : Doubt.MEMBERSHIP);
                }
            });
        }
    }
}
