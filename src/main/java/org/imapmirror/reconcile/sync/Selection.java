package org.imapmirror.reconcile.sync;

import org.imapmirror.event.Flags;
import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.HeaderKey;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.Summary;
import org.imapmirror.reconcile.sync.MapRow.State;
import org.imapmirror.reconcile.sync.SyncOptions.Dates;
import org.imapmirror.reconcile.sync.SyncOptions.Messages;
import org.imapmirror.reconcile.sync.SyncReport.Cause;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Says which of a mailbox's missing messages are brought over, and as what.
final class Selection {
    private final Run run;
    private final Links links;
    private final Ledger.Tally tally;
    private final Failures failures;

    /// Of those that are to be brought over together, by identity.
    private final Map<Long, Long> first = new HashMap<>();

    /// Those that count as being elsewhere on the target from now on, because they will be; also
    /// where a connection ended before they were.
    private final Set<Long> claimed = new HashSet<>();

    /// @param size as the source tells it
    /// @param flags to be stored with it
    /// @param date INTERNALDATE for the target, null for its clock
    /// @param identity of the header, null where nobody asks for it
    /// @param aside flags that are stored afterwards
    /// @param tries that failed
    record Wanted(
            long uid,
            long size,
            Flags flags,
            @Nullable String date,
            @Nullable Long identity,
            Flags aside,
            int tries) {

        Wanted sized(long octets) {
            return new Wanted(uid, octets, flags, date, identity, aside, tries);
        }

        Wanted again() {
            return new Wanted(uid, size, flags, date, identity, aside, tries + 1);
        }

        Wanted withoutKeywords() {
            Flags system = flags.filter(flag -> flag.startsWith("\\"));
            return new Wanted(
                    uid, size, system, date, identity, aside.plus(flags.minus(system)), tries);
        }
    }

    Selection(Run run, Links links, Ledger.Tally tally) {
        this.run = run;
        this.links = links;
        this.tally = tally;
        this.failures = new Failures(run, links, tally);
    }

    private UidSet.Builder told = new UidSet.Builder();

    /// What was selected before is brought over, or will be selected again.
    void begin() {
        first.clear();
        told = new UidSet.Builder();
    }

    /// Since [#begin], those that the source told something of.
    UidSet told() {
        return told.build();
    }

    /// Those of the missing messages that the options want, ascending.
    ///
    /// @param missing of the source's open mailbox, some hundred or thousand
    List<Wanted> of(MapBox box, UidSet missing) throws StoreException {
        ImapStore source = links.source();
        long limit = run.dry() ? links.target().appendLimit() : Long.MAX_VALUE;
        List<Summary> found = new ArrayList<>();
        for (Summary s : source.summaries(missing)) {
            told.add(s.uid());
            if (passes(box, s)) {
                found.add(s);
            } else {
                tally.skipped++;
            }
        }
        Map<Long, Long> identities = identities(found);
        Map<Long, String> dates = dates(found);
        List<Wanted> out = new ArrayList<>();
        for (Summary s : found) {
            Wanted w =
                    new Wanted(
                            s.uid(),
                            s.size(),
                            run.flags().apply(s.flags()),
                            dates.get(s.uid()),
                            identities.get(s.uid()),
                            Flags.NONE,
                            0);
            State state = thereAs(box, w);
            if (state != null) {
                skip(box, w, state);
            } else if (w.size() > limit) {
                failures.message(
                        box, w, Cause.TOO_BIG, "TOOBIG", "the target takes at most " + limit);
            } else {
                out.add(w);
            }
        }
        return out;
    }

    private boolean passes(MapBox box, Summary s) {
        Messages m = run.options().messages();
        if (s.size() > m.maxSize()) {
            run.ledger()
                    .warn(
                            "%s: message %d of %d octets is larger than %d and was left out"
                                    .formatted(box.name(), s.uid(), s.size(), m.maxSize()));
            return false;
        }
        if (s.size() < m.minSize()) {
            return false;
        }
        if (m.minAge() == null && m.maxAge() == null) {
            return true;
        }
        Instant date = MessageDates.instant(s.internalDate());
        Instant now = run.clock().instant();
        return date == null
                || (m.minAge() == null || !date.isAfter(now.minus(m.minAge())))
                        && (m.maxAge() == null || !date.isBefore(now.minus(m.maxAge())));
    }

    private Map<Long, String> dates(List<Summary> found) throws StoreException {
        Dates dates = run.options().dates();
        Map<Long, String> out = new HashMap<>();
        Map<Long, Map<String, String>> fields =
                dates == Dates.HEADER && !found.isEmpty()
                        ? links.source().fields(uids(found), List.of("DATE"))
                        : Map.of();
        for (Summary s : found) {
            String date =
                    switch (dates) {
                        case NOW -> null;
                        case INTERNAL -> MessageDates.normal(s.internalDate());
                        case HEADER -> {
                            String own =
                                    MessageDates.ofHeader(
                                            fields.getOrDefault(s.uid(), Map.of()).get("date"));
                            yield own == null ? MessageDates.normal(s.internalDate()) : own;
                        }
                    };
            if (date != null) {
                out.put(s.uid(), date);
            }
        }
        return out;
    }

    private Map<Long, Long> identities(List<Summary> found) throws StoreException {
        Map<Long, Long> out = new HashMap<>();
        if (found.isEmpty() || !asked()) {
            return out;
        }
        for (Map.Entry<Long, HeaderKey> e : links.source().headers(uids(found)).entrySet()) {
            Long identity = Identities.of(e.getValue());
            if (identity != null) {
                out.put(e.getKey(), identity);
            }
        }
        return out;
    }

    private boolean asked() {
        return run.options().identity().acrossFolders()
                || run.options().identity().skipDuplicates();
    }

    private static UidSet uids(List<Summary> found) {
        return UidSet.of(found.stream().map(Summary::uid).toList());
    }

    private @Nullable State thereAs(MapBox box, Wanted w) throws StoreException {
        Long identity = w.identity();
        if (identity == null) {
            return null;
        }
        if (run.options().identity().skipDuplicates() && isDuplicate(box, w, identity)) {
            return State.DUPLICATE;
        }
        if (run.options().identity().acrossFolders() && !claimed.contains(w.uid())) {
            if (!run.elsewhere().addIfAbsent(identity)) {
                return State.ELSEWHERE;
            }
            claimed.add(w.uid());
        }
        first.putIfAbsent(identity, w.uid());
        return null;
    }

    /// The bodies decide: two drafts may have one header.
    private boolean isDuplicate(MapBox box, Wanted w, long identity) throws StoreException {
        List<Long> same = new ArrayList<>(run.state().withIdentity(box, identity));
        if (first.get(identity) instanceof Long here) {
            same.add(here);
        }
        if (same.isEmpty()) {
            return false;
        }
        Map<Long, String> digests =
                links.source().digests(UidSet.of(same).union(UidSet.of(w.uid())));
        String own = digests.remove(w.uid());
        return own != null && digests.containsValue(own);
    }

    private void skip(MapBox box, Wanted w, State state) {
        tally.skipped++;
        run.state()
                .change(tx ->
                        tx.put(
                                box,
                                List.of(
                                        new MapRow(
                                                w.uid(),
                                                0,
                                                state,
                                                w.size(),
                                                Flags.NONE,
                                                Flags.NONE,
                                                w.identity()))));
    }
}
