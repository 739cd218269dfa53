package org.imapmirror.capture;

import org.imapmirror.event.Doubt;
import org.imapmirror.event.MailboxEvent;
import org.imapmirror.event.MailboxEvent.FlagsChanged;
import org.imapmirror.event.MailboxEvent.MailboxSuspect;
import org.imapmirror.event.MailboxEvent.MessagesCopied;
import org.imapmirror.event.MailboxEvent.MessagesExpunged;
import org.imapmirror.event.MailboxEvent.MessagesMoved;
import org.imapmirror.event.MailboxRef;

import java.util.List;
import java.util.stream.Stream;

/// What a command turns out to have done.
///
/// @param events in their order; names are those of the moment it is made, under the tracker's lock
/// @param touches what the events are about, for the comparison with overlapping commands; empty
///   where nothing happened
record Outcome(List<MailboxEvent> events, List<Touch> touches) {
    static final Outcome NOTHING = new Outcome(List.of(), List.of());

    Outcome {
        events = List.copyOf(events);
        touches = List.copyOf(touches);
    }

    /// The events, with doubt in the place of those whose UIDs mean nothing: the primary did not
    /// tell the UIDVALIDITY of the mailbox that is selected.
    List<MailboxEvent> certain() {
        return events.stream().flatMap(Outcome::certain).toList();
    }

    private static Stream<MailboxEvent> certain(MailboxEvent event) {
        return switch (event) {
            case FlagsChanged(MailboxRef mailbox, _, _, _) when isVague(mailbox) ->
                    Stream.of(doubt(mailbox, Doubt.FLAGS));
            case MessagesExpunged(MailboxRef mailbox, _) when isVague(mailbox) ->
                    Stream.of(doubt(mailbox, Doubt.MEMBERSHIP));
            case MessagesCopied(MailboxRef source, _, MailboxRef target, _) when isVague(source) ->
                    Stream.of(doubt(target, Doubt.MEMBERSHIP));
            case MessagesMoved(MailboxRef source, _, MailboxRef target, _) when isVague(source) ->
                    Stream.of(doubt(target, Doubt.MEMBERSHIP), doubt(source, Doubt.MEMBERSHIP));
            default -> Stream.of(event);
        };
    }

    private static boolean isVague(MailboxRef mailbox) {
        return mailbox.uidValidity() == 0;
    }

    private static MailboxEvent doubt(MailboxRef mailbox, Doubt doubt) {
        return new MailboxSuspect(doubt, mailbox.name(), "no UIDVALIDITY was told");
    }
}
