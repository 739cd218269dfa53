package org.imapmirror.reconcile.sync;

import org.imapmirror.event.Flags;
import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.Appended;
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

    /// Sent, oldest first, and what became of them is not kept yet: two at most.
    private final List<Batch> underWay = new ArrayList<>();

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
        try {
            copyAll(box, wanted);
            settle(box);
        } finally {
            giveBack(underWay);
            underWay.clear();
        }
    }

    private void copyAll(MapBox box, List<Wanted> wanted) throws StoreException {
        List<Wanted> portion = new ArrayList<>();
        long octets = 0;
        for (Wanted w : wanted) {
            boolean full =
                    portion.size() >= pace.batch()
                            || octets + w.size()
                                    > Math.min(tuning.batchOctets(), run.budget().octetsLeft())
                            || portion.size() >= run.budget().messagesLeft();
            if (full && !portion.isEmpty()) {
                copyTogether(box, portion);
                portion.clear();
                octets = 0;
            }
            if (run.ledger().over()) {
                return;
            }
            if (run.budget().octetsLeft() <= 0 || run.budget().messagesLeft() <= 0) {
                // What is under way may not be stored, and then some is left.
                settle(box);
            }
            if (run.budget().octetsLeft() <= 0 || run.budget().messagesLeft() <= 0) {
                run.ledger().end(SyncReport.Outcome.LIMIT_REACHED);
                return;
            }
            portion.add(w);
            octets += w.size();
        }
        if (!portion.isEmpty()) {
            copyTogether(box, portion);
        }
    }

    /// While the target stores one batch, the next one is read and sent; only where the target
    /// tells with its answer what became of each, and nothing broke that is looked for.
    private void copyTogether(MapBox box, List<Wanted> portion) throws StoreException {
        ImapStore target = links.target();
        if (!pace.isFull() || !target.has("MULTIAPPEND") || !target.has("UIDPLUS")) {
            settle(box);
        }
        Batch batch = send(box, portion, true);
        Batch oldest = underWay.getFirst();
        if (oldest != batch && oldest.isStored()) {
            outcome(box, List.of(oldest), batch);
        } else if (oldest != batch) {
            settle(box);
        }
    }

    /// Nothing is under way afterwards.
    private void settle(MapBox box) throws StoreException {
        if (!underWay.isEmpty()) {
            outcome(box, List.copyOf(underWay), null);
        }
    }

    /// Some went without their keywords, because the target refused them with these.
    boolean keywordsAside() {
        return keywordsAside;
    }

    /// Sends messages; they are under way then.
    private Batch send(MapBox box, List<Wanted> portion, boolean together) throws StoreException {
        ImapStore target = links.target();
        Selected selected = target.select(box.targetName());
        Batch batch =
                new Batch(
                        portion,
                        underWay.isEmpty()
                                ? uidNext(target, selected)
                                : underWay.getFirst().uidNext(),
                        together && target.has("MULTIAPPEND"),
                        target.appender(box.targetName(), together));
        underWay.add(batch);
        run.budget().take(portion.size(), batch.octets());
        begin(box);
        read(batch);
        batch.appender().end();
        return batch;
    }

    /// From the source straight to the target.
    private void read(Batch batch) throws StoreException {
        Map<Long, Wanted> byUid = new TreeMap<>();
        batch.wanted().forEach(w -> byUid.put(w.uid(), w));
        try {
            links.source()
                    .bodies(
                            UidSet.of(byUid.keySet()),
                            (uid, size, body) -> {
                                Wanted w = byUid.get(uid);
                                if (w != null) {
                                    batch.appender()
                                            .add(
                                                    w.flags(),
                                                    w.date(),
                                                    size,
                                                    run.throttle().pass(body));
                                    batch.sent().add(w.sized(size));
                                    run.throttle().passed(size);
                                }
                            });
        } catch (IOException e) {
            throw new StoreException(
                    Kind.GONE,
                    links.source().usable() ? links.target().server() : links.source().server(),
                    null,
                    "a message ended early: " + e.getMessage(),
                    e);
        } catch (StoreException e) {
            // Of the target's doing it would have ended the source's connection too.
            if (e.kind() != Kind.REFUSED || !links.source().usable()) {
                throw e;
            }
            batch.unread(e);
        }
    }

    /// Sends messages once more, each by a command of its own.
    private void again(MapBox box, List<Wanted> portion) throws StoreException {
        send(box, portion, false);
        settle(box);
    }

    /// Waits for what became of the oldest batches under way, and keeps it; then goes on with what
    /// was not stored.
    ///
    /// @param next the one that stays under way, allowed where they were stored; null for none
    private void outcome(MapBox box, List<Batch> batches, @Nullable Batch next)
            throws StoreException {
        long copied = tally.copied;
        long copiedBytes = tally.copiedBytes;
        try {
            for (Batch b : batches) {
                b.results();
            }
            pace.stored();
            if (next != null) {
                pace.storing(next.uids());
            }
            keep(box, batches, next == null);
        } finally {
            underWay.removeAll(batches);
            giveBack(batches);
            run.budget().take(tally.copied - copied, tally.copiedBytes - copiedBytes);
        }
        for (Batch b : batches) {
            goOn(box, b);
        }
    }

    private void giveBack(List<Batch> batches) {
        batches.forEach(b -> run.budget().giveBack(b.wanted().size(), b.octets()));
    }

    private void goOn(MapBox box, Batch batch) throws StoreException {
        if (batch.isStored()) {
            return;
        }
        boolean refused = batch.isRefusedAsAWhole();
        StoreException reason = batch.unread();
        if (reason != null) {
            unread(box, batch.wanted(), refused ? List.of() : batch.sent(), reason);
            return;
        }
        UidSet given = UidSet.of(batch.sent().stream().map(Wanted::uid).toList());
        if (refused) {
            again(box, batch.sent());
        } else {
            List<Appended> results = batch.results();
            for (int i = 0; i < results.size(); i++) {
                if (results.get(i) instanceof Appended.Refused r) {
                    refused(box, batch.sent().get(i), r);
                }
            }
        }
        failures.untold(box, batch.uids().minus(given));
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
            again(box, List.of(w));
        }
    }

    private void begin(MapBox box) {
        List<Item> items =
                underWay.stream()
                        .flatMap(b -> b.wanted().stream())
                        .map(w -> new Item(w.uid(), w.size()))
                        .toList();
        pace.storing(UidSet.of(items.stream().map(Item::uid).toList()));
        run.state()
                .change(tx ->
                        tx.attempt(
                                new Attempt(
                                        box.id(),
                                        box.target(),
                                        box.targetUidValidity(),
                                        underWay.getFirst().uidNext(),
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

    /// @param over whether nothing else is under way
    private void keep(MapBox box, List<Batch> batches, boolean over) throws StoreException {
        List<MapRow> rows = new ArrayList<>();
        List<Wanted> somewhere = new ArrayList<>();
        long octets = 0;
        for (Batch batch : batches) {
            for (int i = 0; i < batch.sent().size(); i++) {
                Wanted w = batch.sent().get(i);
                switch (batch.results().get(i)) {
                    case Appended.Stored s -> {
                        rows.add(row(box, w, s.uid()));
                        octets += w.size();
                    }
                    case Appended.StoredSomewhere _ -> somewhere.add(w);
                    case Appended.Refused _ -> {
                        // Named below, when the others are safe.
                    }
                }
            }
        }
        long count = rows.size();
        long size = octets;
        run.state()
                .change(tx -> {
                    tx.put(box, rows);
                    run.budget().spend(tx, count, size);
                    if (over && somewhere.isEmpty()) {
                        tx.attemptOver(box.target());
                    }
                });
        for (MapRow row : rows) {
            counted(box, row.size(), row.identity());
        }
        if (!somewhere.isEmpty()) {
            found(box, somewhere);
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
                    counted(box, w.size(), w.identity());
                }
            }
        }
    }

    private void counted(MapBox box, long size, @Nullable Long identity) {
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
                again(box, List.of(w.again()));
                return;
            }
        }
        Cause cause = Failures.causeOf(reason);
        Wanted plain = w.withoutKeywords();
        if (cause == Cause.APPEND && !plain.flags().equals(w.flags())) {
            // Perhaps it is a keyword that the server does not like; they are stored afterwards.
            keywordsAside = true;
            again(box, List.of(plain));
            return;
        }
        failures.message(box, w, cause, r.code(), r.text());
    }
}
