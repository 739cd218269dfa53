package org.imapmirror.capture;

import org.imapmirror.event.Origin;
import org.jspecify.annotations.Nullable;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/// A command that may change something, from the moment it is forwarded until its events are
/// durable or given up. Guarded by the tracker.
final class Ticket {
    final Origin origin;

    /// What it may change, as far as its arguments tell.
    List<Touch> touches = List.of();

    /// Doubts that commands left behind which overlapped with this one and were done first.
    final Set<Touch.Conflict> conflicts = new LinkedHashSet<>();

    /// Its outcome has its place.
    boolean answered;

    /// Completes when the command is answered and journalled, or suspect.
    final CompletableFuture<@Nullable Void> settled = new CompletableFuture<>();

    Ticket(Origin origin) {
        this.origin = origin;
    }
}
