package org.imapmirror.reconcile.sync;

import org.imapmirror.event.MailboxName;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.Listed;
import org.imapmirror.mailstore.Status;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;
import org.imapmirror.reconcile.NameMap;
import org.imapmirror.reconcile.sync.FolderPlan.Pair;
import org.imapmirror.reconcile.sync.SyncOptions.Deletes;
import org.imapmirror.reconcile.sync.SyncReport.Cause;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Makes the mailboxes that the target lacks, and subscribes them.
final class TargetTree {
    private final Run run;
    private final Links links;
    private final Map<String, Listed> source;
    private final Map<String, Listed> existing;

    TargetTree(Run run, Links links, Map<String, Listed> source, List<Listed> existing) {
        this.run = run;
        this.links = links;
        this.source = source;
        this.existing = byName(existing);
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
            if (there.contains(pair.target()) && !run.dry()) {
                subscribe(pair);
                grant(pair);
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
            links.target().create(pair.target(), from == null ? null : from.specialUse());
            run.state().change(tx -> tx.made(pair.target()));
            return true;
        } catch (StoreException e) {
            if (!links.target().usable() || e.kind() != Kind.REFUSED && e.kind() != Kind.PROTOCOL) {
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
        if (!wanted || (to != null && to.subscribed())) {
            return;
        }
        try {
            links.target().subscribe(pair.target());
        } catch (StoreException e) {
            if (!links.target().usable() || e.kind() != Kind.REFUSED && e.kind() != Kind.PROTOCOL) {
                throw e;
            }
            run.ledger().warn(pair.target() + " could not be subscribed: " + e.getMessage());
        }
    }

    /// Identifiers are taken as they are: they mean the same where both servers know the same
    /// people. Our own login's rights are left alone, so that it cannot lock itself out.
    private void grant(Pair pair) throws StoreException {
        if (!run.options().extras().acls()) {
            return;
        }
        ImapStore source = links.source();
        if (!source.has("ACL") || !links.target().has("ACL")) {
            run.ledger().warn("rights are not copied: one of the servers has no ACL (RFC 4314)");
            return;
        }
        try {
            Map<String, String> wanted = source.rights(pair.source());
            Map<String, String> there = links.target().rights(pair.target());
            for (Map.Entry<String, String> e : wanted.entrySet()) {
                boolean owner =
                        e.getKey().equals("owner")
                                || there.getOrDefault(e.getKey(), "").contains("a");
                if (!owner && !e.getValue().equals(there.get(e.getKey()))) {
                    links.target().grant(pair.target(), e.getKey(), e.getValue());
                }
            }
        } catch (StoreException e) {
            if (!links.target().usable()
                    || !source.usable()
                    || e.kind() != Kind.REFUSED && e.kind() != Kind.PROTOCOL) {
                throw e;
            }
            run.ledger().warn(pair.target() + ": rights could not be copied: " + e.getMessage());
        }
    }

    /// Removes mailboxes that the source does not have, if that is asked for: never INBOX, nor one
    /// that the source has although this run leaves it out, nor a parent of one that stays.
    ///
    /// @param planned every target of the plan
    /// @param names says which mailbox of the target is like one of the source
    void removeOthers(Set<String> planned, NameMap names) throws StoreException {
        Deletes deletes = run.options().deletes();
        if (!deletes.targetFolders() || run.ledger().over() || run.ledger().failures() > 0) {
            return;
        }
        Set<String> there = new HashSet<>(source.keySet());
        if (others(planned, names, there).isEmpty()) {
            return;
        }
        // A second look: a mailbox that one listing forgot is not gone.
        links.source().list().forEach(l -> there.add(l.name()));
        List<String> others = others(planned, names, there);
        if (!others.isEmpty()) {
            remove(others);
        }
    }

    /// What nothing of the source stands behind.
    ///
    /// @param there the source's mailboxes
    private List<String> others(Set<String> planned, NameMap names, Set<String> there) {
        Set<String> stays = new HashSet<>(planned);
        for (String name : there) {
            try {
                stays.add(names.toTarget(new MailboxName(name)));
            } catch (IllegalArgumentException _) {
                // The target cannot have it.
            }
        }
        Deletes deletes = run.options().deletes();
        Set<String> ours = new HashSet<>(run.state().made());
        List<String> others = new ArrayList<>();
        for (Listed l : existing.values()) {
            String below = l.name() + (l.separator() == 0 ? "/" : l.separator());
            if (l.selectable()
                    && !l.name().equals("INBOX")
                    && run.options().folders().mayDelete(l.name())
                    && stays.stream().noneMatch(s -> s.equals(l.name()) || s.startsWith(below))
                    && (!deletes.onlyKnown() || ours.contains(l.name()))) {
                others.add(l.name());
            }
        }
        return others;
    }

    private void remove(List<String> others) throws StoreException {
        Map<String, Status> all =
                links.target()
                        .status(
                                existing.values().stream()
                                        .filter(Listed::selectable)
                                        .map(Listed::name)
                                        .toList());
        long held = all.values().stream().mapToLong(Status::messages).sum();
        long deletions =
                others.stream()
                        .map(all::get)
                        .filter(java.util.Objects::nonNull)
                        .mapToLong(Status::messages)
                        .sum();
        Deletes deletes = run.options().deletes();
        if (run.sourceEmpty()
                || (!deletes.brakeLifted()
                        && deletes.brake().stops(deletions, held, held - deletions, false))) {
            run.ledger()
                    .held(
                            "mailboxes %s with %d of %d messages would go"
                                    .formatted(others, deletions, held));
            return;
        }
        for (String name : others.reversed()) {
            Ledger.Tally tally = run.ledger().tally("", name);
            Status status = all.get(name);
            tally.deleted = status == null ? 0 : status.messages();
            if (run.dry()) {
                continue;
            }
            try {
                links.target().delete(name);
                links.target().unsubscribe(name);
                run.state().change(tx -> tx.forgetTarget(name));
            } catch (StoreException e) {
                if (!links.target().usable()
                        || e.kind() != Kind.REFUSED && e.kind() != Kind.PROTOCOL) {
                    throw e;
                }
                run.ledger().failed(Failures.mailbox(name, Cause.DELETE, e));
            }
        }
    }
}
