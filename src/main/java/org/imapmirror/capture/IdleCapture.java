package org.imapmirror.capture;

import java.util.HashSet;
import java.util.Set;

/// IDLE (RFC 2177). The line that follows is the client's DONE; a command in its place is swallowed
/// by the server, which answers the IDLE with BAD.
final class IdleCapture extends Pending {
    private boolean started;
    private boolean done;
    private Set<Pending> swallowed = Set.of();

    IdleCapture(String tag) {
        super(tag);
    }

    @Override
    boolean mutates() {
        return false;
    }

    /// True until the client has ended it.
    boolean isOpen() {
        return !done;
    }

    void done() {
        done = true;
    }

    /// A command that was sent in place of DONE.
    void swallows(Pending command) {
        if (swallowed.isEmpty()) {
            swallowed = new HashSet<>();
        }
        swallowed.add(command);
        done = true;
    }

    /// The server asked for what ends it.
    void started() {
        started = true;
    }

    /// Commands that will never be answered, where the server has ended the IDLE with BAD.
    Set<Pending> swallowed() {
        return started ? swallowed : Set.of();
    }
}
