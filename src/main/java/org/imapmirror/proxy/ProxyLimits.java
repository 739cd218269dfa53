package org.imapmirror.proxy;

import java.time.Duration;
import java.util.List;

/// What a session may use. Sizes are octets.
///
/// @param login what a client may say before its login
/// @param commands what a command may be made of
/// @param clients what one address or account may have
public record ProxyLimits(Login login, Commands commands, Clients clients, Times times) {

    /// @param line octets of a command line; a longer one ends the session
    /// @param literal octets of one literal; a longer one ends the session
    /// @param connections sessions that have not logged in yet, over all listeners
    /// @param time from accepting the connection to the login
    public record Login(int line, int literal, int connections, Duration time) {
        public static final Login DEFAULTS =
                new Login(8 * 1024, 4 * 1024, 1000, Duration.ofMinutes(3));

        public Login {
            Check.positive("line-before-login", line);
            Check.positive("literal-before-login", literal);
            Check.positive("before-login", connections);
            Check.positive("login-time", time);
        }

        /// Octets of a login command with two literals, at most.
        int most() {
            return Math.toIntExact(Math.min(Integer.MAX_VALUE, 2L * literal + 3L * (line + 2L)));
        }
    }

    /// @param line how much of a line is kept as text after login; what is longer is relayed
    ///   without being looked at
    /// @param literals how many a command may have: every message that is stored is one
    /// @param literal octets of one; 0: no limit
    /// @param depth of parentheses
    /// @param pipeline commands that wait for their answers; the client is not read while there are
    ///   more
    public record Commands(int line, int literals, long literal, int depth, int pipeline) {
        public static final Commands DEFAULTS = new Commands(64 * 1024, 1000, 0, 100, 1024);

        public Commands {
            Check.positive("line", line);
            Check.positive("literals", literals);
            Check.notNegative("literal", literal);
            Check.positive("depth", depth);
            Check.positive("pipeline", pipeline);
        }
    }

    /// @param perAddress connections; 0: no limit
    /// @param perAccount connections that are logged in; 0: no limit
    /// @param trusted networks whose clients have no limit by address, and are not delayed
    public record Clients(
            int perAddress, int perAccount, List<Network> trusted, FailedLogins failed) {
        public static final Clients DEFAULTS = new Clients(0, 0, List.of(), FailedLogins.DEFAULTS);

        public Clients {
            trusted = List.copyOf(trusted);
            Check.notNegative("per-address", perAddress);
            Check.notNegative("per-account", perAccount);
        }
    }

    /// Refusals come later and later, to the address that failed to log in to the account.
    ///
    /// @param free failures without a delay
    /// @param delay of the first one behind these, doubled by each further one; zero: none is
    ///   delayed
    /// @param longest delay
    /// @param memory how long after the last failure they are forgotten
    /// @param remembered pairs of address and account; the oldest are forgotten before there are
    ///   more
    public record FailedLogins(
            int free, Duration delay, Duration longest, Duration memory, int remembered) {
        public static final FailedLogins DEFAULTS =
                new FailedLogins(
                        3,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(15),
                        Duration.ofMinutes(15),
                        100_000);

        public FailedLogins {
            Check.notNegative("failed-logins.free", free);
            Check.positive("failed-logins.memory", memory);
            Check.positive("failed-logins.remembered", remembered);
            if (delay.isNegative() || longest.compareTo(delay) < 0) {
                throw new IllegalArgumentException(
                        "limits: failed-logins.longest-delay must not be less than delay");
            }
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
            Check.positive("connect-time", connect);
            Check.positive("linger-time", linger);
            Check.positive("stop-time", grace);
            if (idle.compareTo(Duration.ofMinutes(30)) < 0) {
                throw new IllegalArgumentException(
                        "limits: idle-time must be 30 minutes or more, not " + idle);
            }
        }
    }

    public static final ProxyLimits DEFAULTS =
            new ProxyLimits(Login.DEFAULTS, Commands.DEFAULTS, Clients.DEFAULTS, Times.DEFAULTS);

    /// With the defaults for everything else.
    public ProxyLimits(int line, int pipeline, Login login, Times times) {
        this(
                login,
                new Commands(
                        line,
                        Commands.DEFAULTS.literals(),
                        Commands.DEFAULTS.literal(),
                        Commands.DEFAULTS.depth(),
                        pipeline),
                Clients.DEFAULTS,
                times);
    }

    /// Of a command or response, after login.
    int line() {
        return commands.line();
    }

    int pipeline() {
        return commands.pipeline();
    }

    /// Apart from the rest, so that whichever record is loaded first does not load them all before
    /// it has its own defaults.
    private static final class Check {
        private Check() {}

        static void positive(String key, int value) {
            if (value <= 0) {
                throw new IllegalArgumentException(
                        "limits: " + key + " must be positive: " + value);
            }
        }

        static void notNegative(String key, long value) {
            if (value < 0) {
                throw new IllegalArgumentException("limits: " + key + " is negative: " + value);
            }
        }

        static void positive(String key, Duration value) {
            if (!value.isPositive()) {
                throw new IllegalArgumentException(
                        "limits: " + key + " must be positive: " + value);
            }
        }
    }
}
