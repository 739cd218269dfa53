package org.imapmirror.reconcile.sync;

import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;
import org.imapmirror.reconcile.sync.MapRow.State;
import org.imapmirror.reconcile.sync.SyncOptions.Deletes;
import org.imapmirror.reconcile.sync.SyncReport.Cause;
import org.imapmirror.reconcile.sync.SyncReport.Failure;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Removes messages, where the options say so and the evidence is complete: a list of all UIDs that
/// was read twice.
final class Removal {
    private final Run run;
    private final Links links;
    private final Ledger.Tally tally;
    private final Deletes deletes;

    Removal(Run run, Links links, Ledger.Tally tally) {
        this.run = run;
        this.links = links;
        this.tally = tally;
        this.deletes = run.options().deletes();
    }

    /// Expunges what has \Deleted on the target, if that is asked for; its mailbox is open.
    void expungeMarked(MapBox box) throws StoreException {
        if (!deletes.expungeTarget()) {
            return;
        }
        UidSet marked = links.target().search("DELETED");
        if (marked.isEmpty()) {
            return;
        }
        if (run.dry()) {
            tally.deleted += marked.size();
        } else if (expunge(links.target(), marked, box)) {
            tally.deleted += marked.size();
        }
    }

    /// What is done when everything was brought over.
    ///
    /// @return false where something could not be done, or the brake holds it
    boolean afterCopy(MapBox box) throws StoreException {
        boolean done = true;
        if (deletes.targetMessages()) {
            done = removeGone(box);
        }
        if (deletes.sourceMessages()) {
            done &= removeFromSource(box);
        }
        return done;
    }

    private boolean removeGone(MapBox box) throws StoreException {
        ImapStore source = links.source();
        UidSet mapped = run.state().uids(box, State.MAPPED);
        UidSet gone = mapped.minus(source.uids());
        if (gone.isEmpty()) {
            return true;
        }
        if (source.examine(box.name()).uidValidity() != box.uidValidity()) {
            return false;
        }
        UidSet again = source.uids();
        UidSet proved = gone.minus(again);
        if (proved.isEmpty()) {
            return true;
        }
        if (isHeld(box.targetName(), proved.size(), mapped.size(), again.size())) {
            return false;
        }
        String search = run.options().messages().targetSearch();
        links.target().select(box.targetName());
        UidSet may = search == null ? UidSet.range(1, UidSet.MAX) : links.target().search(search);
        if (run.dry()) {
            tally.deleted += proved.size();
            return true;
        }
        for (UidSet window : proved.chunks(run.window())) {
            Map<Long, MapRow> rows = run.state().rows(box, window);
            rows.values().removeIf(row -> !may.contains(row.targetUid()));
            if (rows.isEmpty()) {
                continue;
            }
            UidSet targets = UidSet.of(rows.values().stream().map(MapRow::targetUid).toList());
            if (!expunge(links.target(), targets, box)) {
                return false;
            }
            run.state().change(tx -> tx.delete(box, UidSet.of(rows.keySet())));
            tally.deleted += rows.size();
        }
        return true;
    }

    /// What no mailbox of the source stands behind goes from a mailbox of the target.
    ///
    /// @param before all UIDs of the target before the run stored anything
    /// @param remaining messages of all the source's mailboxes that are brought there
    /// @return false where something could not be done, or the brake holds it
    boolean removeExtra(MapBox box, UidSet before, long remaining) throws StoreException {
        ImapStore target = links.target();
        target.select(box.targetName());
        UidSet extra = target.uids().intersect(before).minus(run.state().taken(box.target()));
        String search = run.options().messages().targetSearch();
        if (search != null && !extra.isEmpty()) {
            extra = extra.intersect(target.search(search));
        }
        if (extra.isEmpty()) {
            return true;
        }
        if (isHeld(box.targetName(), extra.size(), before.size(), remaining)) {
            return false;
        }
        if (!run.dry() && !expunge(target, extra, box)) {
            return false;
        }
        tally.deleted += extra.size();
        return true;
    }

    private boolean isHeld(String mailbox, long deletions, long held, long remaining) {
        boolean exempt = run.exempt().contains(mailbox);
        boolean stops =
                run.sourceEmpty()
                        || (!deletes.brakeLifted()
                                && deletes.brake().stops(deletions, held, remaining, exempt));
        if (stops) {
            run.ledger()
                    .held(
                            "%s: %d of %d messages would go, %d remain on the source"
                                    .formatted(mailbox, deletions, held, remaining));
        }
        return stops;
    }

    /// A move: what is on the target for sure, by a list of its UIDs, goes from the source.
    private boolean removeFromSource(MapBox box) throws StoreException {
        links.target().select(box.targetName());
        links.target().noop();
        UidSet onTarget = links.target().uids();
        UidSet all = links.source().uids();
        boolean opened = false;
        for (UidSet window :
                run.state()
                        .uids(box, State.MAPPED)
                        // An earlier run may have ended before it removed these.
                        .union(run.state().uids(box, State.MOVED))
                        .intersect(all)
                        .chunks(run.window())) {
            List<MapRow> safe = new ArrayList<>();
            for (MapRow row : run.state().rows(box, window).values()) {
                if (onTarget.contains(row.targetUid())) {
                    safe.add(row);
                }
            }
            if (run.dry() || safe.isEmpty()) {
                tally.deleted += safe.size();
                continue;
            }
            if (!opened && links.source().select(box.name()).uidValidity() != box.uidValidity()) {
                return false;
            }
            opened = true;
            UidSet uids = UidSet.of(safe.stream().map(MapRow::uid).toList());
            // Before: the target's messages must never pass for those of vanished ones.
            run.state()
                    .change(tx ->
                            tx.put(box, safe.stream().map(row -> row.in(State.MOVED)).toList()));
            if (!expunge(links.source(), uids, box)) {
                run.state().change(tx -> tx.put(box, safe));
                return false;
            }
            tally.deleted += safe.size();
        }
        return true;
    }

    /// @return false where the server refused; that is in the report then
    private boolean expunge(ImapStore store, UidSet uids, MapBox box) throws StoreException {
        try {
            store.expunge(uids);
            return true;
        } catch (StoreException e) {
            if (!store.usable()
                    || e.kind() != Kind.REFUSED
                            && e.kind() != Kind.UNSUPPORTED
                            && e.kind() != Kind.PROTOCOL) {
                throw e;
            }
            run.ledger()
                    .failed(
                            new Failure(
                                    box.name(),
                                    0,
                                    0,
                                    null,
                                    Cause.DELETE,
                                    e.code(),
                                    e.serverName() + ": " + e.text()));
            return false;
        }
    }
}
