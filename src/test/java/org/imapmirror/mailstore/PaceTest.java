package org.imapmirror.mailstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

@Timeout(60)
class PaceTest {
    private final Pace pace = new Pace();

    private static InputStream octets(int count) {
        return new ByteArrayInputStream(new byte[count]);
    }

    private static Duration time(Runnable work) {
        long begun = System.nanoTime();
        work.run();
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    private void read(int count) {
        try (InputStream in = pace.pass(octets(count))) {
            assertThat(in.readAllBytes()).hasSize(count);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// Together, not each.
    @Test
    void octetsOfAllConnectionsAreCounted() {
        pace.limit(100_000, 0);
        Duration took =
                time(() -> {
                    List<CompletableFuture<Void>> all = new ArrayList<>();
                    for (int i = 0; i < 4; i++) {
                        all.add(
                                CompletableFuture.runAsync(
                                        () -> read(25_000),
                                        r -> {
                                            var unused = Thread.startVirtualThread(r);
                                        }));
                    }
                    all.forEach(CompletableFuture::join);
                });
        assertThat(took).isBetween(Duration.ofMillis(990), Duration.ofSeconds(10));
    }

    @Test
    void messagesAreCounted() {
        pace.limit(0, 20);
        Duration took =
                time(() -> {
                    for (int i = 0; i < 11; i++) {
                        read(1);
                    }
                });
        assertThat(took).isBetween(Duration.ofMillis(490), Duration.ofSeconds(10));
    }

    @Test
    void withoutLimitsNothingIsInBetween() {
        InputStream in = octets(3);
        assertThat(pace.pass(in)).isSameAs(in);
        pace.limit(1024, 0);
        assertThat(pace.pass(in)).isNotSameAs(in);
    }

    @Test
    void whoeverWaitsFailsAtOnceWhenItEnds() throws Exception {
        pace.limit(1024, 0);
        CountDownLatch reading = new CountDownLatch(1);
        CompletableFuture<Duration> failed = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            long begun = System.nanoTime();
            try (InputStream in = pace.pass(octets(1_000_000))) {
                reading.countDown();
                in.readAllBytes();
                failed.completeExceptionally(new AssertionError("it was not broken off"));
            } catch (IOException _) {
                failed.complete(Duration.ofNanos(System.nanoTime() - begun));
            }
        });
        reading.await();
        pace.end();
        assertThat(failed.get()).isLessThan(Duration.ofSeconds(20));
        assertThatThrownBy(() -> pace.pass(octets(2000)).readAllBytes())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("stops");
    }
}
