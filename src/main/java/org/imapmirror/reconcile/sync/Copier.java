package org.imapmirror.reconcile.sync;

import org.imapmirror.event.Flags;
import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.Appended;
import org.imapmirror.mailstore.Appender;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.Outlook;
import org.imapmirror.mailstore.Selected;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;
import org.imapmirror.reconcile.sync.Attempt.Item;
import org.imapmirror.reconcile.sync.MapRow.State;
import org.imapmirror.reconcile.sync.Selection.Wanted;
import org.imapmirror.reconcile.sync.SyncReport.Cause;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Stores messages of one mailbox on the target, exactly once: what is about to be sent is written
/// down first ([Attempt]), and what became of it with the map.
final class Copier {
    private final Run run;
    private final Tuning tuning;
    private final Links links;
    private final Ledger.Tally tally;
    private final Pace pace;
    private final Failures failures;
    private boolean keywordsAside;

    Copier(Run run, Links links, Ledger.Tally tally, Pace pace) {
        this.run = run;
        this.tuning = run.options().tuning();
        this.links = links;
        this.tally = tally;
        this.pace = pace;
        this.failures = new Failures(run, links, tally);
    }

    /// Copies messages, ascending; the source's mailbox is open, the target's for writing.
    void copy(MapBox box, List<Wanted> wanted) throws StoreException {
        List<Wanted> batch = new ArrayList<>();
        long octets = 0;
        for (Wanted w : wanted) {
            boolean full =
                    batch.size() >= pace.batch()
                            || octets + w.size()
                                    > Math.min(tuning.batchOctets(), run.budget().octetsLeft())
                            || batch.size() >= run.budget().messagesLeft();
            if (full && !batch.isEmpty()) {
                flush(box, batch, octets);
                octets = 0;
            }
            if (run.ledger().over()) {
                return;
            }
            if (run.budget().octetsLeft() <= 0 || run.budget().messagesLeft() <= 0) {
                run.ledger().end(SyncReport.Outcome.LIMIT_REACHED);
                return;
            }
            batch.add(w);
            octets += w.size();
        }
        if (!batch.isEmpty()) {
            flush(box, batch, octets);
        }
    }

    /// Some went without their keywords, because the target refused them with these.
    boolean keywordsAside() {
        return keywordsAside;
    }

    private void flush(MapBox box, List<Wanted> batch, long octets) throws StoreException {
        int count = batch.size();
        run.budget().take(count, octets);
        long copied = tally.copied;
        long copiedBytes = tally.copiedBytes;
        try {
            store(box, batch);
        } finally {
            batch.clear();
            run.budget()
                    .giveBack(
                            count - (tally.copied - copied),
                            octets - (tally.copiedBytes - copiedBytes));
        }
    }

    private void store(MapBox box, List<Wanted> batch) throws StoreException {
        if (attempt(box, batch, true) && batch.size() > 1) {
            // All or nothing: refused because of some of them.
            attempt(box, batch, false);
        }
    }

    /// @param together as one command where the server can do that
    /// @return true where it was one command and the server refused it
    private boolean attempt(MapBox box, List<Wanted> batch, boolean together)
            throws StoreException {
        ImapStore target = links.target();
        Selected selected = target.select(box.targetName());
        Map<Long, Wanted> byUid = new TreeMap<>();
        batch.forEach(w -> byUid.put(w.uid(), w));
        begin(box, uidNext(target, selected), byUid);
        Appender appender = target.appender(box.targetName(), together);
        List<Wanted> sent = new ArrayList<>();
        StoreException unread = null;
        try {
            links.source()
                    .bodies(
                            UidSet.of(byUid.keySet()),
                            (uid, size, body) -> {
                                Wanted w = byUid.get(uid);
                                if (w != null) {
                                    appender.add(
                                            w.flags(), w.date(), size, run.throttle().pass(body));
                                    sent.add(w.sized(size));
                                    run.throttle().passed(size);
                                }
                            });
        } catch (IOException e) {
            throw new StoreException(
                    Kind.GONE,
                    links.source().usable() ? target.server() : links.source().server(),
                    null,
                    "a message ended early: " + e.getMessage(),
                    e);
        } catch (StoreException e) {
            // Of the target's doing it would have ended the source's connection too.
            if (e.kind() != Kind.REFUSED || !links.source().usable()) {
                throw e;
            }
            unread = e;
        }
        List<Appended> results = appender.finish();
        pace.stored();
        boolean refused =
                sent.size() > 1
                        && together
                        && target.has("MULTIAPPEND")
                        && results.stream().allMatch(r -> r instanceof Appended.Refused);
        if (refused) {
            run.state().change(tx -> tx.attemptOver(box.target()));
            if (unread == null) {
                return true;
            }
        } else {
            keep(box, sent, results);
        }
        if (unread == null) {
            UidSet given = UidSet.of(sent.stream().map(Wanted::uid).toList());
            failures.untold(box, UidSet.of(byUid.keySet()).minus(given));
        } else {
            unread(box, batch, refused ? List.of() : sent, unread);
        }
        return false;
    }

    /// The source refused some body, and does not say which.
    private void unread(MapBox box, List<Wanted> batch, List<Wanted> sent, StoreException reason)
            throws StoreException {
        UidSet done = UidSet.of(sent.stream().map(Wanted::uid).toList());
        List<Wanted> left = batch.stream().filter(w -> !done.contains(w.uid())).toList();
        if (batch.size() == 1) {
            for (Wanted w : left) {
                failures.message(box, w, Cause.FETCH, reason.code(), reason.text());
            }
            return;
        }
        for (Wanted w : left) {
            attempt(box, List.of(w), false);
        }
    }

    private void begin(MapBox box, long uidNext, Map<Long, Wanted> batch) {
        List<Item> items = batch.values().stream().map(w -> new Item(w.uid(), w.size())).toList();
        pace.storing(UidSet.of(batch.keySet()));
        run.state()
                .change(tx ->
                        tx.attempt(
                                new Attempt(
                                        box.id(),
                                        box.target(),
                                        box.targetUidValidity(),
                                        uidNext,
                                        items)));
    }

    /// Some servers tell it only with STATUS, some never.
    static long uidNext(ImapStore store, Selected s) throws StoreException {
        if (s.uidNext() > 0) {
            return s.uidNext();
        }
        var status = store.status(List.of(s.name())).get(s.name());
        if (status != null && status.uidNext() > 0) {
            return status.uidNext();
        }
        UidSet all = store.uids();
        return all.isEmpty() ? 1 : all.last() + 1;
    }

    private void keep(MapBox box, List<Wanted> sent, List<Appended> results) throws StoreException {
        List<MapRow> rows = new ArrayList<>();
        boolean somewhere = false;
        long octets = 0;
        for (int i = 0; i < sent.size(); i++) {
            Wanted w = sent.get(i);
            switch (results.get(i)) {
                case Appended.Stored s -> {
                    rows.add(row(box, w, s.uid()));
                    octets += w.size();
                }
                case Appended.StoredSomewhere _ -> somewhere = true;
                case Appended.Refused _ -> {
                    // Named below, when the others are safe.
                }
            }
        }
        boolean lost = somewhere;
        long count = rows.size();
        long size = octets;
        run.state()
                .change(tx -> {
                    tx.put(box, rows);
                    run.budget().spend(tx, count, size);
                    if (!lost) {
                        tx.attemptOver(box.target());
                    }
                });
        for (MapRow row : rows) {
            done(box, row.size(), row.identity());
        }
        if (lost) {
            found(box, sent);
        }
        for (int i = 0; i < sent.size(); i++) {
            if (results.get(i) instanceof Appended.Refused r) {
                refused(box, sent.get(i), r);
            }
        }
    }

    private MapRow row(MapBox box, Wanted w, long uid) throws StoreException {
        Flags has = links.target().storable(box.targetName(), w.flags());
        return new MapRow(
                w.uid(),
                uid,
                State.MAPPED,
                w.size(),
                has,
                w.aside().plus(w.flags().minus(has)),
                w.identity());
    }

    /// The server has no UIDPLUS, or told nothing: they are looked for.
    private void found(MapBox box, List<Wanted> sent) throws StoreException {
        links.target().noop();
        List<Item> there = new Recovery(run, links, pace).settle(box);
        links.source().examine(box.name());
        for (Wanted w : sent) {
            for (Item item : there) {
                if (item.uid() == w.uid()) {
                    done(box, w.size(), w.identity());
                }
            }
        }
    }

    private void done(MapBox box, long size, @Nullable Long identity) {
        tally.copied++;
        tally.copiedBytes += size;
        if (identity != null) {
            run.elsewhere().add(identity);
        }
        run.progress().copied(box.name(), size);
    }

    /// @return after some tries for what passes by itself
    private void refused(MapBox box, Wanted w, Appended.Refused r) throws StoreException {
        StoreException reason =
                new StoreException(Kind.REFUSED, links.target().server(), r.code(), r.text());
        if (!r.permanent() && reason.outlook() == Outlook.SOON && w.tries() < tuning.tries()) {
            Pauses.before(w.tries(), run);
            if (!run.ledger().over()) {
                attempt(box, List.of(w.again()), false);
                return;
            }
        }
        Cause cause = Failures.causeOf(reason);
        Wanted plain = w.withoutKeywords();
        if (cause == Cause.APPEND && !plain.flags().equals(w.flags())) {
            // Perhaps it is a keyword that the server does not like; they are stored afterwards.
            keywordsAside = true;
            attempt(box, List.of(plain), false);
            return;
        }
        failures.message(box, w, cause, r.code(), r.text());
    }
}
