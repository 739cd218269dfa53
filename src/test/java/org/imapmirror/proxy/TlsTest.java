package org.imapmirror.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;

import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Trust;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// TLS of listeners and to primaries, and what happens when it does not come about.
class TlsTest {
    @TempDir private static Path directory;
    private static TestCertificate own;
    private static TestCertificate foreign;

    @BeforeAll
    static void certificates() throws Exception {
        own =
                TestCertificate.in(
                        Files.createDirectory(directory.resolve("own")),
                        "san=dns:localhost,ip:127.0.0.1");
        foreign =
                TestCertificate.in(
                        Files.createDirectory(directory.resolve("foreign")),
                        "san=dns:elsewhere.example");
    }

    static Stream<Arguments> combinations() {
        List<Arguments> all = new ArrayList<>();
        for (ListenerConfig.Tls front : ListenerConfig.Tls.values()) {
            for (Endpoint.Tls back : Endpoint.Tls.values()) {
                all.add(Arguments.of(front, back));
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void everyWayInWithEveryWayOut(ListenerConfig.Tls front, Endpoint.Tls back) throws Exception {
        RecordingTap tap = new RecordingTap();
        try (FakePrimary primary = new FakePrimary();
                TestProxy proxy =
                        TestProxy.before(endpoint(primary, back, new Trust.Authority(own.file())))
                                .tls(new ProxyTls(own.file(), own.key()))
                                .listener(front)
                                .tap(tap)
                                .start()) {
            CompletableFuture<Wire> greeted = async(() -> greet(primary, back));
            Wire client = proxy.connect();
            if (front == ListenerConfig.Tls.IMPLICIT) {
                client = client.secured(TestCertificate.trusting(own.file()), false);
            }
            assertThat(client.line())
                    .startsWith("* OK [CAPABILITY IMAP4rev1")
                    .endsWith("] ready")
                    .satisfies(line ->
                            assertThat(line.contains(" STARTTLS"))
                                    .isEqualTo(front == ListenerConfig.Tls.STARTTLS));
            Wire server = greeted.join();
            if (front == ListenerConfig.Tls.STARTTLS) {
                assertThat(client.ask("t", "STARTTLS")).startsWith("t OK");
                client = client.secured(TestCertificate.trusting(own.file()), false);
                client.send("u CAPABILITY");
                assertThat(server.line()).isEqualTo("u CAPABILITY");
                server.send("* CAPABILITY IMAP4rev1 STARTTLS IDLE", "u OK done");
                assertThat(client.line()).isEqualTo("* CAPABILITY IMAP4rev1 IDLE");
                assertThat(client.line()).isEqualTo("u OK done");
                assertThat(client.ask("v", "STARTTLS")).startsWith("v BAD");
            }
            client.send("a LOGIN alice secret");
            assertThat(server.line()).isEqualTo("a LOGIN alice secret");
            server.send("a OK in");
            assertThat(client.line()).isEqualTo("a OK in");
            String large = "x".repeat(300_000);
            client.raw("b APPEND INBOX {300000+}\r\n" + large + "\r\n");
            assertThat(server.line()).isEqualTo("b APPEND INBOX {300000+}");
            assertThat(server.octets(300_002)).isEqualTo(large + "\r\n");
            server.send("b OK done");
            assertThat(client.line()).isEqualTo("b OK done");
            client.send("c LOGOUT");
            assertThat(server.line()).isEqualTo("c LOGOUT");
            server.send("* BYE", "c OK out");
            server.close();
            assertThat(client.line()).isEqualTo("* BYE");
            assertThat(client.line()).isEqualTo("c OK out");
            assertThat(client.isOver()).isTrue();
            assertThat(tap.logins).hasSize(1);
        }
    }

    @Test
    void commandsBehindStarttlsAreNeverExecuted() throws Exception {
        try (FakePrimary primary = new FakePrimary();
                TestProxy proxy =
                        TestProxy.before(primary.endpoint("old"))
                                .tls(new ProxyTls(own.file(), own.key()))
                                .listener(ListenerConfig.Tls.STARTTLS)
                                .start();
                Wire client = proxy.connect();
                Wire server = primary.greet()) {
            client.line();
            client.send("a STARTTLS", "b LOGIN alice secret");
            assertThat(client.line()).startsWith("a OK");
            assertThat(client.isOver()).isTrue();
            assertThat(server.isOver()).isTrue();
        }
    }

    @Test
    void earlierCommandsAreAnsweredBeforeStarttls() throws Exception {
        try (FakePrimary primary = new FakePrimary();
                TestProxy proxy =
                        TestProxy.before(primary.endpoint("old"))
                                .tls(new ProxyTls(own.file(), own.key()))
                                .listener(ListenerConfig.Tls.STARTTLS)
                                .start();
                Wire client = proxy.connect();
                Wire server = primary.greet()) {
            client.line();
            client.send("a NOOP", "b STARTTLS");
            assertThat(server.line()).isEqualTo("a NOOP");
            assertThat(client.isQuiet()).isTrue();
            server.send("a OK done");
            assertThat(client.line()).isEqualTo("a OK done");
            assertThat(client.line()).startsWith("b OK");
            Wire secured = client.secured(TestCertificate.trusting(own.file()), false);
            secured.send("c NOOP");
            assertThat(server.line()).isEqualTo("c NOOP");
        }
    }

    @Test
    void plainTextBehindThePrimarysStarttlsIsThrownAway() throws Exception {
        try (FakePrimary primary = new FakePrimary();
                TestProxy proxy =
                        TestProxy.before(
                                        endpoint(
                                                primary,
                                                Endpoint.Tls.STARTTLS,
                                                new Trust.Authority(own.file())))
                                .start();
                Wire client = proxy.connect();
                Wire plain = primary.accept()) {
            plain.send("* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] ready");
            assertThat(plain.line()).endsWith(" STARTTLS");
            plain.send("s1 OK go", "* CAPABILITY INJECTED", "s2 OK injected");
            Wire server = plain.secured(own.context(), true);
            assertThat(server.line()).isEqualTo("s2 CAPABILITY");
            server.send("* CAPABILITY IMAP4rev1 IDLE", "s2 OK done");
            assertThat(client.line()).isEqualTo("* OK [CAPABILITY IMAP4rev1 IDLE] ready");
        }
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                Arguments.of("* OK ready", "s1 BAD what", "refused STARTTLS"),
                Arguments.of("* OK ready", "s1 NO not now", "refused STARTTLS"),
                Arguments.of("* PREAUTH in", "", "PREAUTH"),
                Arguments.of("* BYE too many of you", "", "refused the connection"),
                Arguments.of("220 smtp.example ESMTP", "", "does not greet like an IMAP server"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void primaryWithoutStarttlsIsUnavailable(String greeting, String answer, String reason)
            throws Exception {
        try (Logged log = Logged.at(Level.DEBUG);
                FakePrimary primary = new FakePrimary();
                TestProxy proxy =
                        TestProxy.before(
                                        endpoint(
                                                primary, Endpoint.Tls.STARTTLS, new Trust.System()))
                                .start();
                Wire client = proxy.connect();
                Wire server = primary.accept()) {
            server.send(greeting);
            if (!answer.isEmpty()) {
                server.line();
                server.send(answer);
            }
            assertUnavailable(client);
            assertThat(log.lines(Level.WARN))
                    .singleElement()
                    .asString()
                    .contains("old (127.0.0.1:" + primary.port() + ")", reason, "remedy=");
        }
    }

    @Test
    void unknownAuthorityIsRefused() throws Exception {
        assertRefused(new Trust.System(), own, "its certificate is not trusted", "trust");
    }

    @Test
    void certificateForAnotherNameIsRefused() throws Exception {
        assertRefused(
                new Trust.Authority(foreign.file()),
                foreign,
                "its certificate is not trusted",
                "name in the certificate");
    }

    @Test
    void anotherFingerprintIsRefusedAndNamed() throws Exception {
        assertRefused(
                new Trust.Fingerprint("00".repeat(32)),
                own,
                "its certificate is not trusted",
                "sha256:" + own.fingerprint());
    }

    @Test
    void fingerprintIsEnoughWhateverTheName() throws Exception {
        try (FakePrimary primary = new FakePrimary();
                TestProxy proxy =
                        TestProxy.before(
                                        endpoint(
                                                primary,
                                                Endpoint.Tls.IMPLICIT,
                                                new Trust.Fingerprint(foreign.fingerprint())))
                                .start();
                Wire client = proxy.connect()) {
            Wire server = primary.accept().secured(foreign.context(), true);
            server.send("* OK ready");
            assertThat(client.line()).isEqualTo("* OK ready");
        }
    }

    @Test
    void plainTextWhereTlsIsExpected() throws Exception {
        try (Logged log = Logged.at(Level.DEBUG);
                FakePrimary primary = new FakePrimary();
                TestProxy proxy =
                        TestProxy.before(
                                        endpoint(
                                                primary, Endpoint.Tls.IMPLICIT, new Trust.System()))
                                .start();
                Wire client = proxy.connect();
                Wire server = primary.accept()) {
            server.send("* OK ready");
            assertUnavailable(client);
            assertThat(log.lines(Level.WARN))
                    .singleElement()
                    .asString()
                    .contains("it does not speak TLS on this port");
        }
    }

    @Test
    void clientThatDoesNotSpeakTlsIsClosed() throws Exception {
        try (Logged log = Logged.at(Level.INFO);
                FakePrimary primary = new FakePrimary();
                TestProxy proxy =
                        TestProxy.before(primary.endpoint("old"))
                                .tls(new ProxyTls(own.file(), own.key()))
                                .listener(ListenerConfig.Tls.IMPLICIT)
                                .start();
                Wire client = proxy.connect()) {
            client.send("a LOGIN alice secret");
            while (!client.isOver()) {
                // a TLS alert may come first
            }
            assertThat(log.lines(Level.ERROR)).isEmpty();
            assertThat(log.lines(Level.INFO)).noneMatch(line -> line.contains("secret"));
        }
    }

    @Test
    void certificateThatCannotBeReadIsNamed() throws Exception {
        Path missing = directory.resolve("missing.crt");
        try (FakePrimary primary = new FakePrimary()) {
            assertThatThrownBy(() ->
                            TestProxy.before(primary.endpoint("old"))
                                    .tls(new ProxyTls(missing, own.key()))
                                    .listener(ListenerConfig.Tls.IMPLICIT)
                                    .start())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(missing.toString());
        }
    }

    private static void assertRefused(
            Trust trust, TestCertificate shown, String reason, String remedy) throws Exception {
        try (Logged log = Logged.at(Level.DEBUG);
                FakePrimary primary = new FakePrimary();
                TestProxy proxy =
                        TestProxy.before(endpoint(primary, Endpoint.Tls.IMPLICIT, trust)).start();
                Wire client = proxy.connect()) {
            CompletableFuture<Void> shaken =
                    async(() -> {
                        try {
                            Wire server = primary.accept().secured(shown.context(), true);
                            server.send("* OK ready");
                        } catch (IOException _) {
                            // as it should be
                        }
                        return null;
                    });
            assertUnavailable(client);
            shaken.join();
            assertThat(log.lines(Level.WARN)).singleElement().asString().contains(reason, remedy);
        }
    }

    private static void assertUnavailable(Wire client) throws IOException {
        assertThat(client.line())
                .isEqualTo(
                        "* BYE [UNAVAILABLE] The mail server cannot be reached, try again later");
        assertThat(client.isOver()).isTrue();
    }

    private static Endpoint endpoint(FakePrimary primary, Endpoint.Tls tls, Trust trust) {
        return primary.endpoint("old", tls, trust);
    }

    private static Wire greet(FakePrimary primary, Endpoint.Tls tls) {
        try {
            Wire server = primary.accept();
            if (tls == Endpoint.Tls.IMPLICIT) {
                server = server.secured(own.context(), true);
            }
            server.send("* OK [CAPABILITY IMAP4rev1 STARTTLS IDLE] ready");
            if (tls == Endpoint.Tls.STARTTLS) {
                server.line();
                server.send("* OK by the way", "s1 OK go");
                server = server.secured(own.context(), true);
                server.line();
                server.send("* CAPABILITY IMAP4rev1 IDLE", "s2 OK done");
            }
            return server;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static <T> CompletableFuture<T> async(Supplier<T> action) {
        return CompletableFuture.supplyAsync(action, Executors.newVirtualThreadPerTaskExecutor());
    }
}
