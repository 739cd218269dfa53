package org.imapmirror.app.config;

import org.imapmirror.app.config.Config.Admin;
import org.imapmirror.app.config.Config.Identity;
import org.imapmirror.app.config.Config.Listener;
import org.imapmirror.app.config.Config.Server;
import org.imapmirror.app.config.Section.Kind;
import org.imapmirror.imap.Endpoint;
import org.imapmirror.proxy.Network;
import org.imapmirror.proxy.ProxyLimits;
import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Reads what others connect to: the groups `listeners`, `tls`, `limits` and `admin`.
final class FrontReader {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration HALF_AN_HOUR = Duration.ofMinutes(30);
    private static final Duration DAY = Duration.ofDays(1);

    private static final String HEADER_REMEDY =
            "write false, or the networks of the proxies in front: {from: [\"10.0.0.0/8\"]}";

    private static final Kind<Boolean> PROXY_PROTOCOL =
            new Kind<>(
                    text ->
                            switch (text) {
                                case "false" -> false;
                                case "true" ->
                                        throw new IllegalArgumentException(
                                                "does not say whose headers are believed");
                                default -> throw new IllegalArgumentException("is not false");
                            },
                    HEADER_REMEDY);

    private FrontReader() {}

    static List<Listener> listeners(Section root) {
        List<Listener> listeners = new ArrayList<>();
        if (!root.has("listeners")) {
            root.problem(
                    "listeners",
                    "is missing",
                    "write where clients connect: listeners: [{bind: \"0.0.0.0:143\", tls:"
                            + " starttls}]");
        }
        List<Section> sections = root.sections("listeners");
        if (root.has("listeners") && sections.isEmpty()) {
            root.problem("listeners", "names no listener", "write at least one");
        }
        for (Section section : sections) {
            InetSocketAddress bind = section.required("bind", Kinds.BIND);
            Endpoint.Tls tls =
                    section.value(
                            "tls",
                            bind != null && bind.getPort() == 993
                                    ? Endpoint.Tls.IMPLICIT
                                    : Endpoint.Tls.STARTTLS,
                            Kinds.TLS);
            List<Network> headerFrom = headerFrom(section);
            boolean loginWithoutTls = section.value("login-without-tls", true, Kinds.BOOLEAN);
            if (tls == Endpoint.Tls.NONE && !loginWithoutTls) {
                section.problemWithValue(
                        "login-without-tls",
                        "leaves no way to log in, because tls is none",
                        "set tls: starttls or tls: implicit, or remove this");
                loginWithoutTls = true;
            }
            int compress = section.value("compress", Listener.COMPRESS, Kind.integer(0, 9));
            section.done();
            if (bind != null) {
                if (listeners.stream().anyMatch(other -> other.bind().equals(bind))) {
                    section.problemWithValue(
                            "bind", "is taken by another listener", "choose another port");
                }
                listeners.add(new Listener(bind, tls, headerFrom, loginWithoutTls, compress));
            }
        }
        return listeners;
    }

    private static List<Network> headerFrom(Section listener) {
        String key = "proxy-protocol";
        if (!listener.hasKeysBelow(key)) {
            listener.value(key, false, PROXY_PROTOCOL);
            listener.known(key + ".from");
            return List.of();
        }
        Section section = listener.section(key);
        List<Network> networks = section.values("from", List.of(), Kinds.NETWORK);
        if (networks.isEmpty()) {
            section.problem("from", "names no network", HEADER_REMEDY);
        }
        section.done();
        return networks;
    }

    static @Nullable Identity tls(Section root, List<Listener> listeners) {
        Section section = root.section("tls");
        boolean needed = listeners.stream().anyMatch(l -> l.tls() != Endpoint.Tls.NONE);
        boolean given = section.has("certificate") || section.has("key");
        Path certificate = null;
        Path key = null;
        if (needed || given) {
            certificate = section.required("certificate", Kinds.READABLE);
            key = section.required("key", Kinds.READABLE);
        }
        section.known("certificate");
        section.known("key");
        section.done();
        if (certificate == null || key == null) {
            return null;
        }
        PemFiles.check(section, certificate, key);
        return new Identity(certificate, key);
    }

    static ProxyLimits limits(Section root) {
        Section section = root.section("limits");
        ProxyLimits limits =
                new ProxyLimits(
                        beforeLogin(section), commands(section), clients(section), times(section));
        section.done();
        return limits;
    }

    private static ProxyLimits.Login beforeLogin(Section section) {
        ProxyLimits.Login fallback = ProxyLimits.Login.DEFAULTS;
        return new ProxyLimits.Login(
                (int)
                        (long)
                                section.value(
                                        "line-before-login",
                                        (long) fallback.line(),
                                        Kinds.size(1024, 1024 * 1024)),
                (int)
                        (long)
                                section.value(
                                        "literal-before-login",
                                        (long) fallback.literal(),
                                        Kinds.size(256, 1024 * 1024)),
                section.value("before-login", fallback.connections(), Kind.integer(1, 1_000_000)),
                section.value("login-time", fallback.time(), Kinds.duration(SECOND, HALF_AN_HOUR)));
    }

    private static ProxyLimits.Commands commands(Section section) {
        ProxyLimits.Commands fallback = ProxyLimits.Commands.DEFAULTS;
        return new ProxyLimits.Commands(
                (int)
                        (long)
                                section.value(
                                        "line",
                                        (long) fallback.line(),
                                        Kinds.size(8192, 16 * 1024 * 1024)),
                section.value("literals", fallback.literals(), Kind.integer(2, 1_000_000)),
                section.value("literal", fallback.literal(), Kinds.SIZE),
                section.value("depth", fallback.depth(), Kind.integer(10, 10_000)),
                section.value("pipeline", fallback.pipeline(), Kind.integer(1, 1_000_000)));
    }

    private static ProxyLimits.Clients clients(Section section) {
        ProxyLimits.Clients fallback = ProxyLimits.Clients.DEFAULTS;
        return new ProxyLimits.Clients(
                section.value("per-address", fallback.perAddress(), Kind.integer(0, 1_000_000)),
                section.value("per-account", fallback.perAccount(), Kind.integer(0, 1_000_000)),
                section.values("trusted-addresses", fallback.trusted(), Kinds.NETWORK),
                failedLogins(section.section("failed-logins")));
    }

    private static ProxyLimits.FailedLogins failedLogins(Section section) {
        ProxyLimits.FailedLogins fallback = ProxyLimits.FailedLogins.DEFAULTS;
        Duration delay =
                section.value("delay", fallback.delay(), Kinds.duration(Duration.ZERO, MINUTE));
        Duration longest =
                section.value(
                        "longest-delay", fallback.longest(), Kinds.duration(Duration.ZERO, MINUTE));
        if (longest.compareTo(delay) < 0) {
            section.problemWithValue(
                    "longest-delay",
                    "is less than delay",
                    "write a longer one; delay: 0s switches both off");
            longest = delay;
        }
        ProxyLimits.FailedLogins failed =
                new ProxyLimits.FailedLogins(
                        section.value("free", fallback.free(), Kind.integer(0, 1000)),
                        delay,
                        longest,
                        section.value("memory", fallback.memory(), Kinds.duration(SECOND, DAY)),
                        section.value(
                                "remembered", fallback.remembered(), Kind.integer(1, 10_000_000)));
        section.done();
        return failed;
    }

    private static ProxyLimits.Times times(Section section) {
        ProxyLimits.Times fallback = ProxyLimits.Times.DEFAULTS;
        return new ProxyLimits.Times(
                section.value(
                        "connect-time", fallback.connect(), Kinds.duration(SECOND, HALF_AN_HOUR)),
                section.value(
                        "idle-time",
                        fallback.idle(),
                        Kinds.duration(HALF_AN_HOUR, Duration.ofDays(7))),
                section.value(
                        "linger-time", fallback.linger(), Kinds.duration(SECOND, HALF_AN_HOUR)),
                section.value(
                        "stop-time", fallback.grace(), Kinds.duration(Duration.ofMillis(1), DAY)));
    }

    static Admin admin(Section root) {
        Section section = root.section("admin");
        InetSocketAddress bind =
                section.value("bind", new InetSocketAddress("127.0.0.1", 8143), Kinds.BIND);
        Secret token = section.secret("token");
        if (token == null && !section.has("token") && !bind.getAddress().isLoopbackAddress()) {
            section.problem(
                    "token",
                    "is missing, and admin.bind is not a loopback address",
                    "write token: \"${file:UTF-8:/path}\" or bind it to 127.0.0.1");
        }
        if (token != null && !token.reveal().matches("[!-~]+")) {
            section.problem(
                    "token",
                    "holds something that no HTTP header can carry safely",
                    "use only visible ASCII characters, for example: openssl rand -hex 32");
        }
        section.done();
        return new Admin(bind, token);
    }

    /// Notes listeners that collide with another one, and servers that are this proxy itself.
    static void collisions(
            Section root, List<Listener> listeners, Admin admin, Map<String, Server> servers) {
        for (Listener listener : listeners) {
            if (listener.bind().equals(admin.bind())) {
                root.section("admin")
                        .problemWithValue("bind", "is taken by a listener", "choose another port");
            }
            servers.forEach((name, server) -> {
                if (isListener(server.endpoint(), listener.bind())) {
                    Section section = root.section("servers").section(name);
                    section.problemWithValue(
                            "address",
                            "is a listener of this proxy, which would connect to itself",
                            "write the address of the mail server");
                }
            });
        }
    }

    private static boolean isListener(Endpoint server, InetSocketAddress bind) {
        if (server.port() != bind.getPort()) {
            return false;
        }
        boolean local =
                server.host().equalsIgnoreCase("localhost")
                        || server.host().startsWith("127.")
                        || server.host().equals("::1");
        return server.host().equals(bind.getAddress().getHostAddress())
                || (local && bind.getAddress().isAnyLocalAddress());
    }
}
