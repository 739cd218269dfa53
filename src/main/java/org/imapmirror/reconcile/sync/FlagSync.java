package org.imapmirror.reconcile.sync;

import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxEvent.FlagChange;
import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;
import org.imapmirror.reconcile.sync.SyncReport.Cause;
import org.imapmirror.reconcile.sync.SyncReport.Failure;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Brings flags of messages that are on the target already up to date. Both mailboxes are open, the
/// target's for writing.
final class FlagSync {
    private final Run run;
    private final Links links;
    private final Ledger.Tally tally;

    FlagSync(Run run, Links links, Ledger.Tally tally) {
        this.run = run;
        this.links = links;
        this.tally = tally;
    }

    /// From which MODSEQ on changes are asked for.
    ///
    /// @param source 0: all flags are read
    /// @param target likewise
    record Since(long source, long target) {
        static final Since EVER = new Since(0, 0);
    }

    /// @param uids of the source; those that are not mapped are left alone
    void align(MapBox box, UidSet uids, Since since) throws StoreException {
        for (UidSet window : uids.chunks(run.window())) {
            if (run.ledger().over()) {
                return;
            }
            Map<Long, MapRow> rows = run.state().rows(box, window);
            rows.values().removeIf(row -> row.state() != MapRow.State.MAPPED);
            if (!rows.isEmpty()) {
                alignWindow(box, rows, since);
            }
        }
    }

    private void alignWindow(MapBox box, Map<Long, MapRow> rows, Since since)
            throws StoreException {
        Map<Long, Flags> source = flags(links.source(), UidSet.of(rows.keySet()), since.source());
        UidSet targets = UidSet.of(rows.values().stream().map(MapRow::targetUid).toList());
        Map<Long, Flags> target = flags(links.target(), targets, since.target());
        Map<Flags, List<MapRow>> groups = new HashMap<>();
        List<MapRow> quiet = new ArrayList<>();
        for (MapRow row : rows.values()) {
            Flags now = source.get(row.uid());
            if (now == null && since.source() == 0) {
                // It went away in between.
                continue;
            }
            Flags wanted = now == null ? row.flags().plus(row.aside()) : run.flags().apply(now);
            Flags has = target.getOrDefault(row.targetUid(), row.flags());
            Flags able = links.target().storable(box.targetName(), wanted);
            if (!able.equals(has)) {
                groups.computeIfAbsent(wanted, _ -> new ArrayList<>())
                        .add(row.with(has, row.aside()));
            } else if (!has.equals(row.flags()) || !wanted.minus(has).equals(row.aside())) {
                quiet.add(row.with(has, wanted.minus(has)));
            }
        }
        if (run.dry()) {
            groups.values().forEach(group -> tally.flags += group.size());
        } else {
            store(box, groups);
        }
        if (!quiet.isEmpty()) {
            run.state().change(tx -> tx.put(box, quiet));
        }
    }

    private static Map<Long, Flags> flags(ImapStore store, UidSet uids, long since)
            throws StoreException {
        return since > 0 ? store.flagsSince(uids, since) : store.flags(uids);
    }

    /// Flags that the server refuses are put aside; the next run tries them again.
    private void store(MapBox box, Map<Flags, List<MapRow>> groups) throws StoreException {
        for (Map.Entry<Flags, List<MapRow>> group : groups.entrySet()) {
            Flags wanted = group.getKey();
            UidSet uids = UidSet.of(group.getValue().stream().map(MapRow::targetUid).toList());
            try {
                Flags refused = links.target().store(uids, FlagChange.NOW, wanted);
                Flags stored = wanted.minus(refused);
                tally.flags +=
                        group.getValue().stream()
                                .filter(row -> !row.flags().equals(stored))
                                .count();
                run.state()
                        .change(tx ->
                                tx.put(
                                        box,
                                        group.getValue().stream()
                                                .map(row -> row.with(stored, refused))
                                                .toList()));
            } catch (StoreException e) {
                if (e.kind() != Kind.REFUSED && e.kind() != Kind.PROTOCOL
                        || !links.target().usable()) {
                    throw e;
                }
                for (MapRow row : group.getValue()) {
                    run.ledger()
                            .failed(
                                    new Failure(
                                            box.name(),
                                            row.uid(),
                                            row.size(),
                                            null,
                                            Cause.FLAGS,
                                            e.code(),
                                            e.text()));
                }
            }
        }
    }
}
