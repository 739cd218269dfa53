package org.imapmirror.capture;

import org.imapmirror.event.Doubt;
import org.imapmirror.event.MailboxEvent;
import org.imapmirror.event.MailboxEvent.MailboxCreated;
import org.imapmirror.event.MailboxEvent.MailboxDeleted;
import org.imapmirror.event.MailboxEvent.MailboxRenamed;
import org.imapmirror.event.MailboxEvent.MailboxSuspect;
import org.imapmirror.event.MailboxEvent.Subscribed;
import org.imapmirror.event.MailboxEvent.Unsubscribed;
import org.imapmirror.event.MailboxName;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE: confirmed by OK, without further evidence.
final class TreeCapture extends Pending {
    enum Verb {
        CREATE,
        DELETE,
        RENAME,
        SUBSCRIBE,
        UNSUBSCRIBE
    }

    private final AccountTracker tracker;
    private final Verb verb;
    private final Box box;
    private final @Nullable Box to;
    private final @Nullable String specialUse;

    /// The primary stored another name than it was given (OLDNAME, RFC 9051 section 6.3.9).
    private boolean renamedByServer;

    /// Mailboxes that the command made besides the one it names, or that were there, and how much
    /// is in them; null where nobody asked.
    private @Nullable Map<MailboxName, Long> made;

    /// @param to the new name, only for RENAME
    /// @param specialUse only for CREATE
    TreeCapture(
            String tag,
            AccountTracker tracker,
            Verb verb,
            Box box,
            @Nullable Box to,
            @Nullable String specialUse) {
        super(tag);
        this.tracker = tracker;
        this.verb = verb;
        this.box = box;
        this.to = to;
        this.specialUse = specialUse;
    }

    @Override
    boolean mutates() {
        return true;
    }

    @Override
    List<Touch> touches() {
        return List.of(new Touch.Names(to == null ? List.of(box) : List.of(box, to)));
    }

    @Override
    @Nullable Box moves() {
        return verb == Verb.SUBSCRIBE || verb == Verb.UNSUBSCRIBE ? null : box;
    }

    void renamedByServer() {
        renamedByServer = true;
    }

    @Override
    Outcome answered(Reply reply) {
        if (!reply.isOk()) {
            return Outcome.NOTHING;
        }
        List<MailboxEvent> events = new ArrayList<>();
        MailboxName name = box.name();
        switch (verb) {
            case CREATE -> created(name, events);
            case DELETE -> events.add(new MailboxDeleted(name));
            case RENAME -> renamed(name, to == null ? name : to.name(), events);
            case SUBSCRIBE -> events.add(new Subscribed(name));
            case UNSUBSCRIBE -> events.add(new Unsubscribed(name));
        }
        return new Outcome(events, touches());
    }

    /// Names of which only the primary knows whether the command has made mailboxes of them:
    /// parents that were not known, and a name that declares that children will come.
    @Override
    List<MailboxName> unclear() {
        char separator = tracker.separator();
        MailboxName name = to == null ? box.name() : to.name();
        boolean asked = verb == Verb.CREATE || verb == Verb.RENAME && !box.name().isInbox();
        if (!asked || renamedByServer || separator == 0) {
            return List.of();
        }
        List<MailboxName> out = new ArrayList<>();
        String value = name.value();
        for (int at = value.indexOf(separator); at > 0; at = value.indexOf(separator, at + 1)) {
            MailboxName parent = new MailboxName(value.substring(0, at));
            if (!tracker.isKnown(parent)) {
                out.add(parent);
            }
        }
        return out;
    }

    @Override
    void learned(Map<MailboxName, Long> messages) {
        made = messages;
    }

    private void created(MailboxName name, List<MailboxEvent> events) {
        char separator = tracker.separator();
        String value = name.value();
        boolean declares = endsWithSeparator(value, separator);
        if (renamedByServer || declares && made == null) {
            // A declaration that children will come: whether there is a mailbox, LIST knows.
            events.add(MailboxSuspect.ofTree("CREATE of a name that the server may have changed"));
            return;
        }
        parents(name, "CREATE may have created parents", events);
        if (!declares) {
            events.add(new MailboxCreated(name, specialUse));
        }
    }

    private void renamed(MailboxName from, MailboxName target, List<MailboxEvent> events) {
        if (from.isInbox()) {
            String reason = "RENAME of INBOX: servers differ in what it does";
            events.add(MailboxSuspect.ofTree(reason));
            events.add(MailboxSuspect.of(Doubt.MEMBERSHIP, from, reason));
            events.add(MailboxSuspect.of(Doubt.MEMBERSHIP, target, reason));
            return;
        }
        if (tracker.guessesChildOf(from)) {
            events.add(new MailboxRenamed(from, target));
            events.add(MailboxSuspect.ofTree("RENAME with an unknown hierarchy separator"));
            return;
        }
        parents(target, "RENAME may have created parents", events);
        events.add(new MailboxRenamed(from, target));
    }

    /// What may be above a new name and was not known.
    private void parents(MailboxName name, String reason, List<MailboxEvent> events) {
        if (made != null) {
            new TreeMap<>(made)
                    .forEach((parent, messages) ->
                            events.add(new MailboxCreated(parent, null, messages == 0)));
            return;
        }
        int last = lastSeparator(name.value(), tracker.separator());
        if (last > 0 && !tracker.isKnown(new MailboxName(name.value().substring(0, last)))) {
            events.add(MailboxSuspect.ofTree(reason));
        }
    }

    private static boolean endsWithSeparator(String name, char separator) {
        char last = name.isEmpty() ? 0 : name.charAt(name.length() - 1);
        return separator == 0 ? last == '/' || last == '.' || last == '\\' : last == separator;
    }

    private static int lastSeparator(String name, char separator) {
        return separator == 0
                ? Math.max(name.lastIndexOf('/'), name.lastIndexOf('.'))
                : name.lastIndexOf(separator);
    }

    @Override
    Outcome lost() {
        return new Outcome(List.of(MailboxSuspect.ofTree(verb + " was not answered")), touches());
    }

    @Override
    void release() {
        tracker.close(box);
        if (to != null) {
            tracker.close(to);
        }
    }
}
