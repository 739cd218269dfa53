package org.imapmirror.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.awaitility.Awaitility;
import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Endpoint.Passing;
import org.imapmirror.imap.ProxyHeader;
import org.imapmirror.imap.ProxyHeader.End;
import org.imapmirror.imap.ProxyHeader.Version;
import org.imapmirror.imap.Trust;
import org.imapmirror.mailstore.ClientLimits;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.LoginAs;
import org.imapmirror.mailstore.ServerProbe;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.Ports;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/// Dovecot learns the client's address from the proxy, and the proxy from haproxy.
@Tag("dovecot")
class ClientAddressDovecotIT {
    private static final List<Network> LOOPBACK = List.of(Network.parse("127.0.0.0/8"));
    private static final End CLIENT = end("192.0.2.7", 40000);
    private static final End FRONT = end("198.51.100.1", 143);

    /// The ordinary listeners want a header then.
    private static final String WANTS_HEADER =
            """
            haproxy_trusted_networks = 127.0.0.0/8
            service imap-login {
              inet_listener imap {
                haproxy = yes
              }
              inet_listener imaps {
                haproxy = yes
              }
            }
            """;

    @ParameterizedTest
    @EnumSource(names = {"V1", "V2"})
    void dovecotTakesTheHeader(Version version) throws Exception {
        try (DovecotServer dovecot = DovecotServer.launch(1, WANTS_HEADER)) {
            int logins = 0;
            for (Endpoint.Tls tls : Endpoint.Tls.values()) {
                Endpoint endpoint = endpoint(dovecot, tls, new Passing(version, false));
                try (TestProxy proxy = behindLoopback(endpoint);
                        Wire client = proxy.connect()) {
                    client.raw(ProxyHeader.of(Version.V2, CLIENT, FRONT));
                    logIn(client, dovecot);
                    assertThat(login(dovecot, logins)).contains("rip=192.0.2.7,");
                }
                assertThat(ServerProbe.of(endpoint, ClientLimits.DEFAULT).loginDisabled())
                        .isFalse();
                try (ImapStore own =
                        ImapStore.open(
                                endpoint,
                                new LoginAs.Plain(dovecot.user(1), dovecot.password(1)),
                                ClientLimits.DEFAULT)) {
                    assertThat(own.list()).isNotEmpty();
                }
                logins += 2;
            }
        }
    }

    @Test
    void serverThatWantsAHeaderRefusesUsWithoutOne() {
        try (DovecotServer dovecot = DovecotServer.launch(1, WANTS_HEADER)) {
            Endpoint endpoint = endpoint(dovecot, Endpoint.Tls.IMPLICIT, Passing.NONE);
            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> ServerProbe.of(endpoint, ClientLimits.DEFAULT));
        }
    }

    @Test
    void dovecotTakesTheIdOfATrustedProxy() throws Exception {
        try (DovecotServer dovecot =
                DovecotServer.launch(1, "login_trusted_networks = 127.0.0.0/8\n")) {
            int logins = 0;
            for (Endpoint.Tls tls : Endpoint.Tls.values()) {
                Passing id = new Passing(Version.NONE, true);
                try (TestProxy proxy = behindLoopback(endpoint(dovecot, tls, id));
                        Wire client = proxy.connect()) {
                    client.raw(ProxyHeader.of(Version.V1, CLIENT, FRONT));
                    client.line();
                    assertThat(client.ask("i", "ID (\"name\" {4+}\r\ntest \"vendor\" NIL)"))
                            .startsWith("i OK");
                    assertThat(client.ask("a", login(dovecot))).startsWith("a OK");
                    assertThat(client.ask("j", "ID (\"name\" \"x\")")).startsWith("j OK");
                    assertThat(login(dovecot, logins++))
                            .contains("rip=192.0.2.7, lip=198.51.100.1,");
                }
            }
        }
    }

    @Test
    void clientCannotNameAnAddressItself() throws Exception {
        String spoof =
                "ID (\"x-originating-ip\" \"203.0.113.1\" {18+}\r\nX-Originating-Port \"1\")";
        try (DovecotServer dovecot =
                DovecotServer.launch(1, "login_trusted_networks = 127.0.0.0/8\n")) {
            // What is prevented does work without the proxy.
            try (Wire direct = Wire.to(dovecot.imapPort())) {
                direct.line();
                direct.ask("i", spoof);
                direct.ask("a", login(dovecot));
                assertThat(login(dovecot, 0)).contains("rip=203.0.113.1,");
            }
            try (TestProxy proxy =
                            behindLoopback(endpoint(dovecot, Endpoint.Tls.NONE, Passing.NONE));
                    Wire client = proxy.connect()) {
                client.raw(ProxyHeader.of(Version.V1, CLIENT, FRONT));
                client.line();
                assertThat(client.ask("i", spoof)).startsWith("i OK");
                assertThat(client.ask("a", login(dovecot))).startsWith("a OK");
                assertThat(login(dovecot, 1)).contains("rip=127.0.0.1,");
            }
        }
    }

    @Test
    void haproxyInFront(@TempDir Path directory) throws Exception {
        int port = Ports.one();
        RecordingTap tap = new RecordingTap();
        try (DovecotServer dovecot = DovecotServer.launch(1, "");
                TestProxy proxy =
                        TestProxy.before(endpoint(dovecot, Endpoint.Tls.NONE, Passing.NONE))
                                .tap(tap)
                                .listener(plain())
                                .listener(plain())
                                .start()) {
            Path config =
                    Files.writeString(
                            directory.resolve("haproxy.cfg"),
                            """
                            defaults
                              mode tcp
                              timeout connect 5s
                              timeout client 60s
                              timeout server 60s
                            listen imap
                              bind 127.0.0.1:%d
                              server a 127.0.0.1:%d send-proxy-v2 check inter 100ms
                            listen old
                              bind 127.0.0.2:%d
                              server b 127.0.0.1:%d send-proxy check inter 100ms
                            """
                                    .formatted(
                                            port,
                                            proxy.proxy.ports().getFirst(),
                                            port,
                                            proxy.proxy.ports().get(1)));
            Process haproxy =
                    new ProcessBuilder("haproxy", "-db", "-f", config.toString())
                            .redirectErrorStream(true)
                            .redirectOutput(directory.resolve("haproxy.log").toFile())
                            .start();
            try {
                for (String address : List.of("127.0.0.1", "127.0.0.2")) {
                    Wire client =
                            Awaitility.await()
                                    .ignoreExceptionsInstanceOf(IOException.class)
                                    .until(() -> greeted(address, port), Objects::nonNull);
                    try (client) {
                        assertThat(client.ask("a", login(dovecot))).startsWith("a OK");
                        assertThat(tap.logins.getLast().origin().client())
                                .isEqualTo("127.0.0.9:" + client.socket().getLocalPort());
                    }
                }
            } finally {
                haproxy.destroy();
                haproxy.waitFor(10, TimeUnit.SECONDS);
            }
        }
    }

    /// Connects from an address that tells it from everybody else here.
    private static Wire greeted(String address, int port) throws IOException {
        Wire wire =
                new Wire(
                        new Socket(
                                InetAddress.ofLiteral(address),
                                port,
                                InetAddress.ofLiteral("127.0.0.9"),
                                0));
        if (!wire.line().startsWith("* OK")) {
            wire.close();
            throw new IOException("haproxy does not think that the proxy is up");
        }
        return wire;
    }

    private static TestProxy behindLoopback(Endpoint endpoint) throws IOException {
        return TestProxy.before(endpoint).listener(plain()).start();
    }

    private static ListenerConfig plain() {
        return new ListenerConfig("127.0.0.1", 0, ListenerConfig.Tls.NONE, LOOPBACK, true, 6);
    }

    private static void logIn(Wire client, DovecotServer dovecot) throws IOException {
        client.line();
        assertThat(client.ask("a", login(dovecot))).startsWith("a OK");
    }

    private static String login(DovecotServer dovecot) {
        return "LOGIN " + dovecot.user(1) + " " + dovecot.password(1);
    }

    /// What Dovecot logs of the `n`th login, counted from 0.
    private static String login(DovecotServer dovecot, int n) {
        return Awaitility.await()
                .until(
                        () ->
                                dovecot.log()
                                        .lines()
                                        .filter(line -> line.contains("Login: "))
                                        .toList(),
                        lines -> lines.size() > n)
                .get(n);
    }

    private static Endpoint endpoint(DovecotServer dovecot, Endpoint.Tls tls, Passing passing) {
        return new Endpoint(
                "old",
                "localhost",
                tls == Endpoint.Tls.IMPLICIT ? dovecot.imapsPort() : dovecot.imapPort(),
                tls,
                new Trust.Authority(dovecot.certificate()),
                passing);
    }

    private static End end(String address, int port) {
        return new End(InetAddress.ofLiteral(address).getAddress(), port);
    }
}
