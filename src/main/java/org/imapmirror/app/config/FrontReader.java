package org.imapmirror.app.config;

import org.imapmirror.app.config.Config.Admin;
import org.imapmirror.app.config.Config.Identity;
import org.imapmirror.app.config.Config.Limits;
import org.imapmirror.app.config.Config.Listener;
import org.imapmirror.app.config.Config.Server;
import org.imapmirror.app.config.Section.Kind;
import org.imapmirror.imap.Endpoint;
import org.imapmirror.proxy.Network;
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
            section.done();
            if (bind != null) {
                if (listeners.stream().anyMatch(other -> other.bind().equals(bind))) {
                    section.problemWithValue(
                            "bind", "is taken by another listener", "choose another port");
                }
                listeners.add(new Listener(bind, tls, headerFrom));
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

    static Limits limits(Section root) {
        Section section = root.section("limits");
        Limits fallback = Limits.DEFAULT;
        Limits limits =
                new Limits(
                        section.value(
                                "before-login", fallback.beforeLogin(), Kind.integer(1, 1_000_000)),
                        section.value(
                                "login-time",
                                fallback.loginTime(),
                                Kinds.duration(SECOND, HALF_AN_HOUR)),
                        section.value(
                                "idle-time",
                                fallback.idleTime(),
                                Kinds.duration(HALF_AN_HOUR, Duration.ofDays(7))),
                        section.value(
                                "connect-time",
                                fallback.connectTime(),
                                Kinds.duration(SECOND, HALF_AN_HOUR)),
                        section.value(
                                "stop-time",
                                fallback.stopTime(),
                                Kinds.duration(Duration.ZERO, DAY)));
        section.done();
        return limits;
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
