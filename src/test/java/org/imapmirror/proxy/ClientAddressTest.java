package org.imapmirror.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Endpoint.Passing;
import org.imapmirror.imap.ProxyHeader;
import org.imapmirror.imap.ProxyHeader.End;
import org.imapmirror.imap.ProxyHeader.Version;
import org.imapmirror.imap.Trust;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;

/// Whose connection it is: told by a proxy in front, and told to the primary.
class ClientAddressTest {
    private static final End CLIENT = end("192.0.2.7", 40000);
    private static final End FRONT = end("198.51.100.1", 993);
    private static final List<Network> LOOPBACK = List.of(Network.parse("127.0.0.0/8"));

    private final RecordingTap tap = new RecordingTap();
    private FakePrimary primary;

    @TempDir private Path directory;

    @BeforeEach
    void open() throws IOException {
        primary = new FakePrimary();
    }

    @AfterEach
    void close() throws IOException {
        primary.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"V1", "V2"})
    void addressOfTheHeaderIsTheClients(Version version) throws Exception {
        try (TestProxy proxy = behind(LOOPBACK, Passing.NONE);
                Wire client = proxy.connect()) {
            client.raw(ProxyHeader.of(version, CLIENT, FRONT));
            logIn(client);
            assertThat(tap.logins.getFirst().origin().client()).isEqualTo("192.0.2.7:40000");
            assertThat(headers(proxy, "ok")).isEqualTo(1);
        }
    }

    @Test
    void headerAndCommandsInOneSegmentOrInManyPieces() throws Exception {
        String all =
                new String(ProxyHeader.of(Version.V2, CLIENT, FRONT), StandardCharsets.ISO_8859_1)
                        + "a NOOP\r\n";
        try (TestProxy proxy = behind(LOOPBACK, Passing.NONE)) {
            for (int size : new int[] {1, 5, 100}) {
                try (Wire client = proxy.connect()) {
                    for (int i = 0; i < all.length(); i += size) {
                        client.raw(all.substring(i, Math.min(all.length(), i + size)));
                    }
                    try (Wire server = primary.greet()) {
                        assertThat(server.line()).isEqualTo("a NOOP");
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // UNKNOWN, LOCAL with and without addresses, a socket in the file system
                "50524f585920554e4b4e4f574e0d0a",
                "0d0a0d0a000d0a515549540a20000000",
                "0d0a0d0a000d0a515549540a2011000cc0000207c6336401ffff03e1",
                "0d0a0d0a000d0a515549540a21000000",
            })
    void headerWithoutAClientLeavesTheSocketsAddress(String hex) throws Exception {
        try (TestProxy proxy = behind(LOOPBACK, Passing.NONE);
                Wire client = proxy.connect()) {
            client.raw(HexFormat.of().parseHex(hex));
            logIn(client);
            assertThat(tap.logins.getFirst().origin().client())
                    .isEqualTo("127.0.0.1:" + client.socket().getLocalPort());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a LOGIN alice secret\r\n",
                "PROXY TCP4 192.0.2.7\r\nxxxxxxxxxxxxx",
                "PROXY TCP4 192.0.2.777 10.0.0.1 1 2\r\n",
                "PROXY TCP4 192.0.2.7 10.0.0.1 1 99999\r\n",
                "PROXY TCP6 192.0.2.7 10.0.0.1 1 2\r\n",
                "PROXY TCP4 192.0.2.7 10.0.0.1 1 2                                            "
                        + "                                                             ",
                "\r\n\r\n\0\r\nQUIT\n!\1\0\0000000000000",
            })
    void badHeaderClosesTheConnection(String octets) throws Exception {
        try (TestProxy proxy = behind(LOOPBACK, Passing.NONE);
                Wire client = proxy.connect()) {
            client.raw(octets);
            assertThat(client.isOver()).isTrue();
            Awaitility.await()
                    .untilAsserted(() -> assertThat(headers(proxy, "refused")).isEqualTo(1));
            assertThat(proxy.proxy.sessions()).isZero();
        }
    }

    @Test
    void headerThatIsTooLongIsNotReadToItsEnd() throws Exception {
        try (TestProxy proxy = behind(LOOPBACK, Passing.NONE);
                Wire client = proxy.connect()) {
            client.raw(HexFormat.of().parseHex("0d0a0d0a000d0a515549540a2111ffff"));
            client.raw(new byte[10_000]);
            assertThat(client.isOver()).isTrue();
        }
    }

    @Test
    void missingHeaderClosesTheConnectionInTime() throws Exception {
        ProxyLimits limits =
                new ProxyLimits(
                        1024,
                        10,
                        new ProxyLimits.Login(1024, 100, 1, Duration.ofMillis(300)),
                        TestProxy.LIMITS.times());
        try (TestProxy proxy =
                TestProxy.before(primary.endpoint("old"))
                        .limits(limits)
                        .listener(listener(LOOPBACK, ListenerConfig.Tls.NONE))
                        .start()) {
            try (Wire client = proxy.connect()) {
                client.raw("PROXY TCP4 ");
                assertThat(client.isOver()).isTrue();
            }
            // The only place before login is free again.
            Awaitility.await()
                    .untilAsserted(() -> {
                        try (Wire next = proxy.connect()) {
                            next.raw(ProxyHeader.own(Version.V1));
                            primary.greet().close();
                            assertThat(next.line()).isEqualTo(FakePrimary.GREETING);
                        }
                    });
        }
    }

    @Test
    void headerOfAStrangerIsNotBelieved() throws Exception {
        try (TestProxy proxy = behind(List.of(Network.parse("192.0.2.0/24")), Passing.NONE);
                Wire client = proxy.connect();
                Wire server = primary.greet()) {
            assertThat(client.line()).isEqualTo(FakePrimary.GREETING);
            client.raw(ProxyHeader.of(Version.V1, CLIENT, FRONT));
            assertThat(server.line()).startsWith("PROXY TCP4");
            server.send("PROXY BAD what?");
            client.line();
            client.send("a LOGIN alice secret");
            server.line();
            server.send("a OK in");
            client.line();
            assertThat(tap.logins.getFirst().origin().client()).startsWith("127.0.0.1:");
        }
    }

    @Test
    void headerComesBeforeTls() throws Exception {
        TestCertificate own = TestCertificate.in(directory, "san=dns:localhost,ip:127.0.0.1");
        try (TestProxy proxy =
                        TestProxy.before(primary.endpoint("old"))
                                .tls(new ProxyTls(own.file(), own.key()))
                                .tap(tap)
                                .listener(listener(LOOPBACK, ListenerConfig.Tls.IMPLICIT))
                                .start();
                Wire plain = proxy.connect()) {
            plain.raw(ProxyHeader.of(Version.V2, CLIENT, FRONT));
            Wire client = plain.secured(TestCertificate.trusting(own.file()), false);
            logIn(client);
            assertThat(tap.logins.getFirst().origin().client()).isEqualTo("192.0.2.7:40000");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V1", "V2"})
    void primaryGetsTheHeaderFirst(Version version) throws Exception {
        byte[] header = ProxyHeader.of(version, CLIENT, FRONT);
        try (TestProxy proxy = behind(LOOPBACK, new Passing(version, false));
                Wire client = proxy.connect()) {
            client.raw(ProxyHeader.of(Version.V2, CLIENT, FRONT));
            try (Wire server = primary.accept()) {
                assertThat(server.bytes(header.length)).isEqualTo(header);
                server.send(FakePrimary.GREETING);
                assertThat(client.line()).isEqualTo(FakePrimary.GREETING);
            }
        }
    }

    @Test
    void primaryGetsTheHeaderBeforeTls() throws Exception {
        TestCertificate own = TestCertificate.in(directory, "san=dns:localhost,ip:127.0.0.1");
        Endpoint endpoint =
                new Endpoint(
                        "old",
                        "127.0.0.1",
                        primary.port(),
                        Endpoint.Tls.IMPLICIT,
                        new Trust.Authority(own.file()),
                        new Passing(Version.V1, false));
        try (TestProxy proxy = TestProxy.before(endpoint).start();
                Wire client = proxy.connect();
                Wire plain = primary.accept()) {
            assertThat(new String(plain.bytes(6), StandardCharsets.US_ASCII)).isEqualTo("PROXY ");
            String rest = "";
            while (!rest.endsWith("\n")) {
                rest += new String(plain.bytes(1), StandardCharsets.US_ASCII);
            }
            assertThat(rest)
                    .isEqualTo(
                            "TCP4 127.0.0.1 127.0.0.1 %d %d\r\n"
                                    .formatted(client.socket().getLocalPort(), proxy.port()));
        }
    }

    @Test
    void clientIsNamedById() throws Exception {
        try (TestProxy proxy = behind(LOOPBACK, new Passing(Version.NONE, true));
                Wire client = proxy.connect()) {
            client.raw(ProxyHeader.of(Version.V2, CLIENT, FRONT));
            try (Wire server = primary.accept()) {
                server.send("* OK [CAPABILITY IMAP4rev1 ID] ready");
                String id = server.line();
                assertThat(id)
                        .startsWith(
                                "s4 ID (\"x-originating-ip\" \"192.0.2.7\" \"x-originating-port\""
                                        + " \"40000\" \"x-connected-ip\" \"198.51.100.1\""
                                        + " \"x-connected-port\" \"993\" \"x-session-id\" \"")
                        .endsWith("\")");
                server.send("* ID (\"name\" \"x\")", "s4 OK done");
                assertThat(client.line()).isEqualTo("* OK [CAPABILITY IMAP4rev1 ID] ready");
                client.send("a ID (\"name\" \"y\" \"x-originating-ip\" \"203.0.113.1\")");
                assertThat(server.line())
                        .isEqualTo("a ID (\"name\" \"y\" \"x-originating.ip\" \"203.0.113.1\")");
                server.send("* ID NIL", "a OK done");
                assertThat(client.line()).isEqualTo("* ID NIL");
            }
        }
    }

    @Test
    void clientIsNamedWhereTheGreetingTellsNoCapabilities() throws Exception {
        try (TestProxy proxy = behind(List.of(), new Passing(Version.NONE, true));
                Wire client = proxy.connect();
                Wire server = primary.accept()) {
            server.send("* OK ready");
            assertThat(server.line()).isEqualTo("s3 CAPABILITY");
            server.send("* CAPABILITY IMAP4rev1 ID", "s3 OK done");
            assertThat(server.line()).startsWith("s4 ID (\"x-originating-ip\" \"127.0.0.1\"");
            server.send("s4 NO I do not know you");
            assertThat(client.line()).isEqualTo("* OK ready");
        }
    }

    @Test
    void serverWithoutIdIsToldNothing() throws Exception {
        try (TestProxy proxy = behind(List.of(), new Passing(Version.NONE, true));
                Wire client = proxy.connect();
                Wire server = primary.greet()) {
            assertThat(client.line()).isEqualTo(FakePrimary.GREETING);
            assertThat(server.isQuiet()).isTrue();
        }
    }

    @Test
    void answerThatNobodyAskedForEndsTheSession() throws Exception {
        try (TestProxy proxy = behind(List.of(), Passing.NONE);
                Wire client = proxy.connect();
                Wire server = primary.greet()) {
            client.line();
            client.raw("a ID bad {20+}\r\nb LOGIN bob secret\r\n\r\n");
            server.line();
            server.send("a BAD what?", "b OK in");
            assertThat(client.line()).isEqualTo("a BAD what?");
            assertThat(client.line()).startsWith("* BYE");
            assertThat(client.isOver()).isTrue();
            assertThat(tap.logins).isEmpty();
        }
    }

    private TestProxy behind(List<Network> networks, Passing passing) throws IOException {
        return TestProxy.before(primary.endpoint("old", passing))
                .tap(tap)
                .listener(listener(networks, ListenerConfig.Tls.NONE))
                .start();
    }

    private static ListenerConfig listener(List<Network> networks, ListenerConfig.Tls tls) {
        return new ListenerConfig("127.0.0.1", 0, tls, networks, true, 6);
    }

    private void logIn(Wire client) throws IOException {
        try (Wire server = primary.greet()) {
            assertThat(client.line()).isEqualTo(FakePrimary.GREETING);
            client.send("a LOGIN alice secret");
            server.line();
            server.send("a OK in");
            assertThat(client.line()).isEqualTo("a OK in");
        }
    }

    private static double headers(TestProxy proxy, String result) {
        return proxy.meters.get("imapmirror.proxy.headers").tag("result", result).counter().count();
    }

    private static End end(String address, int port) {
        return new End(InetAddress.ofLiteral(address).getAddress(), port);
    }
}
