package org.imapmirror.reconcile.sync;

import org.imapmirror.mailstore.StoreException;
import org.imapmirror.reconcile.sync.FolderPlan.Pair;
import org.imapmirror.reconcile.sync.SyncReport.Outcome;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Works on several mailboxes at once, each with a connection of its own to both sides. The first
/// worker has those that made the plan, so that one goes on where a server allows no more.
final class Workers {
    private final Run run;
    private final Side source;
    private final Side target;
    private final Links first;

    Workers(Run run, Side source, Side target, Links first) {
        this.run = run;
        this.source = source;
        this.target = target;
        this.first = first;
    }

    /// What did not change needs no connections, so none are opened for it.
    ///
    /// @param groups by the target's mailbox
    void run(Map<String, Map<Pair, Ledger.Tally>> groups, Groups work) throws StoreException {
        Queue<Map.Entry<String, Map<Pair, Ledger.Tally>>> queue = new ConcurrentLinkedQueue<>();
        for (Map.Entry<String, Map<Pair, Ledger.Tally>> group : groups.entrySet()) {
            if (!work.isUnchanged(group.getValue().keySet())) {
                queue.add(group);
            } else if (!run.ledger().over()) {
                work.work(group.getKey(), group.getValue(), first);
            }
        }
        int count = Math.min(run.options().connections(), queue.size());
        List<Future<?>> workers = new ArrayList<>();
        try (ExecutorService pool =
                Executors.newThreadPerTaskExecutor(
                        Thread.ofPlatform().name("sync-", 1).factory())) {
            for (int i = 0; i < count; i++) {
                boolean own = i > 0;
                workers.add(
                        pool.submit(() -> {
                            worker(queue, work, own);
                            return null;
                        }));
            }
        }
        for (Future<?> worker : workers) {
            await(worker);
        }
    }

    private void worker(
            Queue<Map.Entry<String, Map<Pair, Ledger.Tally>>> queue, Groups work, boolean own)
            throws StoreException {
        Links links = own ? new Links(source, target) : first;
        try {
            if (own && !opened(links)) {
                return;
            }
            for (var next = queue.poll(); next != null; next = queue.poll()) {
                if (run.ledger().over()) {
                    return;
                }
                work.work(next.getKey(), next.getValue(), links);
            }
        } catch (StoreException | RuntimeException e) {
            // Before the exception is told, the others end in order.
            run.ledger().end(Outcome.STOPPED);
            throw e;
        } finally {
            if (own) {
                links.close();
            }
        }
    }

    private boolean opened(Links links) {
        try {
            links.begin();
            links.source();
            links.target();
            return true;
        } catch (StoreException e) {
            run.ledger()
                    .warn(
                            "one connection less than wanted, it could not be opened: "
                                    + e.getMessage());
            return false;
        }
    }

    static <T> T await(Future<T> worker) throws StoreException {
        try {
            return worker.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case StoreException reason -> throw reason;
                case RuntimeException reason -> throw reason;
                case Error reason -> throw reason;
                case null, default -> throw new IllegalStateException("bug: " + e.getCause(), e);
            }
        }
    }
}
