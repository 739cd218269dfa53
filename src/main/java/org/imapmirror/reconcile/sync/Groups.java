package org.imapmirror.reconcile.sync;

import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.Status;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;
import org.imapmirror.reconcile.sync.FolderPlan.Pair;
import org.imapmirror.reconcile.sync.FolderSync.Result;
import org.imapmirror.reconcile.sync.MapBox.Seen;
import org.imapmirror.reconcile.sync.SyncReport.Cause;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The work of one worker: all mailboxes of the source that go to one mailbox of the target, one
/// after the other, so that nobody else stores there meanwhile.
final class Groups {
    /// Tries that differ from the ones before by going with fewer messages only.
    private static final int NARROWINGS = 20;

    private final Run run;
    private final Map<String, Status> source;
    private final Map<String, Status> target;
    private final List<Done> done = new ArrayList<>();

    /// @param whole everything of it, so that it may count as unchanged in the next run
    /// @param messages that the target should hold now; below 0 where it was not touched
    private record Done(String target, List<MapBox> boxes, boolean whole, long messages) {}

    /// @param source STATUS of its mailboxes at the beginning, likewise `target`
    Groups(Run run, Map<String, Status> source, Map<String, Status> target) {
        this.run = run;
        this.source = source;
        this.target = target;
    }

    /// As far as STATUS and the state tell.
    boolean isUnchanged(Collection<Pair> pairs) {
        return pairs.stream()
                .allMatch(pair ->
                        Unchanged.is(
                                run, pair, source.get(pair.source()), target.get(pair.target())));
    }

    /// @throws StoreException where one of the servers can no longer be used
    void work(String name, Map<Pair, Ledger.Tally> pairs, Links links) throws StoreException {
        Map<Ledger.Tally, Result> results = new LinkedHashMap<>();
        boolean whole = true;
        for (Map.Entry<Pair, Ledger.Tally> e : pairs.entrySet()) {
            if (run.ledger().over()) {
                return;
            }
            run.progress().folder(e.getKey().source(), e.getKey().target());
            Result result = folder(e.getKey(), e.getValue(), links);
            if (!run.ledger().over()) {
                run.progress().left(e.getKey().source(), 0, 0, 0);
            }
            if (result == null) {
                whole = false;
            } else {
                whole &= result.complete();
                results.put(e.getValue(), result);
            }
        }
        if (whole) {
            whole = removeExtra(results, links);
        }
        if (!run.dry()) {
            finished(name, results, whole);
        }
    }

    private void finished(String name, Map<Ledger.Tally, Result> results, boolean whole) {
        boolean untouched = results.values().stream().allMatch(Result::untouched);
        long expected = -1;
        if (!untouched) {
            expected =
                    results.values().stream()
                            .filter(r -> r.before() != null)
                            .mapToLong(r -> r.before() == null ? 0 : r.before().size())
                            .findFirst()
                            .orElse(0);
            for (Ledger.Tally tally : results.keySet()) {
                expected += tally.copied;
                expected -= run.options().deletes().targetMessages() ? tally.deleted : 0;
            }
        }
        synchronized (done) {
            done.add(
                    new Done(
                            name,
                            results.values().stream().map(Result::box).toList(),
                            whole,
                            expected));
        }
    }

    private boolean removeExtra(Map<Ledger.Tally, Result> results, Links links)
            throws StoreException {
        var deletes = run.options().deletes();
        if (!deletes.targetMessages() || deletes.onlyKnown()) {
            return true;
        }
        UidSet before = null;
        MapBox box = null;
        Ledger.Tally tally = null;
        long remaining = 0;
        for (Map.Entry<Ledger.Tally, Result> e : results.entrySet()) {
            remaining += e.getKey().messages;
            if (before == null && e.getValue().before() != null) {
                before = e.getValue().before();
                box = e.getValue().box();
                tally = e.getKey();
            }
        }
        if (before == null || box == null || tally == null || before.isEmpty()) {
            return true;
        }
        return new Removal(run, links, tally).removeExtra(box, before, remaining);
    }

    /// @return null where the mailbox cannot be brought over; the report says why
    private @Nullable Result folder(Pair pair, Ledger.Tally tally, Links links)
            throws StoreException {
        FolderSync folder =
                new FolderSync(
                        run,
                        links,
                        pair,
                        tally,
                        source.get(pair.source()),
                        target.get(pair.target()));
        int failed = 0;
        int narrowed = 0;
        long settled = 0;
        while (true) {
            try {
                return folder.run();
            } catch (StoreException e) {
                if (!passes(e)) {
                    run.ledger().failed(Failures.mailbox(pair.source(), Cause.SELECT, e));
                    links.drop();
                    return null;
                }
                boolean fewer = folder.broke(e, links.isOfSource(e));
                long now = folder.settled();
                if (now > settled) {
                    failed = 0;
                    narrowed = 0;
                } else if (!fewer || ++narrowed > NARROWINGS) {
                    failed++;
                }
                settled = now;
                if (failed > run.options().tuning().reconnects()) {
                    if (e.kind() == Kind.UNREACHABLE) {
                        throw e;
                    }
                    run.ledger().failed(Failures.mailbox(pair.source(), Cause.SELECT, e));
                    links.drop();
                    return null;
                }
                links.drop();
                Pauses.before(failed, run);
                if (run.ledger().over()) {
                    return null;
                }
            }
        }
    }

    /// True where another try may help.
    private static boolean passes(StoreException e) throws StoreException {
        return switch (e.kind()) {
            case GONE, RACE, UNREACHABLE -> true;
            case REFUSED -> e.outlook() == org.imapmirror.mailstore.Outlook.SOON;
            case PROTOCOL, UNSUPPORTED -> false;
            case TLS, LOGIN_REFUSED, NO_LOGIN -> throw e;
        };
    }

    /// Remembers the numbers by which the next run sees what did not change.
    void remember(Links links) throws StoreException {
        List<String> touched =
                done.stream()
                        .filter(d -> d.whole() && d.messages() >= 0)
                        .map(Done::target)
                        .toList();
        Map<String, Status> now = numbers(touched, links);
        run.state()
                .change(tx -> {
                    for (Done d : done) {
                        for (MapBox box : d.boxes()) {
                            tx.update(remembered(d, box, now));
                        }
                    }
                });
    }

    /// By a connection that may have been cut while others worked.
    private Map<String, Status> numbers(List<String> touched, Links links) throws StoreException {
        for (int failed = 1; !touched.isEmpty(); failed++) {
            try {
                return links.target().status(touched);
            } catch (StoreException e) {
                if (!passes(e) || failed > run.options().tuning().reconnects()) {
                    throw e;
                }
                links.drop();
                Pauses.before(failed, run);
            }
        }
        return Map.of();
    }

    private MapBox remembered(Done d, MapBox box, Map<String, Status> now) {
        Status from = source.get(box.name());
        Status before = target.get(d.target());
        Status after = now.get(d.target());
        if (!d.whole() || from == null) {
            return box;
        }
        Seen targetSeen = Seen.NEVER;
        if (d.messages() < 0) {
            targetSeen = before == null ? Seen.NEVER : Seen.of(before);
        } else if (after != null && after.messages() == d.messages()) {
            targetSeen = Seen.of(after);
        }
        return box.done(run.fingerprint(), Seen.of(from), targetSeen);
    }
}
