package org.imapmirror.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;

import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Trust;
import org.imapmirror.testing.Ports;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// Servers that are not there, limits, and how sessions end.
class EndTest {
    private static final String UNAVAILABLE =
            "* BYE [UNAVAILABLE] The mail server cannot be reached, try again later";

    @Test
    void primaryThatIsDown() throws Exception {
        assertUnavailable(endpoint("127.0.0.1", Ports.one()), "it refused the connection");
    }

    @Test
    void primaryWithoutAName() throws Exception {
        assertUnavailable(endpoint("no-such-host.invalid", 143), "its name is unknown");
    }

    @Test
    void primaryThatDoesNotGreet() throws Exception {
        try (FakePrimary primary = new FakePrimary()) {
            assertUnavailable(primary.endpoint("old"), "it did not greet within 1 s");
        }
    }

    @Test
    void primaryThatClosesAtOnce() throws Exception {
        try (FakePrimary primary = new FakePrimary()) {
            CompletableFuture<Void> closing =
                    CompletableFuture.runAsync(() -> {
                        try {
                            primary.accept().close();
                        } catch (IOException e) {
                            throw new CompletionException(e);
                        }
                    });
            assertUnavailable(primary.endpoint("old"), "closed the connection before its greeting");
            closing.join();
        }
    }

    @Test
    void refusalOfThePrimaryIsItsOwn() throws Exception {
        try (FakePrimary primary = new FakePrimary();
                TestProxy proxy = TestProxy.before(primary.endpoint("old")).start();
                Wire client = proxy.connect();
                Wire server = primary.accept()) {
            server.send("* BYE [ALERT] Closed until noon");
            assertThat(client.line()).isEqualTo("* BYE [ALERT] Closed until noon");
            assertThat(client.isOver()).isTrue();
        }
    }

    private static void assertUnavailable(Endpoint primary, String reason) throws Exception {
        try (Logged log = Logged.at(Level.DEBUG);
                TestProxy proxy =
                        TestProxy.before(primary).limits(times(Duration.ofSeconds(1))).start();
                Wire client = proxy.connect()) {
            assertThat(client.line()).isEqualTo(UNAVAILABLE);
            assertThat(client.atEnd()).isTrue();
            assertThat(log.lines(Level.WARN))
                    .singleElement()
                    .asString()
                    .contains(primary.describe(), reason, "remedy=", "session=");
        }
    }

    @Test
    void tooManyBeforeLogin() throws Exception {
        ProxyLimits limits =
                new ProxyLimits(
                        1024,
                        10,
                        new ProxyLimits.Login(1024, 100, 2, Duration.ofMinutes(1)),
                        TestProxy.LIMITS.times());
        try (FakePrimary primary = new FakePrimary();
                TestProxy proxy = TestProxy.before(primary.endpoint("old")).limits(limits).start();
                Wire one = proxy.connect();
                Wire oneServer = primary.greet();
                Wire two = proxy.connect();
                Wire twoServer = primary.greet()) {
            one.line();
            two.line();
            try (Wire three = proxy.connect()) {
                assertThat(three.line()).startsWith("* BYE [UNAVAILABLE] Too many");
                assertThat(three.atEnd()).isTrue();
            }
            one.send("a LOGIN alice secret");
            oneServer.line();
            oneServer.send("a OK in");
            one.line();
            try (Wire three = proxy.connect();
                    Wire threeServer = primary.greet()) {
                assertThat(three.line()).startsWith("* OK");
                assertThat(threeServer.socket().isConnected()).isTrue();
            }
            twoServer.close();
        }
    }

    @Test
    void noLoginInTime() throws Exception {
        ProxyLimits limits =
                new ProxyLimits(
                        1024,
                        10,
                        new ProxyLimits.Login(1024, 100, 2, Duration.ofMillis(300)),
                        TestProxy.LIMITS.times());
        try (FakePrimary primary = new FakePrimary();
                TestProxy proxy = TestProxy.before(primary.endpoint("old")).limits(limits).start();
                Wire client = proxy.connect();
                Wire server = primary.greet()) {
            client.line();
            assertThat(client.line()).isEqualTo("* BYE No login in time");
            assertThat(client.atEnd()).isTrue();
            assertThat(server.isOver()).isTrue();
        }
    }

    @Test
    void longLineBeforeLogin() throws Exception {
        try (FakePrimary primary = new FakePrimary();
                TestProxy proxy = TestProxy.before(primary.endpoint("old")).start();
                Wire client = proxy.connect();
                Wire server = primary.greet()) {
            client.line();
            client.raw("a LOGIN " + "x".repeat(9000));
            assertThat(client.line()).startsWith("* BYE [LIMIT]");
            assertThat(server.isOver()).isTrue();
        }
    }

    @Test
    void veryLongLinesAfterLoginGoThroughBothWays() throws Exception {
        RecordingTap tap = new RecordingTap();
        try (FakePrimary primary = new FakePrimary();
                TestProxy proxy = TestProxy.before(primary.endpoint("old")).tap(tap).start();
                Wire client = proxy.connect();
                Wire server = primary.greet()) {
            logIn(client, server);
            String command = "b UID FETCH " + "1,".repeat(1_000_000) + "1 FLAGS";
            client.send(command);
            assertThat(server.line()).isEqualTo(command);
            String answer = "* SEARCH" + " 1234567".repeat(250_000);
            server.send(answer, "b OK done");
            assertThat(client.line()).isEqualTo(answer);
            assertThat(client.line()).isEqualTo("b OK done");
            assertThat(tap.seen).contains("C: ...", "S: ...").endsWith("S: b OK done");
        }
    }

    @Test
    void stopEndsQuietSessionsAtOnceAndWaitsForTheOthers() throws Exception {
        RecordingTap tap = new RecordingTap();
        try (FakePrimary primary = new FakePrimary();
                TestProxy proxy =
                        TestProxy.before(primary.endpoint("old"))
                                .tap(tap)
                                .limits(
                                        new ProxyLimits(
                                                1024,
                                                10,
                                                ProxyLimits.Login.DEFAULTS,
                                                new ProxyLimits.Times(
                                                        Duration.ofSeconds(5),
                                                        Duration.ofMinutes(30),
                                                        Duration.ofSeconds(5),
                                                        Duration.ofSeconds(20))))
                                .start();
                Wire quiet = proxy.connect();
                Wire quietServer = primary.greet();
                Wire idle = proxy.connect();
                Wire idleServer = primary.greet();
                Wire busy = proxy.connect();
                Wire busyServer = primary.greet()) {
            logIn(quiet, quietServer);
            logIn(idle, idleServer);
            logIn(busy, busyServer);
            idle.send("b IDLE");
            idleServer.line();
            idleServer.send("+ idling");
            idle.line();
            busy.send("b APPEND INBOX {3+}", "abc");
            busyServer.until("abc");
            CompletableFuture<Void> closing = CompletableFuture.runAsync(proxy.proxy::close);
            assertThat(quiet.line()).startsWith("* BYE [UNAVAILABLE] Going down");
            assertThat(quiet.atEnd()).isTrue();
            assertThat(idle.line()).startsWith("* BYE [UNAVAILABLE] Going down");
            quiet.close();
            idle.close();
            assertThat(busy.isQuiet()).isTrue();
            busyServer.send("b OK [APPENDUID 1 1] done");
            assertThat(busy.line()).isEqualTo("b OK [APPENDUID 1 1] done");
            assertThat(busy.line()).startsWith("* BYE [UNAVAILABLE] Going down");
            busy.close();
            closing.join();
            assertThat(proxy.proxy.sessions()).isZero();
            assertThat(tap.seen.stream().filter("closed true"::equals)).hasSize(3);
        }
    }

    @Test
    void stopEndsSessionsThatAreNotAnsweredAfterAWhile() throws Exception {
        RecordingTap tap = new RecordingTap();
        try (FakePrimary primary = new FakePrimary();
                TestProxy proxy = TestProxy.before(primary.endpoint("old")).tap(tap).start();
                Wire client = proxy.connect();
                Wire server = primary.greet()) {
            logIn(client, server);
            client.send("b STORE 1 +FLAGS (x)");
            server.line();
            proxy.proxy.close();
            assertThat(client.line()).startsWith("* BYE [UNAVAILABLE] Going down");
            assertThat(client.isOver()).isTrue();
            assertThat(tap.seen).endsWith("closed false");
        }
    }

    @Test
    void whoIsMirroredFromNowOnLogsInAnew() throws Exception {
        RecordingTap tap = new RecordingTap();
        try (FakePrimary primary = new FakePrimary();
                TestProxy proxy =
                        TestProxy.before(primary.endpoint("old"))
                                .tap(tap)
                                .excluding("alice")
                                .start();
                Wire quiet = proxy.connect();
                Wire quietServer = primary.greet();
                Wire busy = proxy.connect();
                Wire busyServer = primary.greet()) {
            logIn(quiet, quietServer);
            logIn(busy, busyServer);
            busy.send("b APPEND INBOX {3+}", "abc");
            busyServer.until("abc");
            proxy.excludeNobody();
            assertThat(quiet.line()).isEqualTo("* BYE [UNAVAILABLE] Connect again");
            assertThat(quiet.atEnd()).isTrue();
            assertThat(busy.isQuiet()).isTrue();
            busyServer.send("b OK done");
            assertThat(busy.line()).isEqualTo("b OK done");
            assertThat(busy.line()).isEqualTo("* BYE [UNAVAILABLE] Connect again");
            assertThat(tap.logins).isEmpty();
            try (Wire again = proxy.connect();
                    Wire againServer = primary.greet()) {
                logIn(again, againServer);
                assertThat(tap.logins).hasSize(1);
                proxy.excludeNobody();
                assertThat(again.isQuiet()).isTrue();
            }
        }
    }

    @Test
    void portThatIsTakenIsNamed() throws Exception {
        try (FakePrimary primary = new FakePrimary()) {
            ProxyConfig config =
                    new ProxyConfig(
                            java.util.List.of(
                                    new ListenerConfig(
                                            "127.0.0.1", primary.port(), ListenerConfig.Tls.NONE)),
                            null,
                            ProxyLimits.DEFAULTS);
            try (Proxy proxy =
                    new Proxy(
                            config,
                            new org.imapmirror.route.Routes(
                                    "old",
                                    java.util.List.of(),
                                    new org.imapmirror.route.AccountRules(
                                            "",
                                            java.util.List.of(),
                                            java.util.List.of("*"),
                                            java.util.List.of())),
                            java.util.Map.of("old", primary.endpoint("old")),
                            new RecordingTap(),
                            new io.micrometer.core.instrument.simple.SimpleMeterRegistry())) {
                assertThatThrownBy(proxy::start)
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("127.0.0.1:" + primary.port());
            }
        }
    }

    private static void logIn(Wire client, Wire server) throws IOException {
        client.line();
        client.send("a LOGIN alice secret");
        server.line();
        server.send("a OK in");
        client.line();
    }

    private static Endpoint endpoint(String host, int port) {
        return new Endpoint("old", host, port, Endpoint.Tls.NONE, new Trust.System());
    }

    private static ProxyLimits times(Duration connect) {
        return new ProxyLimits(
                1024,
                10,
                ProxyLimits.Login.DEFAULTS,
                new ProxyLimits.Times(
                        connect,
                        Duration.ofMinutes(30),
                        Duration.ofSeconds(5),
                        Duration.ofMillis(500)));
    }
}
