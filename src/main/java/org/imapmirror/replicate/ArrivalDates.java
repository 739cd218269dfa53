package org.imapmirror.replicate;

import org.imapmirror.event.MailboxEvent.MailboxRenamed;
import org.imapmirror.event.MailboxEvent.MessagesCopied;
import org.imapmirror.event.MailboxEvent.MessagesMoved;
import org.imapmirror.event.MailboxName;
import org.imapmirror.event.MailboxRef;
import org.imapmirror.event.UidSet;
import org.imapmirror.journal.Journal.Entry;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.Summary;
import org.imapmirror.replicate.Importer.Spooled;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
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

    /// Longest wait for commands of clients; one that uploads slowly must not hold up a lane.
    private static final Duration WAIT = Duration.ofSeconds(1);

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
                ask(new MailboxRef(m.name(), m.uidValidity()), undated, dates);
                elsewhere(m, undated, dates);
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

    /// Asks for messages of a mailbox; without effect where that is no longer there, or another one
    /// has its name.
    private void ask(MailboxRef mailbox, UidSet uids, Map<Long, String> into)
            throws StoreException {
        try {
            if (work.hands.primary().examine(mailbox.name().value()).uidValidity()
                    != mailbox.uidValidity()) {
                return;
            }
        } catch (StoreException e) {
            if (e.kind() == StoreException.Kind.REFUSED) {
                return;
            }
            throw e;
        }
        for (Summary s : work.hands.primary().summaries(uids)) {
            if (s.internalDate() instanceof String date && !date.equals(LOST_DATE)) {
                into.put(s.uid(), date);
            }
        }
    }

    /// Asks for those that have no date yet where they went. The command that took a message there
    /// may be one that the primary has executed and the journal does not know yet.
    private void elsewhere(MailboxRow m, UidSet undated, Map<Long, String> into)
            throws StoreException {
        UidSet missing = undated.minus(UidSet.of(into.keySet()));
        if (missing.isEmpty()) {
            return;
        }
        Map<Long, List<At>> known = later(m, missing);
        askAt(known, into);
        missing = missing.minus(UidSet.of(into.keySet()));
        if (!missing.isEmpty()) {
            work.letSettle(WAIT);
            Map<Long, List<At>> now = later(m, missing);
            now.values().removeAll(known.values());
            askAt(now, into);
        }
    }

    private void askAt(Map<Long, List<At>> places, Map<Long, String> into) throws StoreException {
        for (Map.Entry<Long, List<At>> e : places.entrySet()) {
            Map<Long, String> found = new HashMap<>();
            for (At at : e.getValue().reversed()) {
                ask(at.mailbox(), UidSet.of(at.uid()), found);
                String date = found.get(at.uid());
                if (date != null) {
                    into.put(e.getKey(), date);
                    break;
                }
            }
        }
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
