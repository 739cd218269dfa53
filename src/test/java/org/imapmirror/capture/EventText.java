package org.imapmirror.capture;

import org.imapmirror.event.MailboxEvent;
import org.imapmirror.event.MailboxEvent.FlagsChanged;
import org.imapmirror.event.MailboxEvent.MailboxCreated;
import org.imapmirror.event.MailboxEvent.MailboxDeleted;
import org.imapmirror.event.MailboxEvent.MailboxRenamed;
import org.imapmirror.event.MailboxEvent.MailboxSuspect;
import org.imapmirror.event.MailboxEvent.MessageAppended;
import org.imapmirror.event.MailboxEvent.MessagesCopied;
import org.imapmirror.event.MailboxEvent.MessagesExpunged;
import org.imapmirror.event.MailboxEvent.MessagesMoved;
import org.imapmirror.event.MailboxEvent.Subscribed;
import org.imapmirror.event.MailboxEvent.Unsubscribed;

/// Events as the transcripts write them.
public final class EventText {
    private EventText() {}

    public static String of(MailboxEvent event) {
        return switch (event) {
            case MessageAppended e ->
                    "appended %s %d %s %s %s"
                            .formatted(
                                    e.mailbox(),
                                    e.uid(),
                                    e.flags(),
                                    e.internalDate() == null ? "-" : '"' + e.internalDate() + '"',
                                    e.payload() == null ? "-" : e.payload().size() + " octets");
            case MessagesCopied e ->
                    "copied %s %s -> %s %s"
                            .formatted(e.source(), e.sourceUids(), e.target(), e.targetUids());
            case MessagesMoved e ->
                    "moved %s %s -> %s %s"
                            .formatted(e.source(), e.sourceUids(), e.target(), e.targetUids());
            case MessagesExpunged e -> "expunged %s %s".formatted(e.mailbox(), e.uids());
            case FlagsChanged e ->
                    "flags %s %s %s %s".formatted(e.mailbox(), e.uids(), e.change(), e.flags());
            case MailboxCreated e ->
                    "created "
                            + e.name()
                            + (e.specialUse() == null ? "" : " " + e.specialUse())
                            + (e.empty() ? "" : " (with messages)");
            case MailboxDeleted e -> "deleted " + e.name();
            case MailboxRenamed e -> "renamed " + e.from() + " -> " + e.to();
            case Subscribed e -> "subscribed " + e.name();
            case Unsubscribed e -> "unsubscribed " + e.name();
            case MailboxSuspect e ->
                    "suspect " + e.doubt() + (e.name() == null ? "" : " " + e.name());
        };
    }
}
