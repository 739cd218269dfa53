package org.imapmirror.journal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Back pressure, with a disk that writes only when the test starts it.
class SpoolFileTest {
    @TempDir Path folder;
    private final Budget memory = new Budget(1000);
    private final CompletableFuture<Stored> stored = new CompletableFuture<>();

    private SpoolFile file(String name, long limit) {
        return new SpoolFile(folder, name, limit, memory, new Sealer(null), stored);
    }

    private static void await(CompletableFuture<?> future) throws Exception {
        future.get(30, TimeUnit.SECONDS);
    }

    @Test
    void theStreamPausesWhileTooMuchWaitsForTheDisk() throws Exception {
        SpoolFile file = file("a", 100);
        assertThat(file.offer(new byte[60])).isDone();
        CompletableFuture<Void> room = file.offer(new byte[60]);
        assertThat(room).isNotDone();
        assertThat(file.offer(new byte[60])).isSameAs(room);
        assertThat(memory.used()).isEqualTo(180);

        Thread writer = Thread.ofVirtual().start(file);
        await(room);
        assertThat(stored).isNotDone();
        await(file.offer(new byte[500]));
        file.end();

        await(stored);
        assertThat(writer.join(java.time.Duration.ofSeconds(30))).isTrue();
        assertThat(stored.get()).isInstanceOf(Stored.InFile.class);
        assertThat(Files.size(folder.resolve("a"))).isEqualTo(680);
        assertThat(memory.used()).isZero();
    }

    @Test
    void allStreamsPauseWhenTheyWaitForTooMuchTogether() throws Exception {
        SpoolFile greedy = file("a", 10_000);
        CompletableFuture<Void> room = greedy.offer(new byte[1001]);
        assertThat(room).isNotDone();
        CompletableFuture<Stored> otherStored = new CompletableFuture<>();
        SpoolFile other = new SpoolFile(folder, "b", 10_000, memory, new Sealer(null), otherStored);
        CompletableFuture<Void> otherRoom = other.offer(new byte[1]);
        assertThat(otherRoom).isNotDone();

        // Nothing of its own waits any more: it goes on, whatever the others do.
        var _ = Thread.ofVirtual().start(other);
        await(otherRoom);
        assertThat(room).isNotDone();
        other.end();
        await(otherStored);

        var _ = Thread.ofVirtual().start(greedy);
        await(room);
        greedy.end();
        await(stored);
        assertThat(memory.used()).isZero();
    }

    @Test
    void aDiskThatFailsLetsTheStreamGoOn() throws Exception {
        Files.createFile(folder.resolve("taken"));
        SpoolFile file = file("taken", 100);
        CompletableFuture<Void> room = file.offer(new byte[200]);
        file.run();
        await(room);
        assertThat(stored.get()).isInstanceOf(Stored.Lost.class);
        assertThat(file.offer(new byte[5000])).isDone();
        assertThat(memory.used()).isZero();
    }

    @Test
    void anAbortedFileIsRemoved() throws Exception {
        SpoolFile file = file("a", 100);
        CompletableFuture<Void> room = file.offer(new byte[200]);
        file.abort();
        file.run();
        await(room);
        assertThat(stored.get()).isInstanceOf(Stored.Lost.class);
        assertThat(folder.resolve("a")).doesNotExist();
        assertThat(memory.used()).isZero();
    }
}
