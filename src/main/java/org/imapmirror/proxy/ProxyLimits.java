package org.imapmirror.proxy;

import java.time.Duration;

/// What a session may use. Sizes are octets.
///
/// @param line how much of a line is kept as text; what is longer is relayed without being looked
///   at
/// @param pipeline commands that wait for their answers; the client is not read while there are
///   more
/// @param login what a client may say before its login
public record ProxyLimits(int line, int pipeline, Login login, Times times) {

    /// @param line octets of a command line; a longer one ends the session
    /// @param literal octets of one literal; a longer one ends the session
    /// @param connections sessions that have not logged in yet, over all listeners
    /// @param time from accepting the connection to the login
    public record Login(int line, int literal, int connections, Duration time) {
        public static final Login DEFAULTS =
                new Login(8 * 1024, 4 * 1024, 1000, Duration.ofMinutes(3));

        public Login {
            positive("login.line", line);
            positive("login.literal", literal);
            positive("login.connections", connections);
            positive("login.time", time);
        }
    }

    /// @param connect time to resolve a server's name, connect, shake hands and read its greeting
    /// @param idle time without an octet in either direction after login; at least 30 minutes (RFC
    ///   9051 section 5.4)
    /// @param linger how long the primary is read on for outstanding answers when the client is
    ///   gone
    /// @param grace how long a stop waits for sessions that have commands outstanding
    public record Times(Duration connect, Duration idle, Duration linger, Duration grace) {
        public static final Times DEFAULTS =
                new Times(
                        Duration.ofSeconds(10),
                        Duration.ofMinutes(35),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(10));

        public Times {
            positive("connect", connect);
            positive("linger", linger);
            positive("grace", grace);
            if (idle.compareTo(Duration.ofMinutes(30)) < 0) {
                throw new IllegalArgumentException(
                        "limits: idle must be 30 minutes or more, not " + idle);
            }
        }
    }

    public static final ProxyLimits DEFAULTS =
            new ProxyLimits(64 * 1024, 1024, Login.DEFAULTS, Times.DEFAULTS);

    public ProxyLimits {
        positive("line", line);
        positive("pipeline", pipeline);
    }

    private static void positive(String key, int value) {
        if (value <= 0) {
            throw new IllegalArgumentException("limits: " + key + " must be positive: " + value);
        }
    }

    private static void positive(String key, Duration value) {
        if (!value.isPositive()) {
            throw new IllegalArgumentException("limits: " + key + " must be positive: " + value);
        }
    }
}
