package org.imapmirror.capture;

import org.imapmirror.event.Doubt;
import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxEvent;
import org.imapmirror.event.MailboxEvent.FlagChange;
import org.imapmirror.event.MailboxEvent.FlagsChanged;
import org.imapmirror.event.MailboxEvent.MailboxSuspect;
import org.imapmirror.event.UidSet;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// FETCH and UID FETCH. Content that is fetched without PEEK sets \Seen; the primary shows that by
/// FLAGS in a FETCH response (reference section 1.5).
final class FetchCapture extends Pending {
    private final Selected selected;
    private final Targets targets;
    private final boolean byUid;
    private final boolean maySetSeen;

    private final Map<Flags, UidSet.Builder> now = new LinkedHashMap<>();

    /// Content came without FLAGS, of messages not known to be \Seen.
    private final UidRanges read = new UidRanges();

    private boolean doubtful;

    /// @param maySetSeen an item is content without PEEK, or that is not known
    FetchCapture(
            String tag, Selected selected, Targets targets, boolean byUid, boolean maySetSeen) {
        super(tag);
        this.selected = selected;
        this.targets = targets;
        this.byUid = byUid;
        this.maySetSeen = maySetSeen && !selected.readOnly;
    }

    @Override
    boolean mutates() {
        return maySetSeen;
    }

    @Override
    boolean forbidsExpunge() {
        return !byUid;
    }

    @Override
    boolean usesNumbers() {
        return !byUid;
    }

    @Override
    List<Touch> touches() {
        return List.of(new Touch.Flags(selected.box, targets.widest()));
    }

    @Override
    boolean fetched(FetchData data) {
        if (!targets.covers(data.uid(), data.number())) {
            return false;
        }
        if (!maySetSeen) {
            return true;
        }
        Flags flags = data.flags();
        if (data.uid() == 0) {
            doubtful |= data.body() || flags != null;
        } else if (flags != null) {
            read.remove(data.uid());
            if (flags.contains(Flags.SEEN) && !selected.seen.contains(data.uid())) {
                now.computeIfAbsent(flags, _ -> new UidSet.Builder()).add(data.uid());
            }
        } else if (data.body()
                && !selected.seen.contains(data.uid())
                && !selected.storable(Flags.of(Flags.SEEN)).isEmpty()) {
            read.add(data.uid());
        }
        return true;
    }

    @Override
    Outcome answered(Reply reply) {
        return outcome(doubtful || (reply.status() == Reply.Status.NO && !targets.isEmpty()));
    }

    @Override
    Outcome lost() {
        return outcome(true);
    }

    private Outcome outcome(boolean suspect) {
        if (selected.box.isDeleted()) {
            return Outcome.NOTHING;
        }
        List<MailboxEvent> events = new ArrayList<>();
        UidSet changed = read.toSet();
        for (Map.Entry<Flags, UidSet.Builder> entry : now.entrySet()) {
            UidSet uids = entry.getValue().build();
            changed = changed.union(uids);
            events.add(new FlagsChanged(selected.ref(), uids, FlagChange.NOW, entry.getKey()));
        }
        UidSet guessed = read.toSet();
        if (!guessed.isEmpty()) {
            events.add(
                    new FlagsChanged(
                            selected.ref(), guessed, FlagChange.ADDED, Flags.of(Flags.SEEN)));
            guessed.forEach(selected.seen::add);
        }
        if (suspect) {
            events.add(
                    MailboxSuspect.of(
                            Doubt.FLAGS, selected.box.name(), "FETCH may have set \\Seen"));
        }
        return events.isEmpty()
                ? Outcome.NOTHING
                : new Outcome(events, List.of(new Touch.Flags(selected.box, changed)));
    }
}
