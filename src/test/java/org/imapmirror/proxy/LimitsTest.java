package org.imapmirror.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.awaitility.Awaitility;
import org.imapmirror.proxy.ProxyLimits.Clients;
import org.imapmirror.proxy.ProxyLimits.Commands;
import org.imapmirror.proxy.ProxyLimits.FailedLogins;
import org.imapmirror.proxy.ProxyLimits.Login;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Every limit has an answer and a counter, and what is beyond it never reaches the primary.
class LimitsTest {
    private static final Commands COMMANDS = new Commands(1024, 3, 100, 10, 4);
    private static final Clients CLIENTS =
            new Clients(
                    2,
                    1,
                    List.of(),
                    new FailedLogins(
                            1,
                            Duration.ofMillis(200),
                            Duration.ofMillis(400),
                            Duration.ofMinutes(1),
                            100));

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

    @Test
    void lineAndLiteralBeforeLogin() throws Exception {
        try (TestProxy proxy = proxy(COMMANDS, Clients.DEFAULTS)) {
            try (Wire client = proxy.connect();
                    Wire server = primary.greet()) {
                client.line();
                client.raw("a ID (\"" + "x".repeat(2000));
                assertThat(client.line()).isEqualTo("* BYE [LIMIT] Too much before login");
                assertThat(server.isOver()).isTrue();
            }
            try (Wire client = proxy.connect();
                    Wire server = primary.greet()) {
                client.line();
                client.send("a LOGIN {101}");
                assertThat(client.line()).isEqualTo("* BYE [LIMIT] Too much before login");
                assertThat(server.isOver()).isTrue();
            }
            assertThat(limited(proxy, "line-before-login")).isEqualTo(1);
            assertThat(limited(proxy, "literal-before-login")).isEqualTo(1);
        }
    }

    @Test
    void loginOfEndlesslyManyPartsIsNotKept() throws Exception {
        try (TestProxy proxy = proxy(new Commands(1024, 1000, 0, 10, 4), Clients.DEFAULTS);
                Wire client = proxy.connect();
                Wire _ = primary.greet()) {
            client.line();
            client.raw("a LOGIN (" + ("{100+}\r\n" + "x".repeat(100)).repeat(60));
            assertThat(client.line()).isEqualTo("* BYE [LIMIT] Too much before login");
        }
    }

    @Test
    void literalsOfACommand() throws Exception {
        try (TestProxy proxy = proxy(COMMANDS, Clients.DEFAULTS);
                Wire client = proxy.connect();
                Wire server = logIn(client)) {
            client.raw("b APPEND a {1+}\r\nx {1+}\r\nx {1+}\r\nx\r\n");
            assertThat(server.octets(36)).endsWith("x\r\n");
            server.send("b OK done");
            assertThat(client.line()).isEqualTo("b OK done");
            client.raw("c APPEND a {1+}\r\nx {1+}\r\nx {1+}\r\nx {1+}\r\nx\r\n");
            assertThat(client.line()).isEqualTo("* BYE [LIMIT] Too many literals in a command");
            assertThat(server.line()).isEqualTo("c APPEND a {1+}");
            assertThat(server.line()).isEqualTo("x {1+}");
            assertThat(server.line()).isEqualTo("x {1+}");
            assertThat(server.octets(1)).isEqualTo("x");
            assertThat(server.isOver()).isTrue();
            assertThat(limited(proxy, "literals")).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{101}\r\n", "{101+}\r\n"})
    void literalThatIsTooLargeIsRefusedByItsFirstLine(String header) throws Exception {
        try (TestProxy proxy = proxy(COMMANDS, Clients.DEFAULTS);
                Wire client = proxy.connect();
                Wire server = logIn(client)) {
            client.raw("b APPEND a " + header);
            if (header.contains("+")) {
                client.raw("c DELETE INBOX\r\n" + "x".repeat(101 - 16) + "\r\n");
            }
            assertThat(client.line()).startsWith("b NO [TOOBIG] ");
            client.send("d NOOP");
            assertThat(server.line()).isEqualTo("d NOOP");
            assertThat(limited(proxy, "literal")).isEqualTo(1);
            assertThat(tap.seen).containsExactly("C: d NOOP");
        }
    }

    @Test
    void parenthesesInsideEachOther() throws Exception {
        try (TestProxy proxy = proxy(COMMANDS, Clients.DEFAULTS);
                Wire client = proxy.connect();
                Wire server = logIn(client)) {
            client.send(
                    "b SEARCH " + "(".repeat(11) + "ALL" + ")".repeat(11),
                    "c SEARCH " + "(".repeat(10) + "ALL" + ")".repeat(10),
                    "d SEARCH SUBJECT \"" + "\\\"((".repeat(20) + "\"");
            assertThat(client.line()).startsWith("b BAD ");
            assertThat(server.line()).startsWith("c SEARCH ((((((((((ALL");
            assertThat(server.line()).startsWith("d SEARCH");
            server.send("c OK done", "d OK done");
            assertThat(client.line()).isEqualTo("c OK done");
            assertThat(client.line()).isEqualTo("d OK done");
            client.raw("e SEARCH ((((((SUBJECT {1+}\r\nx (((((ALL)))))))))))\r\n");
            assertThat(client.line()).startsWith("* BYE [LIMIT] Too many parentheses");
            assertThat(server.line()).startsWith("e SEARCH");
            assertThat(server.octets(1)).isEqualTo("x");
            assertThat(server.isOver()).isTrue();
            assertThat(limited(proxy, "depth")).isEqualTo(2);
        }
    }

    @Test
    void deepTextInIdleIsNoCommand() throws Exception {
        try (TestProxy proxy = proxy(COMMANDS, Clients.DEFAULTS);
                Wire client = proxy.connect();
                Wire server = logIn(client)) {
            client.send("b IDLE", "(".repeat(20));
            assertThat(server.line()).isEqualTo("b IDLE");
            assertThat(server.line()).isEqualTo("(".repeat(20));
        }
    }

    @Test
    void commandsWithoutAnswersWait() throws Exception {
        try (TestProxy proxy = proxy(COMMANDS, Clients.DEFAULTS);
                Wire client = proxy.connect();
                Wire server = logIn(client)) {
            client.send("b NOOP", "c NOOP", "d NOOP", "e NOOP", "f NOOP");
            for (String tag : List.of("b", "c", "d", "e")) {
                assertThat(server.line()).isEqualTo(tag + " NOOP");
            }
            assertThat(server.isQuiet()).isTrue();
            assertThat(limited(proxy, "pipeline")).isEqualTo(1);
            server.send("b OK", "c OK");
            assertThat(server.line()).isEqualTo("f NOOP");
        }
    }

    @Test
    void longLineAfterLoginIsRelayedAndCounted() throws Exception {
        try (TestProxy proxy = proxy(COMMANDS, Clients.DEFAULTS);
                Wire client = proxy.connect();
                Wire server = logIn(client)) {
            String line = "b UID FETCH " + "1,".repeat(2000) + "1 FLAGS";
            client.send(line);
            assertThat(server.line()).isEqualTo(line);
            assertThat(limited(proxy, "line")).isEqualTo(1);
        }
    }

    @Test
    void connectionsOfAnAddress() throws Exception {
        try (TestProxy proxy = proxy(COMMANDS, CLIENTS)) {
            Wire first = proxy.connect();
            Wire ofFirst = primary.greet();
            first.line();
            try (Wire second = proxy.connect();
                    Wire _ = primary.greet();
                    Wire third = proxy.connect()) {
                second.line();
                assertThat(third.line())
                        .isEqualTo("* BYE [LIMIT] Too many connections from your address");
                assertThat(third.isOver()).isTrue();
                assertThat(limited(proxy, "per-address")).isEqualTo(1);
                first.close();
                ofFirst.close();
                Awaitility.await()
                        .untilAsserted(() -> assertThat(proxy.proxy.sessions()).isEqualTo(1));
                try (Wire fourth = proxy.connect();
                        Wire _ = primary.greet()) {
                    assertThat(fourth.line()).isEqualTo(FakePrimary.GREETING);
                }
            }
        }
    }

    @Test
    void connectionsOfAnAddressAreToldThroughTls() throws Exception {
        TestCertificate own = TestCertificate.in(directory, "san=dns:localhost,ip:127.0.0.1");
        try (TestProxy proxy =
                        TestProxy.before(primary.endpoint("old"))
                                .tls(new ProxyTls(own.file(), own.key()))
                                .listener(ListenerConfig.Tls.IMPLICIT)
                                .limits(
                                        limits(
                                                COMMANDS,
                                                new Clients(1, 0, List.of(), CLIENTS.failed())))
                                .start();
                Wire first = secured(proxy, own);
                Wire _ = primary.greet()) {
            first.line();
            try (Wire second = secured(proxy, own)) {
                assertThat(second.line()).startsWith("* BYE [LIMIT]");
            }
        }
    }

    @Test
    void trustedAddressesHaveNoLimit() throws Exception {
        Clients trusting =
                new Clients(1, 0, List.of(Network.parse("127.0.0.0/8")), CLIENTS.failed());
        try (TestProxy proxy = proxy(COMMANDS, trusting)) {
            for (int i = 0; i < 3; i++) {
                try (Wire one = proxy.connect();
                        Wire _ = primary.greet();
                        Wire other = proxy.connect();
                        Wire _ = primary.greet()) {
                    one.line();
                    assertThat(other.line()).isEqualTo(FakePrimary.GREETING);
                }
            }
        }
    }

    @Test
    void connectionsOfAnAccount() throws Exception {
        try (TestProxy proxy = proxy(COMMANDS, CLIENTS)) {
            Wire first = proxy.connect();
            Wire ofFirst = logIn(first);
            try (Wire second = proxy.connect();
                    Wire ofSecond = primary.greet()) {
                second.line();
                second.send("a LOGIN ALICE secret");
                ofSecond.line();
                ofSecond.send("* CAPABILITY IMAP4rev1", "a OK in");
                assertThat(second.until("a "))
                        .isEqualTo("a NO [LIMIT] Too many connections of this account");
                assertThat(second.line()).startsWith("* BYE [LIMIT]");
                assertThat(second.isOver()).isTrue();
                assertThat(ofSecond.line()).endsWith(" LOGOUT");
                assertThat(ofSecond.isOver()).isTrue();
            }
            assertThat(tap.logins).hasSize(1);
            assertThat(limited(proxy, "per-account")).isEqualTo(1);
            // Its connection counts for the address until the session is over.
            Awaitility.await().untilAsserted(() -> assertThat(proxy.proxy.sessions()).isOne());
            try (Wire other = proxy.connect();
                    Wire server = primary.greet()) {
                other.line();
                other.send("a LOGIN bob secret");
                server.line();
                server.send("a OK in");
                assertThat(other.line()).isEqualTo("a OK in");
            }
            first.close();
            ofFirst.close();
            Awaitility.await().untilAsserted(() -> assertThat(proxy.proxy.sessions()).isZero());
            try (Wire next = proxy.connect();
                    Wire _ = logIn(next)) {
                assertThat(tap.logins).hasSize(3);
            }
        }
    }

    @Test
    void refusalsComeLaterAndLater() throws Exception {
        try (TestProxy proxy = proxy(COMMANDS, CLIENTS);
                Wire client = proxy.connect();
                Wire server = primary.greet()) {
            client.line();
            for (int i = 0; i < 3; i++) {
                client.send("a" + i + " LOGIN alice wrong", "b" + i + " NOOP");
                assertThat(server.line()).isEqualTo("a" + i + " LOGIN alice wrong");
                long asked = System.nanoTime();
                server.send("a" + i + " NO [AUTHENTICATIONFAILED] no");
                assertThat(client.line()).isEqualTo("a" + i + " NO [AUTHENTICATIONFAILED] no");
                assertThat(Duration.ofNanos(System.nanoTime() - asked))
                        .isGreaterThanOrEqualTo(Duration.ofMillis(i * 200L));
                assertThat(server.line()).isEqualTo("b" + i + " NOOP");
                server.send("b" + i + " OK");
                client.line();
            }
            assertThat(limited(proxy, "failed-logins")).isEqualTo(2);
        }
    }

    @Test
    void serverThatIsNotThereIsNoWrongPassword() throws Exception {
        try (TestProxy proxy = proxy(COMMANDS, CLIENTS);
                Wire client = proxy.connect();
                Wire server = primary.greet()) {
            client.line();
            for (String answer : List.of("NO [UNAVAILABLE] later", "BAD what?", "NO [INUSE] x")) {
                client.send("a LOGIN alice secret");
                server.line();
                server.send("a " + answer);
                assertThat(client.line()).isEqualTo("a " + answer);
            }
            assertThat(limited(proxy, "failed-logins")).isZero();
        }
    }

    @Test
    void noLoginBeforeTls() throws Exception {
        TestCertificate own = TestCertificate.in(directory, "san=dns:localhost,ip:127.0.0.1");
        try (TestProxy proxy =
                        TestProxy.before(primary.endpoint("old"))
                                .tls(new ProxyTls(own.file(), own.key()))
                                .tap(tap)
                                .listener(
                                        new ListenerConfig(
                                                "127.0.0.1",
                                                0,
                                                ListenerConfig.Tls.STARTTLS,
                                                List.of(),
                                                false,
                                                6))
                                .start();
                Wire client = proxy.connect();
                Wire server = primary.accept()) {
            server.send("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=SCRAM-SHA-256] ready");
            assertThat(client.line())
                    .isEqualTo(
                            "* OK [CAPABILITY IMAP4rev1 AUTH=SCRAM-SHA-256 STARTTLS"
                                    + " LOGINDISABLED] ready");
            client.send("a LOGIN alice secret");
            assertThat(client.line()).startsWith("a NO [PRIVACYREQUIRED] ");
            client.send("b LOGIN {5}");
            assertThat(client.line()).startsWith("b NO [PRIVACYREQUIRED] ");
            client.raw("c LOGIN {5+}\r\nalice {6+}\r\nsecret\r\n");
            assertThat(client.line()).startsWith("c NO [PRIVACYREQUIRED] ");
            client.send("d AUTHENTICATE PLAIN");
            assertThat(client.line()).startsWith("d NO [PRIVACYREQUIRED] ");
            client.send("e AUTHENTICATE PLAIN AGEAYg==");
            assertThat(client.line()).startsWith("e NO [PRIVACYREQUIRED] ");
            client.send("f NOOP");
            assertThat(server.line()).isEqualTo("f NOOP");
            server.send("f OK");
            client.line();
            assertThat(client.ask("g", "STARTTLS")).startsWith("g OK");
            Wire secured = client.secured(TestCertificate.trusting(own.file()), false);
            secured.send("h CAPABILITY");
            server.line();
            server.send("* CAPABILITY IMAP4rev1 AUTH=PLAIN", "h OK");
            assertThat(secured.line()).isEqualTo("* CAPABILITY IMAP4rev1 AUTH=PLAIN");
            secured.line();
            secured.send("i LOGIN alice secret");
            assertThat(server.line()).isEqualTo("i LOGIN alice secret");
        }
    }

    @Test
    void limitsThatMakeNoSenseAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Commands(1024, 0, 0, 10, 4))
                .withMessageContaining("literals");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Clients(-1, 0, List.of(), FailedLogins.DEFAULTS))
                .withMessageContaining("per-address");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new ListenerConfig("::1", 0, ListenerConfig.Tls.NONE, List.of(), false, 6))
                .withMessageContaining("nobody could log in");
    }

    private TestProxy proxy(Commands commands, Clients clients) throws IOException {
        return TestProxy.before(primary.endpoint("old"))
                .tap(tap)
                .limits(limits(commands, clients))
                .start();
    }

    private static ProxyLimits limits(Commands commands, Clients clients) {
        return new ProxyLimits(
                new Login(1024, 100, 100, Duration.ofMinutes(1)),
                commands,
                clients,
                TestProxy.LIMITS.times());
    }

    private Wire logIn(Wire client) throws IOException {
        Wire server = primary.greet();
        client.line();
        client.send("a LOGIN alice secret");
        server.line();
        server.send("a OK in");
        assertThat(client.line()).isEqualTo("a OK in");
        return server;
    }

    private static Wire secured(TestProxy proxy, TestCertificate certificate) throws Exception {
        return proxy.connect().secured(TestCertificate.trusting(certificate.file()), false);
    }

    private static double limited(TestProxy proxy, String limit) {
        return proxy.meters.get("imapmirror.proxy.limited").tag("limit", limit).counter().count();
    }
}
