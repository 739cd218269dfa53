package org.imapmirror.capture;

import org.imapmirror.event.Doubt;
import org.imapmirror.event.MailboxEvent;
import org.imapmirror.event.MailboxEvent.MailboxSuspect;
import org.imapmirror.event.MailboxEvent.MessagesExpunged;
import org.imapmirror.event.UidSet;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// EXPUNGE and UID EXPUNGE. Every EXPUNGE or VANISHED counts as it comes, also where the command
/// ends with NO. Where numbers are not known, the messages that were \Deleted before the command
/// was forwarded stand for them, if it is as many.
final class ExpungeCapture extends Pending {
    private final Selected selected;

    /// Null for a plain EXPUNGE.
    private final @Nullable Targets targets;

    /// What was \Deleted just before, of those that the command names; null where nobody asked.
    private final @Nullable UidSet candidates;

    private final boolean allKnown;
    private final UidRanges gone = new UidRanges();
    private int unknown;

    /// @param targets null for a plain EXPUNGE; where all of them are known, a message without a
    ///   known UID is none of them
    ExpungeCapture(
            String tag, Selected selected, @Nullable Targets targets, @Nullable UidSet candidates) {
        super(tag);
        this.selected = selected;
        this.targets = targets;
        this.candidates = candidates;
        this.allKnown =
                targets != null
                        && targets.isExact()
                        && targets.uids().minus(selected.map.known()).isEmpty();
    }

    @Override
    boolean mutates() {
        return true;
    }

    @Override
    List<Touch> touches() {
        return List.of(new Touch.Expunges(selected.box));
    }

    @Override
    boolean expunged(long uid) {
        if (targets != null && !targets.covers(uid, 0) && (uid != 0 || allKnown)) {
            return false;
        }
        if (uid == 0) {
            unknown++;
        } else {
            gone.add(uid);
        }
        return true;
    }

    @Override
    Outcome answered(Reply reply) {
        return outcome(false);
    }

    @Override
    Outcome lost() {
        return outcome(true);
    }

    private Outcome outcome(boolean unanswered) {
        if (selected.box.isDeleted()) {
            return Outcome.NOTHING;
        }
        UidSet uids = gone.toSet();
        boolean doubtful = unanswered;
        if (unknown > 0) {
            UidSet others = candidates == null ? UidSet.EMPTY : candidates.minus(uids);
            if (others.size() == unknown) {
                uids = uids.union(others);
            } else {
                doubtful = true;
            }
        }
        List<MailboxEvent> events = new ArrayList<>();
        if (!uids.isEmpty()) {
            events.add(new MessagesExpunged(selected.ref(), uids));
        }
        if (doubtful) {
            events.add(
                    MailboxSuspect.of(
                            Doubt.MEMBERSHIP,
                            selected.box.name(),
                            unanswered
                                    ? "EXPUNGE was not answered"
                                    : "EXPUNGE of messages whose UIDs are not known"));
        }
        return events.isEmpty()
                ? Outcome.NOTHING
                : new Outcome(events, List.of(new Touch.Expunges(selected.box)));
    }
}
