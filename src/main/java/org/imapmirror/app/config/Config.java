package org.imapmirror.app.config;

import org.imapmirror.imap.Endpoint;
import org.imapmirror.proxy.Network;
import org.imapmirror.proxy.ProxyLimits;
import org.imapmirror.replicate.SweepRules;
import org.imapmirror.route.Routes;
import org.imapmirror.state.Keyring;
import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// The whole configuration, one component per group of the file; that is why they are many.
///
/// @param tls what listeners with TLS show; null where no listener has TLS and the file has none
/// @param servers by their keys; everything that [#routes] names is there
/// @param secretFiles those that the configuration takes secrets from
/// @param routes made of the groups `route` and `accounts`
public record Config(
        List<Listener> listeners,
        @Nullable Identity tls,
        Map<String, Server> servers,
        Routes routes,
        Journal journal,
        State state,
        Audit audit,
        Sweep sweep,
        FirstCopy firstCopy,
        Brake brake,
        Retry retry,
        Login login,
        ProxyLimits limits,
        Admin admin,
        Log log,
        List<Path> secretFiles) {

    /// @throws IllegalArgumentException where there is no such server, which for those of [#routes]
    ///   is a bug
    public Server server(String name) {
        Server server = servers.get(name);
        if (server == null) {
            throw new IllegalArgumentException("no server " + name);
        }
        return server;
    }

    /// Where clients connect.
    ///
    /// @param bind port 0 takes a free one, which only a configuration made in memory can ask for
    /// @param headerFrom networks whose connections begin with a header of the PROXY protocol
    /// @param compress how hard COMPRESS=DEFLATE tries, 1 to 9; 0 where it is not offered
    public record Listener(
            InetSocketAddress bind,
            Endpoint.Tls tls,
            List<Network> headerFrom,
            boolean loginWithoutTls,
            int compress) {
        /// As hard as zlib tries by itself.
        static final int COMPRESS = 6;

        public Listener(InetSocketAddress bind, Endpoint.Tls tls) {
            this(bind, tls, List.of(), true, COMPRESS);
        }
    }

    /// PEM files.
    ///
    /// @param key PKCS#8 without a passphrase
    public record Identity(Path certificate, Path key) {}

    /// @param limits of our own connections; clients' connections are not counted
    public record Server(Endpoint endpoint, ServerLogin login, ServerLimits limits) {}

    /// @param connections at once, 1 or more
    /// @param bytesPerSecond 0: no limit
    /// @param messagesPerSecond 0: no limit
    public record ServerLimits(int connections, long bytesPerSecond, int messagesPerSecond) {
        public static final ServerLimits DEFAULT = new ServerLimits(50, 0, 0);
    }

    /// @param maxBytes of records and payloads together
    /// @param maxHold how long a client may wait for a commit
    /// @param inlineBytes messages up to this size, at most 1 MiB, live in the journal's own file
    /// @param keys encrypt the messages; null where they are stored as they are
    public record Journal(
            Path directory,
            long maxBytes,
            Duration maxHold,
            int inlineBytes,
            @Nullable Keyring keys) {}

    /// @param url `jdbc:sqlite:` and the path of a file
    public record State(String url) {
        static final String PREFIX = "jdbc:sqlite:";

        public Path file() {
            return Path.of(url.substring(PREFIX.length()));
        }
    }

    /// The audit logs of archives.
    ///
    /// @param directory holds a folder for each archive
    /// @param maxFileBytes a file that is this long is followed by a new one
    public record Audit(Path directory, long maxFileBytes) {}

    /// @param every null: never
    /// @param afterCut when an account is compared again whose commands were cut off
    /// @param fullEvery how often sweeps compare all messages; null: never
    /// @param between times of day at which sweeps may begin; none: always
    /// @param accountsPerMinute sweeps that begin in a minute
    public record Sweep(
            @Nullable Duration every,
            Duration afterCut,
            Watch watch,
            @Nullable Duration fullEvery,
            List<SweepRules.Times> between,
            int accountsPerMinute) {
        public static final Sweep DEFAULT =
                new Sweep(
                        SweepRules.DEFAULT.every(),
                        Duration.ofSeconds(60),
                        Watch.ACTIVE,
                        SweepRules.DEFAULT.fullEvery(),
                        List.of(),
                        SweepRules.DEFAULT.accountsPerMinute());

        public enum Watch {
            NONE,
            ACTIVE,
            ALL
        }
    }

    /// @param accounts copied at once
    public record FirstCopy(int accounts) {}

    /// Deletions without captured evidence are held above both of these.
    public record Brake(int messages, int percent) {}

    /// When what failed is tried again.
    ///
    /// @param first the pause after the first failure, doubled by each further one
    /// @param longest of these pauses
    /// @param tries refusals without a reason after which something is parked
    /// @param room how often it is looked whether there is room again
    /// @param refused how often refusals that may pass are tried again
    /// @param stuck how long a server may call itself unavailable for one thing
    /// @param unknown how long an archive is looked at before something is sent again
    /// @param answerTime how long a server may be silent when imapmirror waits for its answer
    public record Retry(
            Duration first,
            Duration longest,
            int tries,
            Duration room,
            Duration refused,
            Duration stuck,
            Duration unknown,
            Duration answerTime) {
        public static final Retry DEFAULT =
                new Retry(
                        Duration.ofMillis(250),
                        Duration.ofSeconds(30),
                        3,
                        Duration.ofHours(1),
                        Duration.ofDays(1),
                        Duration.ofMinutes(10),
                        Duration.ofSeconds(10),
                        Duration.ofMinutes(3));
    }

    /// What becomes of captured passwords.
    ///
    /// @param keys seal them on disk; null: they are kept in memory only
    public record Login(@Nullable Keyring keys) {}

    /// @param level null where only the environment says it
    public record Log(@Nullable Level level, Format format) {
        public static final Log DEFAULT = new Log(null, Format.TEXT);

        public enum Level {
            TRACE,
            DEBUG,
            INFO,
            WARN,
            ERROR
        }

        public enum Format {
            TEXT,
            JSON
        }
    }

    /// @param token null only where `bind` is a loopback address
    public record Admin(InetSocketAddress bind, @Nullable Secret token) {}
}
