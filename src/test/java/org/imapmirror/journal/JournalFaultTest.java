package org.imapmirror.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.imapmirror.journal.Samples.ANN;
import static org.imapmirror.journal.Samples.BOB;
import static org.imapmirror.journal.Samples.append;
import static org.imapmirror.journal.Samples.appended;
import static org.imapmirror.journal.Samples.created;
import static org.imapmirror.journal.Samples.get;
import static org.imapmirror.journal.Samples.octets;
import static org.imapmirror.journal.Samples.spool;

import org.imapmirror.event.PayloadRef;
import org.imapmirror.state.Sql;
import org.imapmirror.state.StateException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;

/// A journal whose disk fails keeps running and works again when the disk does.
class JournalFaultTest {
    @TempDir Path folder;

    private static Journal open(Path directory) throws IOException {
        return Journal.open(JournalConfig.in(directory), Clock.systemUTC());
    }

    @Test
    void aDatabaseThatMayNotGrowRefusesClearlyAndRecovers() throws IOException {
        try (Journal journal = open(folder)) {
            append(journal, ANN, created("before"));
            long pages = journal.database().write(c -> Sql.number(c, "PRAGMA page_count"));
            journal.database().write(c -> Sql.number(c, "PRAGMA max_page_count = " + pages));
            PayloadRef body = spool(journal, octets(1, 30_000));
            assertThatThrownBy(() -> append(journal, ANN, appended(1, body)))
                    .isInstanceOfSatisfying(
                            StateException.class,
                            e -> assertThat(e.fault()).isEqualTo(StateException.Fault.FULL))
                    .hasMessageContaining("no space left")
                    .hasMessageContaining("journal.db");
            assertThat(journal.head(ANN)).isEqualTo(1);

            journal.database().write(c -> Sql.number(c, "PRAGMA max_page_count = 1000000"));
            get(journal.probe());
            assertThat(append(journal, ANN, created("after"))).isEqualTo(2);
            assertThat(journal.read(ANN, 0, 10))
                    .extracting(Journal.Entry::event)
                    .containsExactly(created("before"), created("after"));
            assertThat(journal.bytes()).isLessThan(1000);
        }
        try (Journal journal = open(folder)) {
            assertThat(journal.lastStopWasClean()).as("an event was refused").isFalse();
        }
    }

    @Test
    void aFullDiskRefusesClearlyAndRecovers() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        Assumptions.assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk.toString()),
                "mounting needs root; the database's own limit is tested without");
        try {
            try (Journal journal = open(disk.resolve("journal"))) {
                append(journal, ANN, created("before"));
                // A body that does not fit: its event is stored without it.
                PayloadRef large = spool(journal, octets(1, 8_000_000));
                append(journal, ANN, appended(1, large));
                assertThat(journal.read(ANN, 1, 1).getFirst().event()).isEqualTo(appended(1, null));

                Path hog = disk.resolve("hog");
                fill(hog);
                assertThatThrownBy(
                                () -> {
                                    for (int i = 0; i < 10_000; i++) {
                                        append(journal, BOB, created("n".repeat(2000) + i));
                                    }
                                })
                        .isInstanceOf(StateException.class)
                        .hasMessageContaining(disk.toString());
                assertThatThrownBy(() -> get(journal.probe())).isInstanceOf(StateException.class);
                assertThatThrownBy(() -> get(journal.mark(ANN))).isInstanceOf(StateException.class);
                long head = journal.head(BOB);
                assertThat(journal.count(BOB, 0)).isEqualTo(head);

                Files.delete(hog);
                get(journal.probe());
                assertThat(append(journal, BOB, created("after"))).isEqualTo(head + 1);
                PayloadRef small = spool(journal, octets(2, 100_000));
                append(journal, ANN, appended(2, small));
                try (InputStream in = journal.openPayload(small)) {
                    assertThat(in.readAllBytes()).isEqualTo(octets(2, 100_000));
                }
            }
            try (Journal journal = open(disk.resolve("journal"))) {
                assertThat(journal.read(BOB, journal.head(BOB) - 1, 1).getFirst().event())
                        .isEqualTo(created("after"));
                assertThat(journal.lastStopWasClean()).isFalse();
            }
        } finally {
            assertThat(run("umount", disk.toString())).isTrue();
        }
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException _) {
            return false;
        }
    }

    private static void fill(Path file) {
        try (FileChannel out =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            while (true) {
                out.write(ByteBuffer.allocate(4096));
            }
        } catch (IOException _) {
            // Full, as intended.
        }
    }

    @Test
    void aDamagedFileIsToldAtTheStart() throws IOException {
        try (Journal journal = open(folder)) {
            append(journal, ANN, created("a"));
        }
        Path file = folder.resolve("journal.db");
        Files.write(file, octets(1, 5000));
        assertThatThrownBy(() -> open(folder))
                .isInstanceOf(StateException.class)
                .hasMessageContaining(file + " is damaged")
                .hasMessageContaining("move this file");
        // As the message says; the lock was given back.
        Files.move(file, folder.resolve("damaged"));
        try (Journal journal = open(folder)) {
            assertThat(journal.head(ANN)).isZero();
        }
    }

    @Test
    void aFaultInTheDatabaseFailsAppendsAndNotTheWriter() throws IOException {
        try (Journal journal = open(folder)) {
            for (int i = 0; i < 300; i++) {
                append(journal, ANN, created("x".repeat(1000) + i));
            }
            journal.database()
                    .write(c ->
                            Sql.update(
                                    c,
                                    "CREATE TRIGGER fault BEFORE INSERT ON entry"
                                            + " BEGIN SELECT RAISE(ABORT, 'fault'); END"));
            assertThatThrownBy(() -> append(journal, ANN, created("a")))
                    .hasMessageContaining("fault");
            assertThatThrownBy(() -> append(journal, ANN, created("b")))
                    .hasMessageContaining("fault");
            get(journal.mark(ANN));
            journal.database().write(c -> Sql.update(c, "DROP TRIGGER fault"));
            assertThat(append(journal, ANN, created("c"))).isEqualTo(301);
        }
    }

    @Test
    void pagesDamagedWhileRunningFailAppendsUntilTheyAreRestored() throws IOException {
        try (Journal journal = open(folder)) {
            for (int i = 0; i < 300; i++) {
                append(journal, ANN, created("x".repeat(1000) + i));
            }
        }
        Path file = folder.resolve("journal.db");
        byte[] good = Files.readAllBytes(file);
        try (Journal journal = open(folder);
                FileChannel disk = FileChannel.open(file, StandardOpenOption.WRITE)) {
            int half = good.length / 2;
            disk.write(ByteBuffer.wrap(octets(1, good.length - half)), half);
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> append(journal, ANN, created("lost")))
                        .isInstanceOf(StateException.class)
                        .hasMessageContaining(file + " is damaged");
            }
            disk.write(ByteBuffer.wrap(good, half, good.length - half), half);
            assertThat(append(journal, ANN, created("again"))).isEqualTo(301);
        }
    }
}
