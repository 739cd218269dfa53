package org.imapmirror.reconcile.verify;

import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.Listed;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;
import org.imapmirror.reconcile.sync.FolderPlan.Pair;
import org.imapmirror.reconcile.sync.FolderPlan.Planned;
import org.imapmirror.reconcile.sync.Progress;
import org.imapmirror.reconcile.sync.Side;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/// Compares two accounts, reading every message of both in full. No state file is asked, and no
/// message is changed: mailboxes of the target are opened for writing only because servers tell
/// what flags they keep only then.
public final class Verifier {
    private final Side source;
    private final Side target;
    private final VerifyOptions options;
    private final Progress progress;
    private final Findings findings;

    private Verifier(
            Side source,
            Side target,
            VerifyOptions options,
            Progress progress,
            Consumer<Difference> differences) {
        this.source = source;
        this.target = target;
        this.options = options;
        this.progress = progress;
        this.findings = new Findings(differences);
    }

    /// @param progress is asked whether to stop, and told folders
    /// @param differences is told each, by one thread at a time
    /// @throws StoreException where a server cannot be reached or used any more
    public static VerifyReport run(
            Side source,
            Side target,
            VerifyOptions options,
            Progress progress,
            Consumer<Difference> differences)
            throws StoreException {
        long began = System.nanoTime();
        Verifier verifier = new Verifier(source, target, options, progress, differences);
        verifier.compare();
        return verifier.findings.report(Duration.ofNanos(System.nanoTime() - began));
    }

    private void compare() throws StoreException {
        Map<String, List<Pair>> groups = new LinkedHashMap<>();
        try (ImapStore from = source.open();
                ImapStore to = target.open()) {
            List<Listed> listed = from.list();
            List<Listed> existing = to.list();
            Planned planned =
                    options.folders().plan(listed, from.personal(), existing, to.personal());
            planned.warnings().forEach(findings::warn);
            tree(listed, existing, planned.pairs(), groups);
        }
        Queue<Map.Entry<String, List<Pair>>> queue = new ConcurrentLinkedQueue<>(groups.entrySet());
        List<Future<?>> workers = new ArrayList<>();
        try (ExecutorService pool =
                Executors.newThreadPerTaskExecutor(
                        Thread.ofPlatform().name("verify-", 1).factory())) {
            for (int i = 0; i < Math.min(options.connections(), groups.size()); i++) {
                workers.add(
                        pool.submit(() -> {
                            worker(queue);
                            return null;
                        }));
            }
        }
        for (Future<?> worker : workers) {
            await(worker);
        }
        if (!queue.isEmpty() || progress.stopped()) {
            findings.incomplete();
        }
    }

    /// Mailboxes and subscriptions; what is left to compare goes into `groups`, by target.
    private void tree(
            List<Listed> listed,
            List<Listed> existing,
            List<Pair> pairs,
            Map<String, List<Pair>> groups) {
        Map<String, Listed> from = new HashMap<>();
        listed.forEach(l -> from.put(l.name(), l));
        Map<String, Listed> to = new HashMap<>();
        existing.forEach(l -> to.put(l.name(), l));
        Set<String> expected = new HashSet<>();
        for (Pair pair : pairs) {
            expected.add(pair.target());
            Listed there = to.get(pair.target());
            if (there == null || !there.selectable()) {
                findings.tell(
                        Difference.Kind.FOLDER_MISSING, pair.source(), "expected " + pair.target());
                continue;
            }
            groups.computeIfAbsent(pair.target(), _ -> new ArrayList<>()).add(pair);
            Listed origin = from.get(pair.source());
            if (options.subscriptions()
                    && origin != null
                    && origin.subscribed()
                    && !there.subscribed()) {
                findings.tell(
                        Difference.Kind.SUBSCRIPTION_MISSING,
                        pair.source(),
                        "not subscribed: " + pair.target());
            }
        }
        for (Listed l : existing) {
            if (options.extra() && l.selectable() && !expected.contains(l.name())) {
                findings.tell(Difference.Kind.FOLDER_EXTRA, l.name(), "only on the target");
            }
        }
    }

    private void worker(Queue<Map.Entry<String, List<Pair>>> queue) throws StoreException {
        try (FolderCheck check = new FolderCheck(source, target, options, progress, findings)) {
            while (!progress.stopped()) {
                var next = queue.poll();
                if (next == null) {
                    return;
                }
                progress.folder(next.getValue().getFirst().source(), next.getKey());
                check.run(next.getKey(), next.getValue());
            }
        }
    }

    private static void await(Future<?> worker) throws StoreException {
        try {
            worker.get();
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

    /// True where another try may help.
    static boolean passes(StoreException e) {
        return e.kind() == Kind.GONE || e.kind() == Kind.RACE;
    }
}
