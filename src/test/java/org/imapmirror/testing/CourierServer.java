package org.imapmirror.testing;

import java.util.Map;

/// Courier IMAP as Debian packages it: no MOVE, no CONDSTORE, no LITERAL+, prefix `INBOX.`. Tests
/// that use it carry `@Tag("courier")`.
public final class CourierServer extends RealServer {
    private CourierServer(Map<String, String> environment) {
        super("courier", 10, Namespace.BELOW_INBOX, environment);
    }

    /// Starts with ten users; IDLE polls once a minute, as Courier does by default.
    public static CourierServer launch() {
        return new CourierServer(Map.of());
    }

    /// Starts with IDLE that tells changes at once, as Courier does where it is set up for it.
    public static CourierServer withEnhancedIdle() {
        return new CourierServer(Map.of("COURIER_ENHANCEDIDLE", "1"));
    }
}
