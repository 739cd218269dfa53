package org.imapmirror.journal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/// Back pressure, with a disk that writes only when the test says so.
class SpoolFileTest {
    @TempDir Path folder;
    private final Budget memory = new Budget(1000);
    private final CompletableFuture<Stored> stored = new CompletableFuture<>();
    private final Queue<Runnable> turns = new ArrayDeque<>();

    private SpoolFile file(String name, long limit) {
        return new SpoolFile(folder, name, limit, memory, new Sealer(null), turns::add, stored);
    }

    private void write() {
        for (Runnable turn = turns.poll(); turn != null; turn = turns.poll()) {
            turn.run();
        }
    }

    @Test
    void theStreamPausesWhileTooMuchWaitsForTheDisk() throws Exception {
        SpoolFile file = file("a", 100);
        assertThat(file.offer(new byte[60])).isDone();
        CompletableFuture<Void> room = file.offer(new byte[60]);
        assertThat(room).isNotDone();
        assertThat(file.offer(new byte[60])).isSameAs(room);
        assertThat(memory.used()).isEqualTo(180);

        write();
        assertThat(room).isDone();
        assertThat(stored).isNotDone();
        CompletableFuture<Void> more = file.offer(new byte[500]);
        assertThat(more).isNotDone();
        write();
        assertThat(more).isDone();
        file.end();
        write();

        assertThat(stored.get()).isInstanceOf(Stored.InFile.class);
        assertThat(Files.size(folder.resolve("a"))).isEqualTo(680);
        assertThat(memory.used()).isZero();
    }

    @Test
    void littleIsWrittenOnlyWhenItIsMore() throws Exception {
        SpoolFile file = file("a", 100);
        assertThat(file.offer(new byte[20])).isDone();
        assertThat(turns).isEmpty();
        assertThat(file.offer(new byte[20])).isDone();
        assertThat(turns).hasSize(1);
        assertThat(file.offer(new byte[20])).isDone();
        assertThat(turns).as("one at a time").hasSize(1);
        write();
        assertThat(file.offer(new byte[1])).isDone();
        assertThat(turns).isEmpty();
        file.end();
        write();
        assertThat(stored.get()).isInstanceOf(Stored.InFile.class);
        assertThat(Files.size(folder.resolve("a"))).isEqualTo(61);
    }

    @Test
    void allStreamsPauseWhenTheyWaitForTooMuchTogether() throws Exception {
        SpoolFile greedy = file("a", 10_000);
        CompletableFuture<Void> room = greedy.offer(new byte[1001]);
        assertThat(room).isNotDone();
        Queue<Runnable> greedyTurns = new ArrayDeque<>(turns);
        turns.clear();
        CompletableFuture<Stored> otherStored = new CompletableFuture<>();
        SpoolFile other =
                new SpoolFile(
                        folder, "b", 10_000, memory, new Sealer(null), turns::add, otherStored);
        CompletableFuture<Void> otherRoom = other.offer(new byte[1]);
        assertThat(otherRoom).isNotDone();

        // Nothing of its own waits any more: it goes on, whatever the others do.
        write();
        assertThat(otherRoom).isDone();
        assertThat(room).isNotDone();
        other.end();
        write();
        assertThat(otherStored).isDone();

        turns.addAll(greedyTurns);
        write();
        assertThat(room).isDone();
        greedy.end();
        write();
        assertThat(stored).isDone();
        assertThat(memory.used()).isZero();
    }

    @Test
    void aDiskThatFailsLetsTheStreamGoOn() throws Exception {
        Files.createFile(folder.resolve("taken"));
        SpoolFile file = file("taken", 100);
        CompletableFuture<Void> room = file.offer(new byte[200]);
        write();
        assertThat(room).isDone();
        assertThat(stored.get()).isInstanceOf(Stored.Lost.class);
        assertThat(file.offer(new byte[5000])).isDone();
        assertThat(memory.used()).isZero();
        assertThat(folder.resolve("taken")).as("somebody else's").exists();
    }

    @Test
    void anAbortedFileIsRemoved() throws Exception {
        SpoolFile file = file("a", 100);
        CompletableFuture<Void> room = file.offer(new byte[200]);
        file.abort();
        write();
        assertThat(room).isDone();
        assertThat(stored.get()).isInstanceOf(Stored.Lost.class);
        assertThat(folder.resolve("a")).doesNotExist();
        assertThat(memory.used()).isZero();
    }

    @Test
    void aFileThatIsAbortedWhileNothingWaitsIsRemoved() throws Exception {
        SpoolFile file = file("a", 100);
        var _ = file.offer(new byte[200]);
        write();
        assertThat(folder.resolve("a")).exists();
        file.abort();
        write();
        assertThat(stored.get()).isInstanceOf(Stored.Lost.class);
        assertThat(folder.resolve("a")).doesNotExist();
    }

    /// The server refused a message after it had got all of it: what nobody needs must not wait for
    /// the next start to be removed.
    @Test
    void aCompleteFileThatIsAbortedIsRemoved() throws Exception {
        SpoolFile file = file("a", 100);
        var _ = file.offer(new byte[200]);
        file.end();
        write();
        assertThat(stored.get()).isInstanceOf(Stored.InFile.class);
        file.abort();
        write();
        assertThat(folder.resolve("a")).doesNotExist();
    }

    @Test
    void anAbortBetweenTheEndAndItsTurnRemoves() throws Exception {
        SpoolFile file = file("a", 100);
        var _ = file.offer(new byte[200]);
        file.end();
        file.abort();
        write();
        assertThat(stored.get()).isInstanceOf(Stored.Lost.class);
        assertThat(folder.resolve("a")).doesNotExist();
    }
}
