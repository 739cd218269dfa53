package org.imapmirror.app.config;

import org.imapmirror.app.config.Config.Server;
import org.imapmirror.app.config.Config.ServerLimits;
import org.imapmirror.app.config.Kinds.HostPort;
import org.imapmirror.app.config.Section.Kind;
import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.ProxyHeader;
import org.imapmirror.imap.Trust;
import org.imapmirror.mailstore.CapturedLogins;
import org.imapmirror.route.AccountRules;
import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// Reads the group `servers`.
final class ServersReader {
    /// Less than this would let larger messages take days.
    private static final long SLOWEST = 1024;

    private static final Kind<Long> OCTETS =
            new Kind<>(
                    text -> {
                        long octets = text.equals("0") ? 0 : Quantity.bytes(text);
                        if (octets != 0 && octets < SLOWEST) {
                            throw new IllegalArgumentException("is less than 1KiB");
                        }
                        return octets;
                    },
                    "write a size with its unit, for example 5MB, of at least 1KiB; or 0: no"
                            + " limit");

    private static final Kind<ProxyHeader.Version> HEADER =
            Kind.oneOf(
                    Kinds.ordered(
                            Map.entry("none", ProxyHeader.Version.NONE),
                            Map.entry("v1", ProxyHeader.Version.V1),
                            Map.entry("v2", ProxyHeader.Version.V2)));

    private static final Kind<Boolean> PASS_BY_ID =
            Kind.oneOf(Kinds.ordered(Map.entry("none", false), Map.entry("id", true)));

    private static final int IMAPS = 993;
    private static final int IMAP = 143;

    private ServersReader() {}

    private enum Method {
        CAPTURED,
        MASTER,
        AUTHZID,
        TABLE
    }

    private static final Kind<Method> METHOD =
            new Kind<>(
                    text ->
                            switch (text) {
                                case "captured" -> Method.CAPTURED;
                                case "master" -> Method.MASTER;
                                case "authzid" -> Method.AUTHZID;
                                case "table" -> Method.TABLE;
                                case "oauth2", "command" ->
                                        throw new IllegalArgumentException("is not there yet");
                                default ->
                                        throw new IllegalArgumentException(
                                                "is not one of captured, master, authzid, table");
                            },
                    "write one of captured, master, authzid, table");

    private static final Kind<String> PATTERN =
            new Kind<>(
                    text -> {
                        if (!text.contains("{user}")) {
                            throw new IllegalArgumentException("does not contain {user}");
                        }
                        return text;
                    },
                    "write the login name with {user} for the account, for example"
                            + " \"{user}*master\"");

    private static final Kind<String> NAME =
            new Kind<>(
                    text -> {
                        if (text.isBlank() || text.contains("{user}")) {
                            throw new IllegalArgumentException(
                                    "is not the administrator's own login name");
                        }
                        return text;
                    },
                    "write the login name of the user who may act for others, without {user}");

    static Map<String, Server> read(Section root) {
        Map<String, Server> servers = new LinkedHashMap<>();
        Section group = root.section("servers");
        Map<String, Section> sections = group.named();
        if (sections.isEmpty()) {
            root.problem(
                    "servers",
                    root.has("servers") ? "names no server" : "is missing",
                    "write at least one server: servers: {old: {address: \"host:993\"}}");
        }
        sections.forEach((name, section) -> {
            if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
                group.problem(
                        name,
                        "is not a good name for a server",
                        "use up to 64 letters, digits, dots, dashes and underscores");
            }
            servers.put(name, server(name, section));
        });
        return servers;
    }

    /// Notes tables of logins that have errors. They are read with the accounts' rules, which come
    /// later in the file.
    static void checkTables(Section root, Map<String, Server> servers, AccountRules rules) {
        servers.forEach((name, server) -> {
            // Without a path, the problem has been noted already.
            if (server.login() instanceof ServerLogin.Table(Path file)
                    && !file.toString().isEmpty()) {
                try {
                    server.login().method(new CapturedLogins(), rules);
                } catch (IllegalArgumentException e) {
                    root.section("servers")
                            .section(name)
                            .section("login")
                            .problem(
                                    "file",
                                    String.valueOf(e.getMessage()),
                                    "write the header account,user,password and a line for"
                                            + " each account");
                }
            }
        });
    }

    private static Server server(String name, Section section) {
        HostPort address = section.required("address", Kinds.ADDRESS);
        Integer written = address == null ? null : address.port();
        Endpoint.Tls tls =
                section.value(
                        "tls",
                        written == null || written == IMAPS
                                ? Endpoint.Tls.IMPLICIT
                                : Endpoint.Tls.STARTTLS,
                        Kinds.TLS);
        int port = written == null ? (tls == Endpoint.Tls.IMPLICIT ? IMAPS : IMAP) : written;
        Trust trust = section.value("trust", new Trust.System(), Kinds.TRUST);
        Endpoint.Passing passing =
                new Endpoint.Passing(
                        section.value("proxy-protocol", ProxyHeader.Version.NONE, HEADER),
                        section.value("pass-client-address", false, PASS_BY_ID));
        ServerLogin login = login(section.section("login"));
        ServerLimits limits = limits(section.section("limits"));
        section.done();
        String host = address == null ? "" : address.host();
        return new Server(new Endpoint(name, host, port, tls, trust, passing), login, limits);
    }

    private static ServerLogin login(Section section) {
        Method method =
                section.has("method") ? section.optional("method", METHOD) : Method.CAPTURED;
        section.known("method");
        ServerLogin login =
                switch (method) {
                    case CAPTURED -> new ServerLogin.Captured();
                    case MASTER ->
                            new ServerLogin.Master(
                                    orEmpty(section.required("user", PATTERN)), password(section));
                    case AUTHZID ->
                            new ServerLogin.Authzid(
                                    orEmpty(section.required("user", NAME)), password(section));
                    case TABLE -> {
                        Path file = section.required("file", Kinds.READABLE);
                        yield new ServerLogin.Table(file == null ? Path.of("") : file);
                    }
                    // What belongs to a method that could not be read is not known either.
                    case null -> new ServerLogin.Captured();
                };
        boolean named = method == Method.MASTER || method == Method.AUTHZID;
        notFor(section, "user", method != null && !named);
        notFor(section, "password", method != null && !named);
        notFor(section, "file", method != null && method != Method.TABLE);
        section.done();
        return login;
    }

    private static void notFor(Section section, String key, boolean wrong) {
        section.known(key);
        if (wrong && section.has(key)) {
            section.problem(
                    key,
                    "has no meaning with this login method",
                    "remove it, or choose the method that needs it");
        }
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static Secret password(Section section) {
        Secret password = section.secret("password");
        if (password == null && !section.has("password")) {
            section.problem(
                    "password",
                    "is missing",
                    "write password: \"${file:UTF-8:/path}\" or \"${env:NAME}\"");
        }
        return password == null ? new Secret("") : password;
    }

    private static ServerLimits limits(Section section) {
        ServerLimits fallback = ServerLimits.DEFAULT;
        ServerLimits limits =
                new ServerLimits(
                        section.value(
                                "connections", fallback.connections(), Kind.integer(1, 100_000)),
                        section.value("bytes-per-second", fallback.bytesPerSecond(), OCTETS),
                        section.value(
                                "messages-per-second",
                                fallback.messagesPerSecond(),
                                Kind.integer(0, 1_000_000)));
        section.done();
        return limits;
    }
}
