package org.imapmirror.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/// A side that does not read stops the other side, and costs no memory.
class BackPressureTest {
    private static final int MEGABYTE = 1024 * 1024;
    private static final long LITERAL = 200L * MEGABYTE;
    private static final long LINES = 60L * MEGABYTE;

    /// What the kernel's socket buffers may take on the way.
    private static final long KERNEL = 30L * MEGABYTE;

    private FakePrimary primary;
    private TestProxy proxy;
    private Wire client;
    private Wire server;

    @BeforeEach
    void logIn() throws IOException {
        primary = new FakePrimary();
        RecordingTap tap = new RecordingTap();
        tap.records = false;
        proxy = TestProxy.before(primary.endpoint("old")).tap(tap).start();
        client = proxy.connect();
        server = primary.greet();
        client.line();
        client.send("a LOGIN alice secret");
        server.line();
        server.send("a OK in");
        client.line();
    }

    @AfterEach
    void end() throws IOException {
        client.close();
        server.close();
        proxy.close();
        primary.close();
    }

    @Test
    void clientThatDoesNotReadALiteral() throws Exception {
        server.send("* 1 FETCH (BODY[] {" + LITERAL + "}");
        client.line();
        stalls(server, client, new byte[64 * 1024], LITERAL);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 3000, 1_000_000})
    void clientThatDoesNotReadLines(int length) throws Exception {
        stalls(server, client, lines("* OK ", length), LINES);
    }

    @Test
    void primaryThatDoesNotReadALiteral() throws Exception {
        client.send("b APPEND INBOX {" + LITERAL + "+}");
        server.line();
        stalls(client, server, new byte[64 * 1024], LITERAL);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 3000})
    void primaryThatDoesNotReadCommands(int length) throws Exception {
        stalls(client, lines("b NOOP ", length), LINES);
    }

    @Test
    void primaryThatEndsWhileTheClientDoesNotRead() throws Exception {
        int size = 20 * MEGABYTE;
        client.send("b FETCH 1 BODY[]", "c LOGOUT");
        server.line();
        server.line();
        CompletableFuture<Void> sending =
                async(() -> {
                    server.send("* 1 FETCH (BODY[] {" + size + "}");
                    server.raw(new byte[size]);
                    server.send(")", "b OK done", "* BYE", "c OK out");
                    server.close();
                });
        settle(sending);
        assertThat(client.line()).isEqualTo("* 1 FETCH (BODY[] {" + size + "}");
        assertThat(client.bytes(size)).hasSize(size);
        assertThat(client.until("c OK")).isEqualTo("c OK out");
        assertThat(client.atEnd()).isTrue();
        sending.join();
    }

    @Test
    void clientThatEndsItsOutputWhileThePrimaryDoesNotRead() throws Exception {
        int size = 20 * MEGABYTE;
        CompletableFuture<Void> sending =
                async(() -> {
                    client.send("b APPEND INBOX {" + size + "+}");
                    client.raw(new byte[size]);
                    client.send("", "c LOGOUT");
                    client.endOutput();
                });
        settle(sending);
        assertThat(server.line()).isEqualTo("b APPEND INBOX {" + size + "+}");
        assertThat(server.bytes(size)).hasSize(size);
        assertThat(server.until("c ")).isEqualTo("c LOGOUT");
        server.send("b OK done", "* BYE", "c OK out");
        assertThat(client.line()).isEqualTo("b OK done");
        assertThat(client.until("c OK")).isEqualTo("c OK out");
        assertThat(client.atEnd()).isTrue();
        sending.join();
    }

    @Test
    void manySingleOctetsOfALineCostLittle() throws Exception {
        long before = direct();
        for (int i = 0; i < 2000; i++) {
            client.raw("x");
            if (i % 100 == 0) {
                server.raw("* O");
                server.raw("K\r\n");
                client.line();
            }
        }
        assertThat(direct() - before).isLessThan(2 * MEGABYTE);
    }

    @Test
    void idleSessionsAreCheap() throws Exception {
        int count = 300;
        List<Wire> wires = new ArrayList<>();
        long before = direct();
        for (int i = 0; i < count; i++) {
            Wire one = proxy.connect();
            Wire other = primary.greet();
            one.line();
            one.send("a LOGIN user" + i + " secret");
            other.line();
            other.send("a OK in");
            one.line();
            wires.add(one);
            wires.add(other);
        }
        assertThat(proxy.proxy.sessions()).isEqualTo(count + 1);
        assertThat(direct() - before).isLessThan(8L * MEGABYTE);
        for (Wire wire : wires) {
            wire.close();
        }
        Awaitility.await().until(() -> proxy.proxy.sessions() == 1);
    }

    /// Sends until nothing moves any more, looks at the memory, then reads everything.
    private static void stalls(Wire from, Wire to, byte[] chunk, long total) throws Exception {
        long before = direct();
        CompletableFuture<Void> sending = stalls(from, chunk, total);
        long got = 0;
        long all = total / chunk.length * chunk.length;
        while (got < all) {
            got += to.bytes((int) Math.min(MEGABYTE, all - got)).length;
        }
        sending.join();
        assertThat(direct() - before).as("direct memory").isLessThan(6L * MEGABYTE);
    }

    private static CompletableFuture<Void> stalls(Wire from, byte[] chunk, long total) {
        long before = direct();
        AtomicLong sent = new AtomicLong();
        AtomicLong most = new AtomicLong();
        CompletableFuture<Void> sending = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        while (sent.get() + chunk.length <= total) {
                            from.raw(chunk);
                            sent.addAndGet(chunk.length);
                        }
                        sending.complete(null);
                    } catch (IOException e) {
                        sending.completeExceptionally(e);
                    }
                });
        AtomicLong last = new AtomicLong(-1);
        Awaitility.await()
                .pollInterval(Duration.ofMillis(50))
                .during(Duration.ofMillis(700))
                .atMost(Duration.ofSeconds(30))
                .until(() -> {
                    most.accumulateAndGet(direct() - before, Math::max);
                    long now = sent.get();
                    return last.getAndSet(now) == now;
                });
        assertThat(sent.get()).isLessThan(KERNEL);
        assertThat(most.get()).as("direct memory").isLessThan(6L * MEGABYTE);
        return sending;
    }

    /// An action on a connection.
    @FunctionalInterface
    private interface Talk {
        void run() throws IOException;
    }

    private static CompletableFuture<Void> async(Talk talk) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        talk.run();
                        done.complete(null);
                    } catch (IOException e) {
                        done.completeExceptionally(e);
                    }
                });
        return done;
    }

    /// Until everything that can move has moved.
    private static void settle(CompletableFuture<Void> sending) {
        Awaitility.await()
                .pollDelay(Duration.ofMillis(500))
                .atMost(Duration.ofSeconds(30))
                .until(() -> !sending.isCompletedExceptionally());
    }

    private static byte[] lines(String beginning, int length) {
        String line = beginning + "x".repeat(Math.max(0, length - beginning.length() - 2)) + "\r\n";
        return line.repeat(Math.max(1, 64 * 1024 / line.length()))
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static long direct() {
        return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
    }
}
