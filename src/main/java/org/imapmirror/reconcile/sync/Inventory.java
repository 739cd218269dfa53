package org.imapmirror.reconcile.sync;

import org.imapmirror.mailstore.Census;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.Status;
import org.imapmirror.mailstore.StoreException;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.FutureTask;

/// What both accounts have at a run's beginning: their mailboxes, and the numbers of those that
/// earlier runs worked on.
record Inventory(Census source, Census target) {

    /// Both sides are asked at the same time: where nothing changed, logins are what takes long.
    ///
    /// @throws StoreException where both sides fail, that of the source
    static Inventory of(Links links, SyncState state) throws StoreException {
        List<String> sources = state.sources();
        List<String> targets = state.targets();
        FutureTask<Census> there = new FutureTask<>(() -> links.target().glance(targets));
        Thread thread = Thread.ofVirtual().name("sync-target").start(there);
        try {
            Census here = links.source().glance(sources);
            return new Inventory(here, Workers.await(there));
        } finally {
            end(thread);
        }
    }

    /// Nobody else may use the connection before; an interrupt closes what it waits on.
    private static void end(Thread thread) {
        boolean interrupted = false;
        thread.interrupt();
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// The numbers of these mailboxes, of which only those are asked for that are not known.
    ///
    /// @return without those that do not exist
    static Map<String, Status> numbers(ImapStore store, Census known, Collection<String> names)
            throws StoreException {
        Map<String, Status> out = new HashMap<>(known.statuses());
        out.keySet().retainAll(new TreeSet<>(names));
        TreeSet<String> unknown = new TreeSet<>(names);
        unknown.removeAll(out.keySet());
        out.putAll(store.status(unknown));
        return out;
    }
}
