package org.imapmirror.app.config;

import org.apache.commons.configuration2.tree.ImmutableNode;
import org.imapmirror.app.config.Config.Admin;
import org.imapmirror.app.config.Config.Audit;
import org.imapmirror.app.config.Config.Brake;
import org.imapmirror.app.config.Config.FirstCopy;
import org.imapmirror.app.config.Config.Identity;
import org.imapmirror.app.config.Config.Journal;
import org.imapmirror.app.config.Config.Listener;
import org.imapmirror.app.config.Config.Log;
import org.imapmirror.app.config.Config.Login;
import org.imapmirror.app.config.Config.Retry;
import org.imapmirror.app.config.Config.Server;
import org.imapmirror.app.config.Config.State;
import org.imapmirror.app.config.Config.Sweep;
import org.imapmirror.app.config.Section.Kind;
import org.imapmirror.proxy.ProxyLimits;
import org.imapmirror.route.Routes;
import org.imapmirror.state.Keyring;
import org.imapmirror.state.MasterKey;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/// Reads a configuration file.
public final class ConfigLoader {
    private static final String VAR = "/var/lib/imapmirror/";

    private static final Kind<String> STATE_URL =
            new Kind<>(
                    text -> {
                        if (text.startsWith("jdbc:postgresql:")) {
                            throw new IllegalArgumentException("is not there yet");
                        }
                        if (!text.matches("jdbc:sqlite:[^:?][^?]*")) {
                            throw new IllegalArgumentException("is not a supported database");
                        }
                        return text;
                    },
                    "write jdbc:sqlite: and the path of a file");

    private static final Kind<Integer> INLINE =
            new Kind<>(
                    text -> {
                        long bytes = Quantity.bytes(text);
                        if (bytes > 1024 * 1024) {
                            throw new IllegalArgumentException("is more than 1MiB");
                        }
                        return (int) bytes;
                    },
                    "write a size up to 1MiB, for example 32KiB");

    private static final String KEY_REMEDY =
            "make one with: openssl rand -base64 32; and write"
                    + " \"${file:UTF-8:/path}\" or \"${env:NAME}\"";

    private static final Kind<Boolean> SEALED =
            Kind.oneOf(Kinds.ordered(Map.entry("memory", false), Map.entry("sealed", true)));

    private static final Kind<Log.Level> LEVEL =
            Kind.oneOf(
                    Kinds.ordered(
                            Map.entry("trace", Log.Level.TRACE),
                            Map.entry("debug", Log.Level.DEBUG),
                            Map.entry("info", Log.Level.INFO),
                            Map.entry("warn", Log.Level.WARN),
                            Map.entry("error", Log.Level.ERROR)));

    private static final Kind<Log.Format> FORMAT =
            Kind.oneOf(
                    Kinds.ordered(
                            Map.entry("text", Log.Format.TEXT),
                            Map.entry("json", Log.Format.JSON)));

    private static final Kind<Long> FILE_SIZE =
            new Kind<>(
                    text -> {
                        long bytes = Quantity.bytes(text);
                        if (bytes < 1024) {
                            throw new IllegalArgumentException("is less than 1KiB");
                        }
                        return bytes;
                    },
                    "write a size of 1KiB or more, for example 64MiB");

    private ConfigLoader() {}

    /// @throws ConfigException where the file cannot be used; it names all reasons at once
    public static Config load(Path file) throws ConfigException {
        return load(file, System::getenv);
    }

    static Config load(Path file, Function<String, @Nullable String> environment)
            throws ConfigException {
        return load(new Reading(file, new Substitution(environment)));
    }

    static Config load(Reading reading) throws ConfigException {
        String text;
        try {
            text = Files.readString(reading.file());
        } catch (IOException e) {
            reading.problem(
                    "", null, "the file " + Substitution.reason(e), "name another with --config");
            throw reading.failure();
        }
        ImmutableNode root;
        try {
            root = YamlTree.read(new StringReader(text));
        } catch (YamlTree.SyntaxException e) {
            reading.problem(
                    "",
                    null,
                    "the file is not YAML: " + e.getMessage(),
                    "mind the indentation, and quote values that hold : # { } [ ] or *");
            throw reading.failure();
        }
        Config config = read(reading, new Section(reading, "", "", root));
        if (reading.failed()) {
            throw reading.failure();
        }
        return config;
    }

    private static Config read(Reading reading, Section root) {
        List<Listener> listeners = FrontReader.listeners(root);
        Identity tls = FrontReader.tls(root, listeners);
        Map<String, Server> servers = ServersReader.read(root);
        Routes routes = new RouteReader(reading, servers).read(root);
        ServersReader.checkTables(root, servers, routes.rules());
        Journal journal = journal(root.section("journal"));
        State state = state(root.section("state"));
        Audit audit = audit(root.section("audit"));
        Sweep sweep = sweep(root.section("sweep"));
        FirstCopy firstCopy = firstCopy(root.section("first-copy"));
        Brake brake = brake(root.section("brake"));
        Retry retry = retry(root.section("retry"));
        Login login = login(root.section("login"));
        ProxyLimits limits = FrontReader.limits(root);
        Admin admin = FrontReader.admin(root);
        Log log = log(root.section("log"));
        root.done();
        FrontReader.collisions(root, listeners, admin, servers);
        return new Config(
                listeners,
                tls,
                servers,
                routes,
                journal,
                state,
                audit,
                sweep,
                firstCopy,
                brake,
                retry,
                login,
                limits,
                admin,
                log,
                secretFiles(reading, servers, tls));
    }

    private static List<Path> secretFiles(
            Reading reading, Map<String, Server> servers, @Nullable Identity tls) {
        Set<Path> files = new LinkedHashSet<>(reading.files());
        for (Server server : servers.values()) {
            if (server.login() instanceof ServerLogin.Table(Path table)) {
                files.add(table);
            }
        }
        if (tls != null) {
            files.add(tls.key());
        }
        return List.copyOf(files);
    }

    private static Journal journal(Section section) {
        Journal journal =
                new Journal(
                        section.value("directory", Path.of(VAR + "journal"), Kinds.PATH),
                        section.value("max-bytes", Quantity.bytes("20GB"), Kinds.SIZE),
                        section.value(
                                "max-hold",
                                Duration.ofMillis(250),
                                Kinds.duration(Duration.ofMillis(1), Duration.ofMinutes(1))),
                        section.value("inline-bytes", 32 * 1024, INLINE),
                        keys(section.section("encryption")));
        section.done();
        return journal;
    }

    private static State state(Section section) {
        State state = new State(section.value("url", "jdbc:sqlite:" + VAR + "state.db", STATE_URL));
        section.done();
        return state;
    }

    private static Audit audit(Section section) {
        Audit audit =
                new Audit(
                        section.value("directory", Path.of(VAR + "audit"), Kinds.PATH),
                        section.value("max-file-bytes", Quantity.bytes("64MiB"), FILE_SIZE));
        section.done();
        return audit;
    }

    private static Sweep sweep(Section section) {
        Sweep fallback = Sweep.DEFAULT;
        Sweep sweep =
                new Sweep(
                        section.value("every", Kinds.Every.HOURLY, Kinds.EVERY).duration(),
                        section.value(
                                "after-cut",
                                fallback.afterCut(),
                                Kinds.duration(Duration.ofSeconds(1), Duration.ofHours(1))),
                        section.value(
                                "watch",
                                fallback.watch(),
                                Kind.oneOf(
                                        Kinds.ordered(
                                                Map.entry("none", Sweep.Watch.NONE),
                                                Map.entry("active", Sweep.Watch.ACTIVE),
                                                Map.entry("all", Sweep.Watch.ALL)))),
                        section.value(
                                        "full-every",
                                        new Kinds.Every(fallback.fullEvery()),
                                        Kinds.EVERY)
                                .duration(),
                        section.values("between", fallback.between(), Kinds.TIMES),
                        section.value(
                                "accounts-per-minute",
                                fallback.accountsPerMinute(),
                                Kind.integer(1, 100_000)));
        section.done();
        return sweep;
    }

    private static FirstCopy firstCopy(Section section) {
        FirstCopy firstCopy = new FirstCopy(section.value("accounts", 4, Kind.integer(1, 1000)));
        section.done();
        return firstCopy;
    }

    private static Brake brake(Section section) {
        Brake brake =
                new Brake(
                        section.value("messages", 100, Kind.integer(0, Integer.MAX_VALUE)),
                        section.value("percent", 20, Kind.integer(0, 100)));
        section.done();
        return brake;
    }

    private static Retry retry(Section section) {
        Retry d = Retry.DEFAULT;
        Duration second = Duration.ofSeconds(1);
        Retry retry =
                new Retry(
                        section.value(
                                "first",
                                d.first(),
                                Kinds.duration(Duration.ofMillis(10), Duration.ofMinutes(1))),
                        section.value(
                                "longest",
                                d.longest(),
                                Kinds.duration(second, Duration.ofHours(1))),
                        section.value("tries", d.tries(), Kind.integer(1, 1000)),
                        section.value(
                                "room", d.room(), Kinds.duration(second, Duration.ofDays(30))),
                        section.value(
                                "refused",
                                d.refused(),
                                Kinds.duration(second, Duration.ofDays(30))),
                        section.value(
                                "stuck", d.stuck(), Kinds.duration(second, Duration.ofDays(7))),
                        section.value(
                                "unknown",
                                d.unknown(),
                                Kinds.duration(Duration.ZERO, Duration.ofHours(1))),
                        section.value(
                                "answer-time",
                                d.answerTime(),
                                Kinds.duration(second, Duration.ofHours(1))));
        if (retry.longest().compareTo(retry.first()) < 0) {
            section.problemWithValue(
                    "longest", "is shorter than retry.first", "make it as long or longer");
        }
        section.done();
        return retry;
    }

    private static Login login(Section section) {
        boolean sealed = section.value("keep", false, SEALED);
        Keyring keys = keyring(section);
        if (sealed && !section.has("key")) {
            section.problem("key", "is missing, and keep is sealed", KEY_REMEDY);
        } else if (!sealed && section.has("key")) {
            section.problem("key", "has no meaning with keep: memory", "remove it, or seal");
        }
        section.done();
        return new Login(sealed ? keys : null);
    }

    private static @Nullable Keyring keys(Section section) {
        Keyring keys = keyring(section);
        if (keys == null && !section.has("key") && section.has("old-keys")) {
            section.problem(
                    "key",
                    "is missing, and old-keys are there",
                    "write a key; one that is no longer wanted is an old key until the journal is"
                            + " empty");
        }
        section.done();
        return keys;
    }

    /// Null where there is no key, and where it is wrong, which is noted.
    private static @Nullable Keyring keyring(Section section) {
        MasterKey key = section.secret("key", MasterKey::parse, KEY_REMEDY);
        List<MasterKey> old = section.secrets("old-keys", MasterKey::parse, KEY_REMEDY);
        return key == null ? null : new Keyring(key, old);
    }

    private static Log log(Section section) {
        Log log =
                new Log(
                        section.optional("level", LEVEL),
                        section.value("format", Log.Format.TEXT, FORMAT));
        section.done();
        return log;
    }
}
