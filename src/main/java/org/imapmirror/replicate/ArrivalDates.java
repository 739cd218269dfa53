package org.imapmirror.replicate;

import org.imapmirror.event.MailboxEvent.MailboxRenamed;
import org.imapmirror.event.MailboxEvent.MessagesCopied;
import org.imapmirror.event.MailboxEvent.MessagesMoved;
import org.imapmirror.event.MailboxName;
import org.imapmirror.event.MailboxRef;
import org.imapmirror.event.UidSet;
import org.imapmirror.journal.Journal.Entry;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.Summary;
import org.imapmirror.replicate.Importer.Spooled;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// The internal dates of messages that are stored from the spool. One stored without a date has the
/// primary's clock, which only the primary knows exactly; so has, with some servers, one that was
/// given a date to come. A message that went on to another mailbox took its date along, so it is
/// asked for there. Only where nothing can be asked, the time at which the primary had got it is
/// the next best.
final class ArrivalDates {
    private static final int LOOK_AHEAD = 500;
    private static final DateTimeFormatter DATE_TIME =
            DateTimeFormatter.ofPattern("dd-MMM-yyyy HH:mm:ss Z", Locale.US)
                    .withZone(ZoneOffset.UTC);

    /// What Dovecot tells of a message that another session is just removing.
    private static final String LOST_DATE = "01-Jan-1970 00:00:00 +0000";

    private final Work work;

    ArrivalDates(Work work) {
        this.work = work;
    }

    /// Where a message is on the primary.
    private record At(MailboxRef mailbox, long uid) {}

    /// The date of each, by UID; complete.
    Map<Long, Arrival> of(MailboxRow m, List<Spooled> bodies) throws StoreException {
        Map<Long, String> dates = new TreeMap<>();
        UidSet undated =
                UidSet.of(
                        bodies.stream()
                                .filter(b -> !isPast(b.internalDate(), b.arrived()))
                                .map(Spooled::uid)
                                .toList());
        if (!undated.isEmpty()) {
            try {
                work.examinePrimary(m);
                ask(undated, dates);
                elsewhere(m, undated.minus(UidSet.of(dates.keySet())), dates);
            } catch (StoreException e) {
                if (e.serverName().equals(work.lane.key().mirror())) {
                    throw e;
                }
            }
        }
        Map<Long, Arrival> arrivals = new TreeMap<>();
        for (Spooled b : bodies) {
            String told = dates.get(b.uid());
            String given = b.internalDate();
            if (told != null) {
                arrivals.put(b.uid(), Arrival.certain(told));
            } else if (given != null) {
                arrivals.put(b.uid(), new Arrival(given, isPast(given, b.arrived())));
            } else {
                arrivals.put(b.uid(), Arrival.guess(DATE_TIME.format(b.arrived())));
            }
        }
        return arrivals;
    }

    /// Asks for messages of the open mailbox.
    private void ask(UidSet uids, Map<Long, String> into) throws StoreException {
        if (uids.isEmpty()) {
            return;
        }
        for (Summary s : work.hands.primary().summaries(uids)) {
            if (s.internalDate() instanceof String date && !date.equals(LOST_DATE)) {
                into.put(s.uid(), date);
            }
        }
    }

    private void elsewhere(MailboxRow m, UidSet missing, Map<Long, String> into)
            throws StoreException {
        if (missing.isEmpty()) {
            return;
        }
        for (Map.Entry<Long, List<At>> e : later(m, missing).entrySet()) {
            for (At at : e.getValue().reversed()) {
                String date = dateAt(at);
                if (date != null) {
                    into.put(e.getKey(), date);
                    break;
                }
            }
        }
    }

    private @Nullable String dateAt(At at) throws StoreException {
        ImapStore primary = work.hands.primary();
        try {
            if (primary.examine(at.mailbox().name().value()).uidValidity()
                    != at.mailbox().uidValidity()) {
                return null;
            }
        } catch (StoreException e) {
            if (e.kind() == StoreException.Kind.REFUSED) {
                // The mailbox is no longer there.
                return null;
            }
            throw e;
        }
        Map<Long, String> found = new HashMap<>();
        ask(UidSet.of(at.uid()), found);
        return found.get(at.uid());
    }

    /// Where these messages went by what the journal tells.
    private Map<Long, List<At>> later(MailboxRow m, UidSet uids) {
        Map<Long, List<At>> out = new TreeMap<>();
        Map<At, Long> places = new HashMap<>();
        MailboxRef here = new MailboxRef(m.name(), m.uidValidity());
        uids.forEach(uid -> places.put(new At(here, uid), uid));
        for (Entry e : work.journal.read(work.account(), work.lane.position(), LOOK_AHEAD)) {
            switch (e.event()) {
                case MessagesMoved v ->
                        follow(v.source(), v.sourceUids(), v.target(), v.targetUids(), places, out);
                case MessagesCopied c ->
                        follow(c.source(), c.sourceUids(), c.target(), c.targetUids(), places, out);
                case MailboxRenamed r -> renamed(r, places, out);
                default -> {
                    // Nothing that takes a message elsewhere.
                }
            }
        }
        return out;
    }

    private static void follow(
            MailboxRef from,
            UidSet source,
            MailboxRef to,
            UidSet target,
            Map<At, Long> places,
            Map<Long, List<At>> out) {
        for (long[] pair : UidSet.pairs(source, target)) {
            Long uid = places.get(new At(from, pair[0]));
            if (uid != null) {
                At there = new At(to, pair[1]);
                places.put(there, uid);
                out.computeIfAbsent(uid, _ -> new ArrayList<>()).add(there);
            }
        }
    }

    private static void renamed(MailboxRenamed r, Map<At, Long> places, Map<Long, List<At>> out) {
        for (Map.Entry<At, Long> e : List.copyOf(places.entrySet())) {
            MailboxName name = e.getKey().mailbox().name();
            if (name.equals(r.from())) {
                MailboxRef mailbox = new MailboxRef(r.to(), e.getKey().mailbox().uidValidity());
                At there = new At(mailbox, e.getKey().uid());
                places.remove(e.getKey());
                places.put(there, e.getValue());
                out.computeIfAbsent(e.getValue(), _ -> new ArrayList<>()).add(there);
            }
        }
    }

    private static boolean isPast(@Nullable String date, Instant arrived) {
        Instant given = FirstCopy.instant(date);
        return given != null && given.isBefore(arrived);
    }
}
