package org.imapmirror.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// A client that is compressed by the proxy; what the primary sees is as ever.
class CompressTest {
    private static final int MEGABYTE = 1024 * 1024;

    @TempDir private Path directory;
    private final RecordingTap tap = new RecordingTap();
    private FakePrimary primary;
    private TestProxy proxy;
    private Wire client;
    private Wire server;

    @BeforeEach
    void logIn() throws IOException {
        primary = new FakePrimary();
        proxy = TestProxy.before(primary.endpoint("old")).tap(tap).start();
        client = proxy.connect();
        server = primary.greet();
        client.line();
        logIn(client, server);
    }

    private static void logIn(Wire client, Wire server) throws IOException {
        client.send("a LOGIN alice secret");
        server.line();
        server.send("a OK [CAPABILITY IMAP4rev1] in");
        client.line();
    }

    private void compress() throws IOException {
        client.send("z compress deflate");
        assertThat(client.line()).isEqualTo("z OK Begin compression");
        client = client.compressed();
    }

    private double count(String name) {
        return proxy.meters.counter("imapmirror.proxy." + name).count();
    }

    @AfterEach
    void end() throws IOException {
        client.close();
        server.close();
        proxy.close();
        primary.close();
    }

    @Test
    void bothDirections() throws Exception {
        compress();
        client.send("b NOOP");
        assertThat(server.line()).isEqualTo("b NOOP");
        server.send("* 3 EXISTS", "b OK done");
        assertThat(client.line()).isEqualTo("* 3 EXISTS");
        assertThat(client.line()).isEqualTo("b OK done");
        assertThat(tap.seen).contains("C: b NOOP").noneMatch(seen -> seen.contains("compress"));
        assertThat(count("compressed")).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(ListenerConfig.Tls.class)
    void largeThingsInsideTls(ListenerConfig.Tls tls) throws Exception {
        TestCertificate own = TestCertificate.in(directory, "san=dns:localhost,ip:127.0.0.1");
        try (TestProxy front =
                TestProxy.before(primary.endpoint("old"))
                        .tls(new ProxyTls(own.file(), own.key()))
                        .listener(tls)
                        .start()) {
            Wire one = front.connect();
            if (tls == ListenerConfig.Tls.IMPLICIT) {
                one = one.secured(TestCertificate.trusting(own.file()), false);
            }
            Wire other = primary.greet();
            one.line();
            if (tls == ListenerConfig.Tls.STARTTLS) {
                one.ask("s", "STARTTLS");
                one = one.secured(TestCertificate.trusting(own.file()), false);
            }
            logIn(one, other);
            assertThat(one.ask("z", "COMPRESS DEFLATE")).startsWith("z OK");
            one = one.compressed();
            String large = "0123456789".repeat(100_000);
            one.raw("b APPEND INBOX {1000000+}\r\n" + large + "\r\n");
            assertThat(other.line()).isEqualTo("b APPEND INBOX {1000000+}");
            assertThat(other.octets(1_000_002)).isEqualTo(large + "\r\n");
            other.raw("* 1 FETCH (BODY[] {1000000}\r\n" + large + ")\r\nb OK done\r\n");
            assertThat(one.line()).endsWith("{1000000}");
            assertThat(one.octets(1_000_003)).isEqualTo(large + ")\r\n");
            assertThat(one.line()).isEqualTo("b OK done");
            one.send("c LOGOUT");
            other.line();
            other.send("* BYE", "c OK out");
            other.close();
            assertThat(one.until("c ")).isEqualTo("c OK out");
            assertThat(one.isOver()).isTrue();
            one.close();
        }
    }

    @Test
    void earlierCommandsAreAnsweredFirst() throws Exception {
        client.send("b NOOP", "z COMPRESS DEFLATE");
        assertThat(server.line()).isEqualTo("b NOOP");
        assertThat(client.isQuiet()).isTrue();
        server.send("b OK done", "* 1 EXISTS");
        assertThat(client.line()).isEqualTo("b OK done");
        assertThat(client.line()).isEqualTo("z OK Begin compression");
        client = client.compressed();
        assertThat(client.line()).isEqualTo("* 1 EXISTS");
        assertThat(server.isQuiet()).isTrue();
    }

    @Test
    void notInTheMiddleOfAResponse() throws Exception {
        server.raw("* LIST () \"/\" {6}\r\nabc");
        assertThat(client.line()).endsWith("{6}");
        client.octets(3);
        client.send("z COMPRESS DEFLATE");
        assertThat(client.isQuiet()).isTrue();
        server.raw("def\r\n* 1 EXISTS\r\n");
        assertThat(client.line()).isEqualTo("def");
        assertThat(client.line()).isEqualTo("z OK Begin compression");
        client = client.compressed();
        assertThat(client.line()).isEqualTo("* 1 EXISTS");
    }

    @Test
    void onlyOnce() throws Exception {
        compress();
        client.send("b COMPRESS DEFLATE");
        assertThat(client.line()).isEqualTo("b NO [COMPRESSIONACTIVE] DEFLATE is active");
        assertThat(client.isQuiet()).isTrue();
        client.send("c NOOP");
        assertThat(server.line()).isEqualTo("c NOOP");
    }

    @Test
    void pushesOfIdleArriveAtOnce() throws Exception {
        compress();
        client.send("b IDLE");
        server.line();
        server.send("+ idling");
        assertThat(client.line()).isEqualTo("+ idling");
        for (int i = 0; i < 20; i++) {
            server.send("* " + i + " EXISTS");
            assertThat(client.line()).isEqualTo("* " + i + " EXISTS");
        }
        client.send("DONE");
        assertThat(server.line()).isEqualTo("DONE");
    }

    @Test
    void farewellArrives() throws Exception {
        compress();
        client.send("b LOGOUT");
        client.endOutput();
        assertThat(server.line()).isEqualTo("b LOGOUT");
        server.send("* BYE", "b OK out");
        server.close();
        assertThat(client.line()).isEqualTo("* BYE");
        assertThat(client.line()).isEqualTo("b OK out");
        assertThat(client.atEnd()).isTrue();
    }

    @Test
    void whatTheProxySaysAtTheEndIsCompressed() throws Exception {
        compress();
        proxy.close();
        assertThat(client.line()).startsWith("* BYE [UNAVAILABLE]");
        assertThat(client.atEnd()).isTrue();
    }

    @Test
    void corruptDataEndsTheSession() throws Exception {
        try (Logged log = Logged.at(Level.INFO)) {
            Wire plain = client;
            compress();
            plain.raw("b DELETE everything\r\n");
            assertThat(client.line()).isEqualTo("* BYE What came is not compressed as agreed");
            assertThat(client.isOver()).isTrue();
            assertThat(server.isOver()).isTrue();
            assertThat(log.lines(Level.WARN))
                    .singleElement()
                    .asString()
                    .contains("compressed data is corrupt")
                    .doesNotContain("everything");
            assertThat(log.lines(Level.ERROR)).isEmpty();
        }
        assertThat(count("corrupt")).isEqualTo(1);
    }

    @Test
    void bombGoesOnPieceByPiece() throws Exception {
        compress();
        tap.records = false;
        long before = direct();
        int size = 32 * MEGABYTE;
        client.send("b APPEND INBOX {" + size + "+}");
        client.raw(new byte[size]);
        client.send("", "c NOOP");
        assertThat(server.line()).isEqualTo("b APPEND INBOX {" + size + "+}");
        assertThat(direct() - before).isLessThan(8 * MEGABYTE);
        assertThat(server.bytes(size)).hasSize(size);
        assertThat(server.line()).isEmpty();
        assertThat(server.line()).isEqualTo("c NOOP");
        assertThat(direct() - before).isLessThan(8 * MEGABYTE);
    }

    @Test
    void bombThatIsThrownAwayLetsOthersIn() throws Exception {
        compress();
        int size = 32 * MEGABYTE;
        client.send("b NOTIFY {" + size + "+}");
        client.raw(new byte[size]);
        client.send("", "c NOOP");
        assertThat(client.line()).isEqualTo("b BAD Unknown command");
        assertThat(server.line()).isEqualTo("c NOOP");
    }

    @Test
    void primaryThatDoesNotReadGetsEverythingInTheEnd() throws Exception {
        compress();
        tap.records = false;
        int size = 40 * MEGABYTE;
        client.send("b APPEND INBOX {" + size + "+}");
        client.raw(new byte[size]);
        client.send("", "c LOGOUT");
        client.endOutput();
        assertThat(server.line()).startsWith("b APPEND");
        assertThat(server.bytes(size)).hasSize(size);
        server.line();
        assertThat(server.line()).isEqualTo("c LOGOUT");
        server.send("b OK done", "* BYE", "c OK out");
        assertThat(client.until("c ")).isEqualTo("c OK out");
        assertThat(client.atEnd()).isTrue();
    }

    @Test
    void listenerWithoutItRefusesAndHidesIt() throws Exception {
        try (TestProxy other =
                        TestProxy.before(primary.endpoint("old"))
                                .listener(
                                        new ListenerConfig(
                                                "127.0.0.1",
                                                0,
                                                ListenerConfig.Tls.NONE,
                                                List.of(),
                                                true,
                                                0))
                                .start();
                Wire one = other.connect();
                Wire behind = primary.greet()) {
            one.line();
            one.send("a LOGIN alice secret");
            behind.line();
            behind.send("a OK [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE] in");
            assertThat(one.line()).isEqualTo("a OK [CAPABILITY IMAP4rev1] in");
            assertThat(one.ask("b", "COMPRESS DEFLATE")).isEqualTo("b BAD Unknown command");
            assertThat(behind.isQuiet()).isTrue();
        }
    }

    private static long direct() {
        return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
    }
}
