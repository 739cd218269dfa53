package org.imapmirror.replicate;

import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxEvent.MessageAppended;
import org.imapmirror.event.PayloadRef;
import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.Appended;
import org.imapmirror.mailstore.Appender;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.Outlook;
import org.imapmirror.mailstore.Selected;
import org.imapmirror.mailstore.Status;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;
import org.imapmirror.mailstore.Summary;
import org.imapmirror.reconcile.StoredForms;
import org.imapmirror.replicate.MessageRow.State;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/// Stores messages on the mirror, from the primary or from the spool, exactly once: what is about
/// to be sent is written down first ([Attempt]), and what became of it with the map.
final class Importer {
    private static final int CHUNK = 100;

    private final Work work;
    private final ArrivalDates arrivals;

    Importer(Work work) {
        this.work = work;
        this.arrivals = new ArrivalDates(work);
    }

    /// A body that is in the spool.
    ///
    /// @param arrived when the primary had got it, for a message without a date of its own
    record Spooled(
            long uid,
            Flags flags,
            @Nullable String internalDate,
            PayloadRef payload,
            Instant arrived) {

        /// @param journalled the next best where the event does not tell when it arrived
        static Spooled of(MessageAppended a, Instant journalled) {
            return new Spooled(
                    a.uid(),
                    a.flags(),
                    a.internalDate(),
                    Objects.requireNonNull(a.payload()),
                    a.arrived() == 0 ? journalled : Instant.ofEpochMilli(a.arrived()));
        }
    }

    /// Leaves import-pending rows for UIDs that have no row, to be resolved from the primary later.
    void later(MailboxRow m, UidSet uids) {
        if (uids.isEmpty()) {
            return;
        }
        work.store.change(
                work.lane,
                tx -> {
                    for (var i = uids.iterator(); i.hasNext(); ) {
                        tx.pendingIfUnknown(m, i.nextLong());
                    }
                });
    }

    /// Copies these UIDs from the primary, or, with that away, leaves import-pending rows.
    void nowOrLater(MailboxRow m, UidSet uids) throws StoreException {
        try {
            for (UidSet chunk : uids.chunks(CHUNK)) {
                fromPrimary(m, chunk);
            }
        } catch (StoreException e) {
            if (e.serverName().equals(work.lane.key().mirror())) {
                throw e;
            }
            later(m, uids);
        }
    }

    /// Copies these UIDs from the primary, ascending. UIDs that the primary no longer has become
    /// gone.
    ///
    /// UIDs that it never had are forgotten.
    ///
    /// @param uids at most a few hundred: they are one attempt
    void fromPrimary(MailboxRow m, UidSet uids) throws StoreException {
        Selected s = work.examinePrimary(m);
        work.horizon.read(m);
        Map<Long, Summary> found = new TreeMap<>();
        for (Summary one : work.hands.primary().summaries(uids)) {
            found.put(one.uid(), one);
        }
        UidSet there = UidSet.of(found.keySet());
        absent(m, uids.minus(there), s);
        if (work.archive != null) {
            there = work.archive.withoutCopies(m, found, there);
            Map<Long, ArchiveFinds.Wanted> wanted = new TreeMap<>();
            for (Summary one : found.values()) {
                if (there.contains(one.uid())) {
                    String date = one.internalDate();
                    wanted.put(one.uid(), new ArchiveFinds.Wanted(one.size(), one.flags(), date));
                }
            }
            there =
                    work.archive.finds.without(
                            m, wanted, some -> StoredForms.of(work.hands.primary(), some));
        }
        if (there.isEmpty()) {
            return;
        }
        if (!store(m, found, there) && there.size() > 1) {
            for (UidSet one : there.chunks(1)) {
                store(m, found, one);
            }
        }
    }

    /// Below UIDNEXT they are gone for good. Others are yet to come, such as those that a client
    /// named in vain, and must find no row then.
    private void absent(MailboxRow m, UidSet uids, Selected s) throws StoreException {
        if (uids.isEmpty()) {
            return;
        }
        long uidNext = uidNext(work.hands.primary(), s);
        work.store.change(
                work.lane,
                tx -> {
                    if (work.archive != null) {
                        UidSet gone = uids.intersect(UidSet.range(1, Math.max(1, uidNext - 1)));
                        work.archive.unseen(tx, m, gone);
                    }
                    for (var i = uids.iterator(); i.hasNext(); ) {
                        long uid = i.nextLong();
                        if (uid < uidNext) {
                            tx.gone(m, uid);
                        } else {
                            tx.notPending(m, uid);
                        }
                    }
                });
    }

    /// @return false where the mirror refused all of several, so that each is to be tried alone
    private boolean store(MailboxRow m, Map<Long, Summary> found, UidSet uids)
            throws StoreException {
        List<Attempt.Item> planned = new ArrayList<>();
        uids.forEach(uid -> {
            Summary s = found.get(uid);
            if (s != null) {
                planned.add(new Attempt.Item(uid, s.size(), s.flags(), null, null));
            }
        });
        begin(m, planned);
        ImapStore target = work.hands.target();
        Appender appender = target.appender(work.current(m).target());
        List<Attempt.Item> sent = new ArrayList<>();
        ImapStore primary = work.hands.primary();
        try {
            primary.bodies(
                    uids,
                    (uid, size, body) -> {
                        Summary s = found.get(uid);
                        if (s == null) {
                            return;
                        }
                        String date = s.internalDate();
                        appender.add(
                                s.flags(),
                                date,
                                size,
                                work.reading(m, uid, Arrival.certain(date), body));
                        sent.add(new Attempt.Item(uid, s.size(), s.flags(), null, null));
                    });
        } catch (IOException e) {
            throw new StoreException(
                    Kind.GONE, primary.server(), null, "a body ended early: " + e.getMessage(), e);
        }
        return finish(m, sent, appender.finish());
    }

    /// Stores bodies from the spool, in the order given.
    ///
    /// @return those that the mirror refused for good, with its words
    Map<Spooled, String> fromSpool(MailboxRow m, List<Spooled> bodies) throws StoreException {
        Map<Long, Arrival> dates = arrivals.of(m, bodies);
        List<Attempt.Item> items = new ArrayList<>();
        for (Spooled b : bodies) {
            items.add(new Attempt.Item(b.uid(), b.payload().size(), b.flags(), b.payload(), null));
        }
        begin(m, items);
        ImapStore target = work.hands.target();
        Appender appender = target.appender(work.current(m).target());
        for (Spooled b : bodies) {
            Arrival arrival = Objects.requireNonNull(dates.get(b.uid()));
            try (InputStream body = work.journal.openPayload(b.payload())) {
                appender.add(
                        b.flags(),
                        arrival.date(),
                        b.payload().size(),
                        work.reading(m, b.uid(), arrival, body));
            } catch (IOException e) {
                throw new StoreException(
                        Kind.GONE,
                        target.server(),
                        null,
                        "the spool cannot be read: " + e.getMessage(),
                        e);
            }
        }
        List<Appended> results = appender.finish();
        Map<Spooled, String> refused = new java.util.LinkedHashMap<>();
        if (bodies.size() > 1 && results.stream().allMatch(r -> r instanceof Appended.Refused)) {
            work.store.change(work.lane, LaneTx::attemptOver);
            for (Spooled b : bodies) {
                refused.putAll(fromSpool(m, List.of(b)));
            }
            return refused;
        }
        Set<Long> rejected = keep(m, items, results, false);
        for (int i = 0; i < bodies.size(); i++) {
            if (rejected.contains(bodies.get(i).uid())
                    && results.get(i) instanceof Appended.Refused r) {
                refused.put(bodies.get(i), r.text());
            }
        }
        return refused;
    }

    /// Writes the attempt down; nothing is sent before.
    void begin(MailboxRow m, List<Attempt.Item> items) throws StoreException {
        Selected s = work.selectTarget(m);
        long next = uidNext(work.hands.target(), s);
        new Strangers(work).check(m, next);
        Attempt attempt = new Attempt(m.id(), s.uidValidity(), next, items);
        work.store.changeDurably(work.lane, tx -> tx.attempt(attempt));
    }

    /// Some servers tell it only with STATUS.
    static long uidNext(ImapStore store, Selected s) throws StoreException {
        if (s.uidNext() > 0) {
            return s.uidNext();
        }
        Status status = store.status(List.of(s.name())).get(s.name());
        return status == null ? 1 : Math.max(1, status.uidNext());
    }

    private boolean finish(MailboxRow m, List<Attempt.Item> sent, List<Appended> results)
            throws StoreException {
        boolean all = results.stream().allMatch(r -> r instanceof Appended.Refused);
        if (sent.size() > 1 && all) {
            work.store.change(work.lane, LaneTx::attemptOver);
            return false;
        }
        keep(m, sent, results, true);
        return true;
    }

    /// Stores what became of each. One that the server stored without telling where keeps the
    /// attempt alive, so that [Recovery] finds it. One that it refused is named alone and blocks
    /// nothing.
    ///
    /// @param last false where those that are refused for good may be tried otherwise
    /// @return these
    /// @throws StoreException where the mirror wants to be asked later, or takes nothing into this
    ///   mailbox; what it took is stored all the same
    private Set<Long> keep(
            MailboxRow m, List<Attempt.Item> items, List<Appended> results, boolean last)
            throws StoreException {
        Set<Long> rejected = new HashSet<>();
        Map<Long, StoreException> parked = new HashMap<>();
        StoreException wait = null;
        for (int i = 0; i < items.size(); i++) {
            long uid = items.get(i).uid();
            if (!(results.get(i) instanceof Appended.Refused)) {
                work.refusals.succeeded(refusalOf(m, uid));
            }
        }
        for (int i = 0; i < items.size(); i++) {
            if (results.get(i) instanceof Appended.Refused r) {
                long uid = items.get(i).uid();
                StoreException e = refusal(r);
                if (Again.lacksRights(e)
                        || !r.permanent() && !work.refusals.forGood(refusalOf(m, uid), e)) {
                    wait = e;
                } else if (!last && e.outlook() != Outlook.SOON && Again.of(e) != Again.ROOM) {
                    rejected.add(uid);
                    work.refusals.exhausted(refusalOf(m, uid));
                } else {
                    parked.put(uid, e);
                }
            }
        }
        boolean lost = results.stream().anyMatch(r -> r instanceof Appended.StoredSomewhere);
        MailboxRow grown =
                work.grown(
                        m,
                        results.stream()
                                .filter(Appended.Stored.class::isInstance)
                                .map(r -> ((Appended.Stored) r).uid()));
        work.store.change(
                work.lane,
                tx -> {
                    for (int i = 0; i < items.size(); i++) {
                        Attempt.Item item = items.get(i);
                        StoreException why = parked.get(item.uid());
                        if (results.get(i) instanceof Appended.Stored s) {
                            MessageRow row = row(item, s.uid(), State.MAPPED);
                            tx.put(m, row);
                            work.stored(tx, m, row);
                        } else if (why != null) {
                            tx.park(m, row(item, 0, State.PARKED), why.text(), Again.of(why));
                        }
                    }
                    tx.update(grown);
                    if (!lost) {
                        tx.attemptOver();
                    }
                });
        work.map.put(grown);
        if (lost) {
            new Recovery(work).run();
        }
        if (wait != null) {
            throw wait;
        }
        return rejected;
    }

    private StoreException refusal(Appended.Refused r) throws StoreException {
        Kind kind = r.permanent() && r.code() == null ? Kind.PROTOCOL : Kind.REFUSED;
        return new StoreException(kind, work.hands.target().server(), r.code(), r.text());
    }

    private static String refusalOf(MailboxRow m, long uid) {
        return "message " + m.id() + "/" + uid;
    }

    private static MessageRow row(Attempt.Item item, long targetUid, State state) {
        return new MessageRow(item.uid(), targetUid, state, item.size(), item.flags());
    }
}
