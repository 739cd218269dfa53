package org.imapmirror.capture;

import org.imapmirror.event.Doubt;
import org.imapmirror.event.MailboxEvent;
import org.imapmirror.event.MailboxEvent.MailboxSuspect;
import org.imapmirror.event.MailboxEvent.MessagesExpunged;
import org.imapmirror.event.MailboxRef;
import org.imapmirror.event.UidSet;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// COPY and MOVE, with and without UID. COPYUID tells the pairs, in the tagged answer or before it;
/// a MOVE may have sent several, and they count also where it ends with NO. Which mode the mailbox
/// was selected in does not matter: servers move under EXAMINE too.
final class CopyCapture extends Pending {
    private final AccountTracker tracker;
    private final Selected selected;
    private final Targets targets;
    private final Box target;
    private final boolean byUid;
    private final boolean moves;

    private final List<CopyUid> pairs = new ArrayList<>();
    private boolean codeRefused;

    /// A message without a known UID was expunged while this ran.
    private boolean unknownGone;

    private final UidRanges expunged = new UidRanges();

    CopyCapture(
            String tag,
            AccountTracker tracker,
            Selected selected,
            Targets targets,
            Box target,
            boolean byUid,
            boolean moves) {
        super(tag);
        this.tracker = tracker;
        this.selected = selected;
        this.targets = targets;
        this.target = target;
        this.byUid = byUid;
        this.moves = moves;
    }

    @Override
    boolean mutates() {
        return true;
    }

    @Override
    boolean usesNumbers() {
        return !byUid;
    }

    @Override
    Box destination() {
        return target;
    }

    @Override
    List<Touch> touches() {
        return List.of(new Touch.Copies(selected.box, targets.widest(), target));
    }

    @Override
    boolean expunged(long uid) {
        if (moves && uid == 0) {
            unknownGone = true;
        }
        if (!moves || uid == 0 || !targets.covers(uid, 0)) {
            return false;
        }
        expunged.add(uid);
        return true;
    }

    @Override
    boolean code(Reply.Code code) {
        if (!code.name().equals("COPYUID")) {
            return false;
        }
        CopyUid told = CopyUid.of(code);
        if (told != null && told.fits(targets)) {
            pairs.add(told);
            return true;
        }
        return false;
    }

    /// A COPYUID that fits no command, while this one waits for its own.
    void refuseCode() {
        codeRefused = true;
    }

    @Override
    Outcome answered(Reply reply) {
        Reply.Code code = reply.code();
        if (code != null && code.name().equals("COPYUID") && !code(code)) {
            codeRefused = true;
        }
        boolean silent = expunged.toSet().isEmpty() && pairs.isEmpty();
        // What is moved leaves the mailbox: where nothing left it, nothing was moved.
        if (silent && moves && !unknownGone && !codeRefused) {
            return Outcome.NOTHING;
        }
        if (silent && (!reply.isOk() || (targets.isEmpty() && !codeRefused))) {
            return Outcome.NOTHING;
        }
        boolean unexplained = pairs.isEmpty() || codeRefused;
        return outcome(unexplained, moves && unexplained, "without a usable COPYUID");
    }

    @Override
    Outcome lost() {
        return outcome(true, moves, "was not answered");
    }

    private Outcome outcome(boolean targetDoubtful, boolean sourceDoubtful, String reason) {
        List<MailboxEvent> events = new ArrayList<>();
        UidSet moved = UidSet.EMPTY;
        for (CopyUid told : pairs) {
            events.addAll(
                    told.events(
                            selected.ref(),
                            new MailboxRef(target.name(), told.uidValidity()),
                            moves));
            moved = moved.union(told.sources());
        }
        UidSet gone = expunged.toSet().minus(moved);
        if (!gone.isEmpty() && !selected.box.isDeleted()) {
            events.add(new MessagesExpunged(selected.ref(), gone));
        }
        String command = moves ? "MOVE " : "COPY ";
        if (targetDoubtful) {
            events.add(MailboxSuspect.of(Doubt.MEMBERSHIP, target.name(), command + reason));
        }
        if (sourceDoubtful && !selected.box.is(target)) {
            events.add(MailboxSuspect.of(Doubt.MEMBERSHIP, selected.box.name(), command + reason));
        }
        return events.isEmpty()
                ? Outcome.NOTHING
                : new Outcome(
                        events,
                        List.of(
                                new Touch.Copies(
                                        selected.box,
                                        pairs.isEmpty() ? targets.widest() : moved.union(gone),
                                        target)));
    }

    @Override
    @Nullable Stored stored() {
        if (codeRefused || pairs.size() != 1) {
            return null;
        }
        return new Stored(pairs.getFirst().uidValidity(), pairs.getFirst().targets());
    }

    @Override
    void release() {
        tracker.close(target);
    }
}
