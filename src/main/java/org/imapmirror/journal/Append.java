package org.imapmirror.journal;

import org.imapmirror.event.Account;
import org.imapmirror.event.EventCodec;
import org.imapmirror.event.MailboxEvent;
import org.imapmirror.event.Origin;
import org.imapmirror.event.PayloadRef;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// Events to be stored together.
///
/// @param bodies by payload id, those that this append claimed from the spool
record Append(
        Account account,
        Origin origin,
        long at,
        List<Event> events,
        Map<String, PayloadWriter> bodies) {

    private static final Stored NOT_YET = new Stored.Lost("it is not finished");

    /// @param text the serial form, made by the caller's thread so that the writer need not
    record Event(MailboxEvent event, String text) {
        @Nullable PayloadRef payload() {
            return event instanceof MailboxEvent.MessageAppended appended
                    ? appended.payload()
                    : null;
        }

        Event withoutPayload() {
            if (event instanceof MailboxEvent.MessageAppended a) {
                return of(
                        new MailboxEvent.MessageAppended(
                                a.mailbox(),
                                a.uid(),
                                a.flags(),
                                a.internalDate(),
                                a.arrived(),
                                null));
            }
            return this;
        }

        static Event of(MailboxEvent event) {
            return new Event(event, EventCodec.write(event));
        }
    }

    /// @return completes when every body is where it stays
    CompletableFuture<?> ready() {
        List<CompletableFuture<?>> open = new ArrayList<>();
        for (PayloadWriter body : bodies.values()) {
            if (!body.stored().isDone()) {
                open.add(body.stored());
            }
        }
        return CompletableFuture.allOf(open.toArray(CompletableFuture[]::new));
    }

    /// Octets this occupies while it waits, roughly.
    long weight() {
        long weight = 0;
        for (Event event : events) {
            weight += 400 + event.text().length();
        }
        for (PayloadWriter body : bodies.values()) {
            if (body.stored().getNow(NOT_YET) instanceof Stored.Inline inline) {
                weight += inline.body().length;
            }
        }
        return weight;
    }
}
