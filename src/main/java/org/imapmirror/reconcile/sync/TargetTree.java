package org.imapmirror.reconcile.sync;

import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.Listed;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;
import org.imapmirror.reconcile.sync.FolderPlan.Pair;
import org.imapmirror.reconcile.sync.SyncReport.Cause;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Makes the mailboxes that the target lacks, and subscribes them.
final class TargetTree {
    private final Run run;
    private final ImapStore target;
    private final Map<String, Listed> source;
    private final Map<String, Listed> existing;

    TargetTree(Run run, ImapStore target, Map<String, Listed> source, List<Listed> existing) {
        this.run = run;
        this.target = target;
        this.source = source;
        this.existing = new HashMap<>(byName(existing));
    }

    static Map<String, Listed> byName(List<Listed> all) {
        Map<String, Listed> out = new TreeMap<>();
        all.forEach(l -> out.put(l.name(), l));
        return out;
    }

    /// @return the targets that are there now, or would be
    Set<String> make(Map<Pair, Ledger.Tally> pairs) throws StoreException {
        Set<String> there = new HashSet<>();
        Set<String> refused = new HashSet<>();
        for (Map.Entry<Pair, Ledger.Tally> e : pairs.entrySet()) {
            String name = e.getKey().target();
            if (there.contains(name) || refused.contains(name) || run.ledger().over()) {
                continue;
            }
            Listed found = existing.get(name);
            if (found != null && found.selectable() || make(e.getKey(), e.getValue())) {
                there.add(name);
            } else {
                refused.add(name);
            }
        }
        for (Pair pair : pairs.keySet()) {
            if (there.contains(pair.target())) {
                subscribe(pair);
            }
        }
        return there;
    }

    private boolean make(Pair pair, Ledger.Tally tally) throws StoreException {
        tally.made = true;
        if (run.dry()) {
            return true;
        }
        Listed from = source.get(pair.source());
        try {
            target.create(pair.target(), from == null ? null : from.specialUse());
            run.state().change(tx -> tx.made(pair.target()));
            return true;
        } catch (StoreException e) {
            if (!target.usable() || e.kind() != Kind.REFUSED && e.kind() != Kind.PROTOCOL) {
                throw e;
            }
            tally.made = false;
            run.ledger().failed(Failures.mailbox(pair.source(), Cause.CREATE, e));
            return false;
        }
    }

    private void subscribe(Pair pair) throws StoreException {
        Listed from = source.get(pair.source());
        Listed to = existing.get(pair.target());
        boolean wanted =
                run.options().extras().subscribeAll()
                        || (run.options().extras().subscriptions()
                                && from != null
                                && from.subscribed());
        if (!wanted || run.dry() || (to != null && to.subscribed())) {
            return;
        }
        try {
            target.subscribe(pair.target());
        } catch (StoreException e) {
            if (!target.usable() || e.kind() != Kind.REFUSED && e.kind() != Kind.PROTOCOL) {
                throw e;
            }
            run.ledger().warn(pair.target() + " could not be subscribed: " + e.getMessage());
        }
    }
}
