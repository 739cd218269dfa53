package org.imapmirror.capture;

import org.imapmirror.event.MailboxEvent;

import java.util.List;

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
}
