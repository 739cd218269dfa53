package org.imapmirror.reconcile.sync;

import org.imapmirror.event.Flags;
import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.HeaderKey;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.Selected;
import org.imapmirror.mailstore.Status;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.Summary;
import org.imapmirror.reconcile.sync.FlagSync.Since;
import org.imapmirror.reconcile.sync.FolderPlan.Pair;
import org.imapmirror.reconcile.sync.MapBox.Seen;
import org.imapmirror.reconcile.sync.MapRow.State;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Brings one mailbox over: settles what an earlier run left open, matches what nobody knows,
/// brings flags up to date, copies what is missing and removes what is gone. May be begun again at
/// any point.
final class FolderSync {
    private final Run run;
    private final Links links;
    private final Pair pair;
    private final Ledger.Tally tally;
    private final Pace pace;
    private final Selection selection;
    private final @Nullable Status sourceStatus;
    private final @Nullable Status targetStatus;
    private boolean broken;

    /// @param complete everything that the options ask for is done
    /// @param untouched nothing was changed on the target
    /// @param before what the target held before; null where nobody looked, because STATUS says
    ///   that nothing changed
    record Result(MapBox box, boolean complete, boolean untouched, @Nullable UidSet before) {}

    /// @param sourceStatus at the run's beginning, likewise `targetStatus`; null where there is no
    ///   such mailbox
    FolderSync(
            Run run,
            Links links,
            Pair pair,
            Ledger.Tally tally,
            @Nullable Status sourceStatus,
            @Nullable Status targetStatus) {
        this.run = run;
        this.pace = new Pace(run.options().tuning());
        this.selection = new Selection(run, links, tally);
        this.links = links;
        this.pair = pair;
        this.tally = tally;
        this.sourceStatus = sourceStatus;
        this.targetStatus = targetStatus;
    }

    /// Something failed in the middle of [#run] that may pass.
    ///
    /// @return whether the next try is another one: with fewer messages at once
    boolean broke(StoreException reason, boolean bySource) {
        broken = true;
        return pace.broke(reason, bySource);
    }

    /// Messages whose fate is known by now; grows where a further try is worth it.
    long settled() {
        return tally.copied + pace.poison().size();
    }

    Result run() throws StoreException {
        MapBox known = run.state().box(pair.source(), pair.target()).orElse(null);
        if (known != null) {
            reconsider(known);
        }
        if (known != null && Unchanged.is(run, pair, sourceStatus, targetStatus)) {
            tally.messages = known.seen().messages();
            tally.there = run.state().count(known, State.MAPPED);
            return new Result(known, true, true, null);
        }
        long failuresBefore = run.ledger().failures();
        long changesBefore = changes();
        Selected s = links.source().examine(pair.source());
        MapBox box = targetStatus == null && run.dry() ? emptyTarget(s) : open(s);
        UidSet all = links.source().uids();
        tally.messages = all.size();
        boolean targetThere = !(targetStatus == null && run.dry());
        UidSet onTarget = UidSet.EMPTY;
        if (targetThere) {
            onTarget = settled(box);
            dropVanished(box, onTarget);
            box = match(box, all, onTarget);
        }
        if (run.options().identity().skipDuplicates()) {
            fillIdentities(box);
        }
        if (targetThere && run.options().flags().resync()) {
            alignFlags(box, all);
        }
        copy(box, all);
        boolean whole =
                !run.ledger().over()
                        && run.ledger().failures() == failuresBefore
                        && tally.failed.isEmpty();
        if (targetThere && whole) {
            whole = new Removal(run, links, tally).afterCopy(box);
        }
        return new Result(
                run.state().box(pair.source(), pair.target()).orElse(box),
                whole,
                changes() == changesBefore,
                onTarget);
    }

    private long changes() {
        return tally.copied + tally.flags + tally.deleted;
    }

    /// Rows that other options, or another state of the target, make void.
    private void reconsider(MapBox box) {
        UidSet.Builder doubtful = new UidSet.Builder();
        UidSet elsewhere = run.state().uids(box, State.ELSEWHERE);
        if (run.options().identity().acrossFolders()) {
            for (UidSet window : elsewhere.chunks(run.window())) {
                run.state()
                        .rows(box, window)
                        .forEach((uid, row) -> {
                            if (row.identity() == null
                                    || !run.elsewhere().contains(row.identity())) {
                                doubtful.add(uid);
                            }
                        });
            }
        } else {
            doubtful.addAll(elsewhere);
        }
        if (!run.options().identity().skipDuplicates()) {
            doubtful.addAll(run.state().uids(box, State.DUPLICATE));
        }
        UidSet rows = doubtful.build();
        if (!rows.isEmpty()) {
            run.state()
                    .change(tx -> {
                        tx.delete(box, rows);
                        tx.update(box.done("", Seen.NEVER, Seen.NEVER));
                    });
        }
    }

    /// Both mailboxes are open, and the map is of their UIDVALIDITYs.
    private MapBox open(Selected s) throws StoreException {
        Selected t = links.target().select(pair.target());
        List<MapBox> others = run.state().boxesOf(pair.target());
        boolean renumbered =
                others.stream()
                        .anyMatch(b ->
                                b.targetUidValidity() != 0
                                        && b.targetUidValidity() != t.uidValidity());
        if (renumbered) {
            run.ledger().warn(pair.target() + ": its UIDVALIDITY changed, it is compared anew");
        }
        MapBox known = run.state().box(pair.source(), pair.target()).orElse(null);
        boolean fresh = known == null || renumbered || known.uidValidity() != s.uidValidity();
        if (known != null && known.uidValidity() != s.uidValidity()) {
            run.ledger().warn(pair.source() + ": its UIDVALIDITY changed, it is compared anew");
        }
        run.state()
                .change(tx -> {
                    if (renumbered) {
                        tx.forgetTarget(pair.target());
                    }
                    tx.target(pair.target(), t.uidValidity());
                    if (fresh) {
                        tx.freshBox(pair.source(), s.uidValidity(), pair.target());
                    }
                });
        return run.state().box(pair.source(), pair.target()).orElseThrow();
    }

    /// For a plan: the mailbox is not made yet.
    private MapBox emptyTarget(Selected s) {
        run.state()
                .change(tx -> {
                    tx.target(pair.target(), 0);
                    tx.freshBox(pair.source(), s.uidValidity(), pair.target());
                });
        return run.state().box(pair.source(), pair.target()).orElseThrow();
    }

    /// What an attempt stored that did not come to its end is in the map now.
    ///
    /// @return all UIDs of the target
    private UidSet settled(MapBox box) throws StoreException {
        for (Attempt.Item item : new Recovery(run, links, pace).settle(box)) {
            if (broken) {
                // Of this run, before its connection ended.
                tally.copied++;
                tally.copiedBytes += item.size();
                run.progress().copied(pair.source(), item.size());
            }
        }
        links.source().examine(pair.source());
        new Removal(run, links, tally).expungeMarked(box);
        return links.target().uids();
    }

    /// Forgets mapped messages that are no longer on the target, so that they are copied again;
    /// only after a second look.
    private void dropVanished(MapBox box, UidSet onTarget) throws StoreException {
        UidSet vanished = vanished(box, onTarget);
        if (vanished.isEmpty()) {
            return;
        }
        links.target().select(pair.target());
        links.target().noop();
        UidSet proved = vanished.intersect(vanished(box, links.target().uids()));
        if (!proved.isEmpty()) {
            run.state().change(tx -> tx.delete(box, proved));
        }
    }

    private UidSet vanished(MapBox box, UidSet onTarget) {
        UidSet.Builder out = new UidSet.Builder();
        long from = 0;
        for (List<MapRow> rows = run.state().mapped(box, from, run.window());
                !rows.isEmpty();
                rows = run.state().mapped(box, from, run.window())) {
            for (MapRow row : rows) {
                if (!onTarget.contains(row.targetUid())) {
                    out.add(row.uid());
                }
            }
            from = rows.getLast().uid() + 1;
        }
        return out.build();
    }

    /// Maps what is on the target without our knowledge: everything there the first time, then what
    /// came above the UIDNEXT that is known.
    private MapBox match(MapBox box, UidSet all, UidSet onTarget) throws StoreException {
        Selected t = links.target().select(pair.target());
        long next =
                Math.max(
                        Copier.uidNext(links.target(), t),
                        onTarget.isEmpty() ? 1 : onTarget.last() + 1);
        UidSet free = onTarget.minus(run.state().taken(box.target()));
        if (box.matched()) {
            free = free.intersect(UidSet.range(Math.max(1, box.targetUidNext()), UidSet.MAX));
        }
        UidSet missing = missing(box, all);
        String search = run.options().messages().targetSearch();
        if (search != null && !free.isEmpty()) {
            free = free.intersect(links.target().search(search));
        }
        if (!free.isEmpty() && !missing.isEmpty()) {
            new Matching(run, pace, links.source(), links.target())
                    .run(run.state().candidates(box), missing, free, pairs -> keep(box, pairs));
        }
        MapBox matched = box.matchedBelow(next);
        run.state().change(tx -> tx.update(matched));
        return matched;
    }

    private void keep(MapBox box, Map<Long, Long> pairs) throws StoreException {
        Map<Long, Flags> flags = links.target().flags(UidSet.of(pairs.values()));
        Map<Long, Long> sizes = new HashMap<>();
        for (Summary s : links.source().summaries(UidSet.of(pairs.keySet()))) {
            sizes.put(s.uid(), s.size());
        }
        List<MapRow> rows = new ArrayList<>();
        pairs.forEach((uid, targetUid) ->
                rows.add(
                        new MapRow(
                                uid,
                                targetUid,
                                State.MAPPED,
                                sizes.getOrDefault(uid, 0L),
                                flags.getOrDefault(targetUid, Flags.NONE),
                                Flags.NONE,
                                null)));
        run.state()
                .change(tx -> {
                    tx.put(box, rows);
                    // Their flags are compared by a run that reads all flags.
                    tx.update(box.done("", Seen.NEVER, Seen.NEVER));
                });
    }

    private UidSet missing(MapBox box, UidSet all) {
        UidSet missing = all;
        for (State state : State.values()) {
            if (state != State.FAILED) {
                missing = missing.minus(run.state().uids(box, state));
            }
        }
        return missing;
    }

    private void fillIdentities(MapBox box) throws StoreException {
        UidSet duplicates = run.state().uids(box, State.DUPLICATE);
        UidSet mapped = run.state().uids(box, State.MAPPED);
        UidSet all = links.source().uids();
        if (!duplicates.isEmpty() && !mapped.minus(all).isEmpty()) {
            // The one that stands for them may be gone.
            run.state().change(tx -> tx.delete(box, duplicates));
        }
        for (UidSet window : run.state().withoutIdentity(box).intersect(all).chunks(run.window())) {
            Map<Long, HeaderKey> keys = links.source().headers(window);
            List<MapRow> rows = new ArrayList<>();
            run.state()
                    .rows(box, window)
                    .forEach((uid, row) -> {
                        HeaderKey key = keys.get(uid);
                        Long identity = key == null ? null : Identities.of(key);
                        if (identity != null) {
                            rows.add(row.identified(identity));
                        }
                    });
            run.state().change(tx -> tx.put(box, rows));
        }
    }

    private void alignFlags(MapBox box, UidSet all) throws StoreException {
        MapBox now = run.state().box(pair.source(), pair.target()).orElse(box);
        boolean complete = now.options().equals(run.fingerprint());
        Since since =
                complete
                        ? new Since(
                                since(links.source(), now.seen()),
                                since(links.target(), now.targetSeen()))
                        : Since.EVER;
        new FlagSync(run, links, tally).align(now, all, since);
    }

    private static long since(ImapStore store, Seen seen) {
        return store.has("CONDSTORE") || store.has("QRESYNC") ? seen.modseq() : 0;
    }

    private void copy(MapBox box, UidSet all) throws StoreException {
        tally.there = Math.max(0, run.state().count(box, State.MAPPED) - tally.copied);
        // Named already, in a try that a connection did not survive.
        UidSet missing = missing(box, all).minus(UidSet.of(tally.failed));
        String search = run.options().messages().sourceSearch();
        if (search != null && !missing.isEmpty()) {
            UidSet wanted = missing.intersect(links.source().search(search));
            tally.skipped = missing.size() - wanted.size();
            missing = wanted;
        } else {
            tally.skipped = 0;
        }
        Copier copier = new Copier(run, links, tally, pace);
        if (run.dry()) {
            // A try that a connection did not survive counted some.
            tally.copied = 0;
            tally.copiedBytes = 0;
        }
        long left = missing.size();
        run.progress().left(pair.source(), left, 0, 0);
        for (UidSet window : missing.chunks(run.window())) {
            if (run.ledger().over()) {
                return;
            }
            List<Selection.Wanted> wanted = selected(box, window);
            long octets = wanted.stream().mapToLong(Selection.Wanted::size).sum();
            left -= window.size();
            run.progress().left(pair.source(), left + wanted.size(), wanted.size(), octets);
            if (run.dry()) {
                tally.copied += wanted.size();
                tally.copiedBytes += octets;
            } else {
                copier.copy(box, wanted);
            }
        }
        if (copier.keywordsAside() && run.options().flags().resync()) {
            new FlagSync(run, links, tally).align(box, run.state().withAside(box), Since.EVER);
        }
    }

    /// Without those that cannot be read, which are named.
    private List<Selection.Wanted> selected(MapBox box, UidSet window) throws StoreException {
        List<Selection.Wanted> out = new ArrayList<>();
        selection.begin();
        pace.ask(window, some -> out.addAll(selection.of(box, some)));
        Failures failures = new Failures(run, links, tally);
        UidSet poison = window.intersect(pace.poison());
        failures.unreadable(box, poison, pace);
        failures.untold(box, window.minus(poison).minus(selection.told()));
        return out;
    }
}
