package org.imapmirror.capture;

import org.imapmirror.event.Doubt;
import org.imapmirror.event.MailboxEvent;
import org.imapmirror.event.MailboxEvent.MailboxSuspect;
import org.imapmirror.event.MailboxEvent.MessagesExpunged;
import org.imapmirror.event.MailboxName;
import org.imapmirror.event.UidSet;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// CLOSE. It removes what is \Deleted, others' included, and shows nothing of it; where the user
/// has no right to expunge it removes nothing, and is OK all the same. What a search just before
/// found is what it removed, if as many messages are missing behind it. The command counts as
/// running from that search on, so that what another session did in between overlaps with it and
/// leaves its doubt.
final class CloseCapture extends Pending {
    private final Selected selected;

    /// What was \Deleted just before; null where nobody asked.
    private final @Nullable UidSet candidates;

    private final Runnable unselect;

    /// Messages in the mailbox behind the command; null where the primary did not tell.
    private @Nullable Long left;

    CloseCapture(String tag, Selected selected, @Nullable UidSet candidates, Runnable unselect) {
        super(tag);
        this.selected = selected;
        this.candidates = candidates;
        this.unselect = unselect;
    }

    @Override
    boolean mutates() {
        return !selected.readOnly;
    }

    @Override
    List<Touch> touches() {
        return List.of(new Touch.Closes(selected.box));
    }

    @Override
    List<MailboxName> unclear() {
        return candidates == null || selected.readOnly || isEmpty()
                ? List.of()
                : List.of(selected.box.name());
    }

    /// Nothing is known to be \Deleted; the search may have come before news of such a message.
    private boolean isEmpty() {
        return candidates != null && candidates.isEmpty() && selected.deleted.toSet().isEmpty();
    }

    @Override
    void learned(Map<MailboxName, Long> messages) {
        left = messages.get(selected.box.name());
    }

    @Override
    Outcome answered(Reply reply) {
        return switch (reply.status()) {
            case BAD -> Outcome.NOTHING;
            case NO -> outcome(UidSet.EMPTY, true);
            case OK -> {
                UidSet gone = candidates == null ? UidSet.EMPTY : candidates;
                boolean certain =
                        selected.map.size() == 0
                                || isEmpty()
                                || left != null && left + gone.size() == selected.map.size();
                yield outcome(certain ? gone : UidSet.EMPTY, !certain);
            }
        };
    }

    @Override
    Outcome lost() {
        return outcome(UidSet.EMPTY, true);
    }

    private Outcome outcome(UidSet gone, boolean doubtful) {
        if (selected.box.isDeleted()) {
            return Outcome.NOTHING;
        }
        List<MailboxEvent> events = new ArrayList<>();
        if (!gone.isEmpty()) {
            events.add(new MessagesExpunged(selected.ref(), gone));
        }
        if (doubtful) {
            events.add(
                    MailboxSuspect.of(
                            Doubt.MEMBERSHIP,
                            selected.box.name(),
                            "CLOSE does not tell what it expunged"));
        }
        // Also where nothing was removed: an overlapping STORE may have come first.
        return new Outcome(events, touches());
    }

    @Override
    void after(Reply reply) {
        if (reply.isOk()) {
            unselect.run();
        }
    }
}
