package org.imapmirror.capture;

import org.imapmirror.event.Doubt;
import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxEvent;
import org.imapmirror.event.MailboxEvent.FlagChange;
import org.imapmirror.event.MailboxEvent.FlagsChanged;
import org.imapmirror.event.MailboxEvent.MailboxSuspect;
import org.imapmirror.event.UidSet;
import org.imapmirror.imap.MalformedException;
import org.imapmirror.imap.SequenceSet;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// STORE and UID STORE. A FETCH response with FLAGS is the truth of its message; the arguments
/// stand in only where the primary said OK and nothing of a message.
final class StoreCapture extends Pending {

    /// The arguments.
    ///
    /// @param silent no FETCH responses are asked for
    /// @param repeated a flag is there twice: Dovecot 2.3 then forgets another one
    /// @param conditional with UNCHANGEDSINCE (RFC 7162 section 3.1.3)
    record Change(
            FlagChange how, Flags flags, boolean repeated, boolean silent, boolean conditional) {}

    private final Selected selected;
    private final Targets targets;
    private final boolean byUid;
    private final Change change;

    /// The numbers as they were when the command was forwarded, where they may be needed.
    private final SequenceMap then;

    private final Map<Flags, UidRanges> now = new LinkedHashMap<>();
    private final UidRanges told = new UidRanges();

    /// Messages of which the last report may be older than this command.
    private final UidRanges older = new UidRanges();

    /// Messages that passed UNCHANGEDSINCE, as a MODSEQ without FLAGS tells.
    private final UidRanges passed = new UidRanges();

    StoreCapture(String tag, Selected selected, Targets targets, boolean byUid, Change change) {
        super(tag);
        this.selected = selected;
        this.targets = targets;
        this.byUid = byUid;
        this.change = change;
        this.then = change.conditional() && !byUid ? selected.map.copy() : selected.map;
    }

    @Override
    boolean mutates() {
        return true;
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

    /// How well a FETCH response of a message fits: the lowest rank among the commands claims it.
    int rank(long uid) {
        return (change.silent() ? 2 : 0) + (told.contains(uid) ? 1 : 0);
    }

    @Override
    boolean fetched(FetchData data) {
        if (selected.readOnly || !targets.covers(data.uid(), data.number())) {
            return false;
        }
        if (data.uid() == 0) {
            return data.flags() != null;
        }
        Flags flags = data.flags();
        if (flags != null) {
            boolean maybeOlder = behind && !shows(flags);
            older.set(data.uid(), maybeOlder);
            if (!maybeOlder) {
                tell(data.uid(), flags);
            }
            return true;
        }
        if (change.conditional() && data.modSeq()) {
            passed.add(data.uid());
            return true;
        }
        return false;
    }

    /// The last report counts.
    private void tell(long uid, Flags flags) {
        if (told.contains(uid)) {
            now.values().forEach(uids -> uids.remove(uid));
        }
        now.computeIfAbsent(flags, _ -> new UidRanges()).add(uid);
        told.add(uid);
    }

    /// A message with these flags may be one that this command has changed.
    private boolean shows(Flags flags) {
        Flags wanted = selected.storable(change.flags());
        return switch (change.how()) {
            case NOW -> flags.equals(wanted);
            case ADDED -> wanted.minus(flags).isEmpty();
            case REMOVED -> flags.minus(change.flags()).equals(flags);
        };
    }

    @Override
    Outcome answered(Reply reply) {
        // Some servers say OK and do nothing, others say NO.
        if (selected.readOnly || selected.box.isDeleted() || reply.status() == Reply.Status.BAD) {
            return Outcome.NOTHING;
        }
        UidSet failed = modified(reply);
        UidSet reported = told.toSet();
        UidSet silent = targets.uids().minus(reported).minus(failed);
        boolean doubtful;
        if (reply.isOk()) {
            long limit = reply.limit();
            if (limit > 0) {
                silent = silent.intersect(UidSet.range(limit, UidSet.MAX));
            }
            boolean all = targets.isExact() && targets.uids().minus(reported).isEmpty();
            doubtful =
                    shifted
                            || !isResolved(reported.union(failed))
                            || (targets.star() && grew && !all);
        } else {
            UidSet unknown = silent.minus(passed.toSet());
            silent = silent.intersect(passed.toSet());
            doubtful = shifted || !unknown.isEmpty() || !targets.isExact();
        }
        return outcome(
                shifted ? UidSet.EMPTY : silent,
                doubtful || !older.isEmpty() || (change.repeated() && !silent.isEmpty()),
                "STORE with unclear effect");
    }

    @Override
    Outcome lost() {
        if (selected.readOnly || selected.box.isDeleted()) {
            return Outcome.NOTHING;
        }
        return outcome(UidSet.EMPTY, true, "STORE was not answered");
    }

    private Outcome outcome(UidSet byArguments, boolean doubtful, String reason) {
        List<MailboxEvent> events = new ArrayList<>();
        now.forEach((flags, uids) -> {
            if (!uids.isEmpty()) {
                events.add(new FlagsChanged(selected.ref(), uids.toSet(), FlagChange.NOW, flags));
            }
        });
        Flags flags =
                change.how() == FlagChange.REMOVED
                        ? change.flags()
                        : selected.storable(change.flags());
        boolean nothing = flags.isEmpty() && change.how() != FlagChange.NOW;
        if (!byArguments.isEmpty() && !nothing) {
            events.add(new FlagsChanged(selected.ref(), byArguments, change.how(), flags));
            byArguments.forEach(uid -> remember(uid, flags));
        }
        if (doubtful) {
            events.add(MailboxSuspect.of(Doubt.FLAGS, selected.box.name(), reason));
        }
        return events.isEmpty()
                ? Outcome.NOTHING
                : new Outcome(
                        events,
                        List.of(new Touch.Flags(selected.box, byArguments.union(told.toSet()))));
    }

    private void remember(long uid, Flags flags) {
        switch (change.how()) {
            case NOW -> selected.flags(uid, flags);
            case ADDED, REMOVED -> {
                boolean member = change.how() == FlagChange.ADDED;
                if (flags.contains(Flags.DELETED)) {
                    selected.deleted.set(uid, member);
                }
                if (flags.contains(Flags.SEEN)) {
                    selected.seen.set(uid, member);
                }
            }
        }
    }

    /// Each message that may be meant is known, reported or refused.
    private boolean isResolved(UidSet settled) {
        return targets.isExact()
                || (targets.open().isEmpty()
                        && targets.numbers().minus(numbersOf(settled)).isEmpty());
    }

    private UidSet numbersOf(UidSet uids) {
        UidSet.Builder b = new UidSet.Builder();
        uids.forEach(uid -> {
            int number = selected.map.number(uid);
            if (number > 0) {
                b.add(number);
            }
        });
        return b.build();
    }

    /// Messages that UNCHANGEDSINCE protected: numbers for STORE, UIDs for UID STORE.
    private UidSet modified(Reply reply) {
        Reply.Code code = reply.code("MODIFIED");
        if (code == null) {
            return UidSet.EMPTY;
        }
        try {
            SequenceSet set = SequenceSet.parse(code.text());
            Targets failed = byUid ? Targets.ofUids(set, then) : Targets.ofNumbers(set, then);
            return failed.uids().union(failed.open());
        } catch (MalformedException _) {
            // Nothing is known to have passed.
            return targets.widest();
        }
    }
}
