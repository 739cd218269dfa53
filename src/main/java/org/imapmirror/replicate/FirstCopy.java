package org.imapmirror.replicate;

import org.imapmirror.event.MailboxName;
import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.HeaderKey;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.Selected;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.Summary;
import org.imapmirror.reconcile.ChangedHeaders;
import org.imapmirror.reconcile.Matcher;
import org.imapmirror.reconcile.Matcher.Candidate;
import org.imapmirror.reconcile.StoredForms;
import org.imapmirror.replicate.MessageRow.State;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;

/// Brings a mailbox whose map is empty or lost to the state of the primary: first what the mirror
/// already holds is matched, then the rest is imported in UID order, a chunk a step, so that live
/// events go in between.
final class FirstCopy {
    private static final int CHUNK = 100;

    /// RFC 9051 section 9, date-time; the day may be padded with a space, which is stripped.
    private static final DateTimeFormatter DATE_TIME =
            DateTimeFormatter.ofPattern("d-MMM-yyyy HH:mm:ss Z", Locale.US);

    private final Work work;
    private final Window window;
    private final Importer importer;
    private final Map<Long, Deque<UidSet>> plans = new HashMap<>();

    FirstCopy(Work work, Window window) {
        this.work = work;
        this.window = window;
        this.importer = new Importer(work);
    }

    /// The mailbox whose turn it is, INBOX first; null where there is none left.
    @Nullable MailboxRow next(Set<MailboxName> parked) {
        MailboxRow next = null;
        for (MailboxRow m : work.map.all()) {
            if (!m.copied()
                    && !parked.contains(m.name())
                    && (next == null
                            || m.name().isInbox()
                            || m.id() < next.id() && !next.name().isInbox())) {
                next = m;
            }
        }
        return next;
    }

    /// Does one chunk of a mailbox.
    void step(MailboxRow next) throws StoreException {
        Deque<UidSet> plan = plans.get(next.id());
        if (plan == null) {
            plan = plan(next);
            plans.put(next.id(), plan);
        }
        UidSet chunk = plan.poll();
        if (chunk != null) {
            UidSet known = UidSet.of(mappedOrDecided(next, chunk));
            UidSet missing = chunk.minus(known);
            if (!missing.isEmpty()) {
                importer.fromPrimary(next, missing);
            }
        }
        if (plan.isEmpty()) {
            plans.remove(next.id());
            work.save(work.current(next).withCopied(true));
        }
    }

    private List<Long> mappedOrDecided(MailboxRow m, UidSet chunk) {
        List<Long> out = new ArrayList<>();
        work.store
                .messages(m, chunk)
                .forEach((uid, row) -> {
                    if (row.state() != State.PENDING) {
                        out.add(uid);
                    }
                });
        return out;
    }

    private Deque<UidSet> plan(MailboxRow m) throws StoreException {
        Selected s = work.examinePrimary(m);
        work.horizon.read(m);
        UidSet all = work.hands.primary().uids();
        if (work.archive != null) {
            applyWhatLedThere(m);
        }
        long next = Importer.uidNext(work.hands.target(), work.selectTarget(m));
        UidSet onTarget = work.hands.target().uids();
        match(m, all, onTarget);
        work.save(work.current(m).withTargetUidNext(next));
        long seen = Math.max(all.isEmpty() ? 0 : all.last(), s.uidNext() > 0 ? s.uidNext() - 1 : 0);
        work.save(work.current(m).withUidSeen(seen));
        return new ArrayDeque<>(all.chunks(CHUNK));
    }

    /// A copy whose event was not applied yet would be stored a second time in the archive.
    private void applyWhatLedThere(MailboxRow m) throws StoreException {
        window.close();
        MailboxRow now = work.map.byId(m.id());
        if (now == null || now.uidValidity() != work.examinePrimary(now).uidValidity()) {
            throw new StoreException(
                    StoreException.Kind.RACE,
                    work.hands.primary().server(),
                    null,
                    m.name() + " went away while it was looked at");
        }
    }

    /// Maps what the mirror already holds; what is left unmapped there is counted and never
    /// touched.
    private void match(MailboxRow m, UidSet onPrimary, UidSet onTarget) throws StoreException {
        List<MessageRow> rows = work.store.messages(m);
        UidSet.Builder rowUids = new UidSet.Builder();
        UidSet.Builder taken = new UidSet.Builder();
        for (MessageRow row : rows) {
            if (row.state() != State.PENDING) {
                rowUids.add(row.uid());
            }
            if (row.targetUid() != 0) {
                taken.add(row.targetUid());
            }
        }
        if (work.archive != null) {
            taken.addAll(work.archive.taken(m));
        }
        UidSet free = onTarget.minus(taken.build()).minus(work.held.in(work.current(m)));
        UidSet wanted = onPrimary.minus(rowUids.build());
        Map<Long, Long> pairs = Map.of();
        if (!free.isEmpty() && !wanted.isEmpty()) {
            Map<Long, Summary> there = new HashMap<>();
            List<Candidate> source = candidates(work.hands.primary(), wanted, there);
            List<Candidate> target = candidates(work.hands.target(), free, new HashMap<>());
            Bodies bodies = new Bodies();
            pairs = new HashMap<>(Matcher.match(source, target, bodies::same));
            bodies.rethrow();
            pairs.putAll(ChangedHeaders.match(source, target, pairs, bodies::alike));
            bodies.rethrow();
            Map<Long, Long> found = pairs;
            if (work.archive != null) {
                know(m, found, there);
            }
            work.store.change(
                    work.lane,
                    tx -> {
                        for (Map.Entry<Long, Long> p : found.entrySet()) {
                            Summary s = there.get(p.getKey());
                            if (s != null) {
                                MessageRow row =
                                        new MessageRow(
                                                p.getKey(),
                                                p.getValue(),
                                                State.MAPPED,
                                                s.size(),
                                                s.flags());
                                tx.put(m, row);
                                if (work.archive != null) {
                                    work.archive.found(tx, m, row);
                                }
                            }
                        }
                    });
            if (work.archive == null) {
                alignFlags(m, found, there);
            }
        }
        if (work.archive == null) {
            work.save(work.current(m).withExtra(free.size() - pairs.size()));
        }
    }

    /// What an archive notes of messages that it has already.
    private void know(MailboxRow m, Map<Long, Long> pairs, Map<Long, Summary> there)
            throws StoreException {
        Archive archive = work.archive;
        if (archive == null || pairs.isEmpty()) {
            return;
        }
        Map<Long, String> digests = work.hands.target().digests(UidSet.of(pairs.values()));
        pairs.forEach((uid, targetUid) -> {
            Summary s = there.get(uid);
            archive.know(
                    m,
                    uid,
                    s == null ? Arrival.UNKNOWN : Arrival.certain(s.internalDate()),
                    digests.get(targetUid));
        });
    }

    private void alignFlags(MailboxRow m, Map<Long, Long> pairs, Map<Long, Summary> there)
            throws StoreException {
        ImapStore target = work.hands.target();
        var now = target.flags(UidSet.of(pairs.values()));
        for (Map.Entry<Long, Long> p : pairs.entrySet()) {
            Summary s = there.get(p.getKey());
            var flags = now.get(p.getValue());
            if (s == null || flags == null) {
                continue;
            }
            var wanted = target.storable(work.current(m).target(), s.flags());
            if (!flags.equals(wanted)) {
                target.store(
                        UidSet.of(p.getValue()),
                        org.imapmirror.event.MailboxEvent.FlagChange.NOW,
                        s.flags());
            }
        }
    }

    /// What tells messages of the open mailbox from each other.
    static List<Candidate> candidates(ImapStore store, UidSet uids, Map<Long, Summary> into)
            throws StoreException {
        for (Summary s : store.summaries(uids)) {
            into.put(s.uid(), s);
        }
        List<Candidate> out = new ArrayList<>();
        store.headers(uids)
                .forEach((uid, key) -> {
                    Summary s = into.get(uid);
                    if (s != null) {
                        out.add(candidate(uid, key, s));
                    }
                });
        return out;
    }

    private static Candidate candidate(long uid, HeaderKey key, Summary s) {
        return new Candidate(
                uid, key.messageId(), key.digest(), instant(s.internalDate()), s.size());
    }

    static @Nullable Instant instant(@Nullable String internalDate) {
        if (internalDate == null) {
            return null;
        }
        try {
            return OffsetDateTime.parse(internalDate.strip(), DATE_TIME).toInstant();
        } catch (DateTimeParseException _) {
            return null;
        }
    }

    /// Compares bodies by digest, each fetched once.
    private final class Bodies {
        private final Map<Long, StoredForms> ofPrimary = new HashMap<>();
        private final Map<Long, StoredForms> ofTarget = new HashMap<>();
        private @Nullable StoreException failure;

        boolean same(Candidate a, Candidate b) {
            return test(a, b, (left, right) -> left.exact().equals(right.exact()));
        }

        /// Apart from what some servers do to headers.
        boolean alike(Candidate a, Candidate b) {
            return test(a, b, StoredForms::isAlike);
        }

        private boolean test(
                Candidate a, Candidate b, BiPredicate<StoredForms, StoredForms> equality) {
            if (failure != null) {
                return false;
            }
            try {
                StoredForms left = forms(work.hands.primary(), ofPrimary, a.uid());
                StoredForms right = forms(work.hands.target(), ofTarget, b.uid());
                return left != null && right != null && equality.test(left, right);
            } catch (StoreException e) {
                failure = e;
                return false;
            }
        }

        private @Nullable StoredForms forms(ImapStore store, Map<Long, StoredForms> known, long uid)
                throws StoreException {
            StoredForms forms = known.get(uid);
            if (forms == null) {
                forms = StoredForms.of(store, UidSet.of(uid)).get(uid);
                if (forms != null) {
                    known.put(uid, forms);
                }
            }
            return forms;
        }

        void rethrow() throws StoreException {
            StoreException e = failure;
            if (e != null) {
                throw e;
            }
        }
    }
}
