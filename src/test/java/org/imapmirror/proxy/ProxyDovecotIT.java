package org.imapmirror.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Trust;
import org.imapmirror.testing.Access;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.ForeignClients;
import org.imapmirror.testing.Mail;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/// The proxy in front of a real Dovecot: what clients get is what they would get without it.
@Tag("dovecot")
class ProxyDovecotIT {
    private static final int LARGE = 25 * 1024 * 1024;

    @TempDir private static Path directory;
    private static TestCertificate certificate;
    private static DovecotServer dovecot;

    @BeforeAll
    static void start() throws Exception {
        certificate = TestCertificate.in(directory, "san=dns:localhost,ip:127.0.0.1");
        dovecot = DovecotServer.launch(20, "");
    }

    @AfterAll
    static void stop() {
        dovecot.close();
    }

    static Stream<Arguments> combinations() {
        List<Arguments> all = new ArrayList<>();
        for (Access.Tls front : Access.Tls.values()) {
            for (Endpoint.Tls back : Endpoint.Tls.values()) {
                all.add(Arguments.of(front, back));
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void curlEveryWayInWithEveryWayOut(Access.Tls front, Endpoint.Tls back) throws Exception {
        RecordingTap tap = new RecordingTap();
        try (TestProxy proxy =
                        TestProxy.before(endpoint(back))
                                .tls(new ProxyTls(certificate.file(), certificate.key()))
                                .listener(ListenerConfig.Tls.valueOf(front.name()))
                                .tap(tap)
                                .start();
                ForeignClients clients = new ForeignClients(access(proxy, 1, front))) {
            byte[] message = Mail.message("from " + front + " to " + back, "text\r\n");
            clients.curl().append("INBOX", message).orFail();
            clients.curl("--login-options", "AUTH=PLAIN").append("INBOX", message).orFail();
            clients.curl("--login-options", "AUTH=PLAIN", "--sasl-ir")
                    .command("INBOX", "SEARCH ALL")
                    .orFail();
            clients.curl("--login-options", "AUTH=LOGIN").list("").orFail();
            assertThat(tap.logins).hasSize(4);
            assertThat(tap.logins)
                    .allSatisfy(login ->
                            assertThat(login.credentials())
                                    .isEqualTo(
                                            new Tap.Credentials(
                                                    dovecot.user(1), dovecot.password(1))));
        }
    }

    @Test
    void mbsyncOverTls() throws Exception {
        try (TestProxy proxy =
                        TestProxy.before(endpoint(Endpoint.Tls.IMPLICIT))
                                .tls(new ProxyTls(certificate.file(), certificate.key()))
                                .listener(ListenerConfig.Tls.IMPLICIT)
                                .start();
                ForeignClients clients =
                        new ForeignClients(access(proxy, 2, Access.Tls.IMPLICIT))) {
            clients.mbsync().maildirs().add("INBOX", "F", Mail.message("one", "1"));
            clients.mbsync().maildirs().add("Work", "S", Mail.message("two", "2"));
            clients.mbsync().sync().orFail();
            clients.mbsync().sync().orFail();
            assertThat(clients.mbsync().maildirs().count("Work")).isEqualTo(1);
        }
    }

    /// The same conversation with and without the proxy, and with the client's octets cut anyhow.
    @ParameterizedTest
    @ValueSource(longs = {0, 1})
    void conversationIsTheSameAsWithoutTheProxy(long seed) throws Exception {
        int one = 11 + 2 * (int) seed;
        int other = one + 1;
        String direct;
        try (Wire wire = Wire.to(dovecot.imapPort())) {
            direct = new Conversation(wire, dovecot.user(one), dovecot.password(one), 0).all();
        }
        try (TestProxy proxy = TestProxy.before(endpoint(Endpoint.Tls.NONE)).start();
                Wire wire = proxy.connect()) {
            assertThat(
                            new Conversation(
                                            wire,
                                            dovecot.user(other),
                                            dovecot.password(other),
                                            seed)
                                    .all())
                    .isEqualTo(direct);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{%d}", "{%d+}"})
    void largeMessageThereAndBack(String header) throws Exception {
        byte[] message = new byte[LARGE];
        new Random(1).nextBytes(message);
        for (int i = 0; i < LARGE; i++) {
            boolean end = i % 80 == 79;
            message[i] = (byte) (end ? '\n' : i % 80 == 78 ? '\r' : 33 + (message[i] & 63));
        }
        try (TestProxy proxy = TestProxy.before(endpoint(Endpoint.Tls.IMPLICIT)).start();
                Wire wire = proxy.connect()) {
            logIn(wire, 8);
            wire.send("b APPEND INBOX " + header.formatted(LARGE));
            if (!header.contains("+")) {
                assertThat(wire.line()).startsWith("+ ");
            }
            wire.raw(message);
            wire.raw("\r\n");
            assertThat(wire.until("b ")).startsWith("b OK [APPENDUID ");
            wire.ask("c", "SELECT INBOX");
            wire.send("d FETCH * BODY.PEEK[]");
            assertThat(wire.until("* ")).endsWith("BODY[] {" + LARGE + "}");
            assertThat(sha256(wire.bytes(LARGE))).isEqualTo(sha256(message));
            assertThat(wire.line()).isEqualTo(")");
            assertThat(wire.until("d ")).startsWith("d OK");
            wire.ask("e", "STORE 1:* +FLAGS.SILENT (\\Deleted)");
            assertThat(wire.ask("f", "CLOSE")).startsWith("f OK");
        }
    }

    @Test
    void answerToLogoutArrivesAfterTheClientHasEndedItsOutput() throws Exception {
        for (Endpoint.Tls back : Endpoint.Tls.values()) {
            try (TestProxy proxy = TestProxy.before(endpoint(back)).start();
                    Wire wire = proxy.connect()) {
                wire.line();
                wire.send(
                        "a LOGIN " + dovecot.user(9) + " " + dovecot.password(9),
                        "b NOOP",
                        "c LOGOUT");
                wire.endOutput();
                assertThat(wire.until("a ")).startsWith("a OK");
                assertThat(wire.until("b ")).startsWith("b OK");
                assertThat(wire.line()).startsWith("* BYE");
                assertThat(wire.line()).startsWith("c OK");
                assertThat(wire.atEnd()).isTrue();
            }
        }
    }

    @Test
    void commandsOfAClientThatWentAwayAreExecuted() throws Exception {
        RecordingTap tap = new RecordingTap();
        tap.awaits = true;
        try (TestProxy proxy = TestProxy.before(endpoint(Endpoint.Tls.NONE)).tap(tap).start()) {
            try (Wire wire = proxy.connect()) {
                logIn(wire, 9);
                wire.send("b CREATE gone1", "c CREATE gone2");
                wire.endOutput();
            }
            org.awaitility.Awaitility.await()
                    .untilAsserted(() -> assertThat(tap.seen).endsWith("closed true"));
            assertThat(tap.seen).anyMatch(frame -> frame.startsWith("S: c OK"));
        }
    }

    @Test
    void primaryKilledInMidSession() throws Exception {
        try (DovecotServer own = DovecotServer.launch();
                TestProxy proxy =
                        TestProxy.before(
                                        new Endpoint(
                                                "old",
                                                own.host(),
                                                own.imapPort(),
                                                Endpoint.Tls.NONE,
                                                new Trust.System()))
                                .start();
                Wire wire = proxy.connect()) {
            wire.line();
            wire.ask("a", "LOGIN " + own.user(1) + " " + own.password(1));
            own.kill();
            assertThat(wire.until("* BYE")).contains("[UNAVAILABLE]");
            assertThat(wire.isOver()).isTrue();
            try (Wire next = proxy.connect()) {
                assertThat(next.line()).startsWith("* BYE [UNAVAILABLE]");
            }
            own.start();
            try (Wire next = proxy.connect()) {
                assertThat(next.line()).startsWith("* OK");
            }
        }
    }

    private static void logIn(Wire wire, int user) throws IOException {
        wire.line();
        assertThat(wire.ask("a", "LOGIN " + dovecot.user(user) + " " + dovecot.password(user)))
                .startsWith("a OK");
    }

    private static Endpoint endpoint(Endpoint.Tls tls) {
        boolean implicit = tls == Endpoint.Tls.IMPLICIT;
        return new Endpoint(
                "old",
                "localhost",
                implicit ? dovecot.imapsPort() : dovecot.imapPort(),
                tls,
                new Trust.Authority(dovecot.certificate()));
    }

    private static Access access(TestProxy proxy, int user, Access.Tls tls) {
        Access plain =
                Access.plain("localhost", proxy.port(), dovecot.user(user), dovecot.password(user));
        return tls == Access.Tls.NONE
                ? plain
                : plain.withTls(tls, proxy.port(), certificate.file());
    }

    private static String sha256(byte[] octets) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets));
    }
}
