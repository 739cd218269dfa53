package org.imapmirror.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

class DatabaseTest {
    private static final String MIGRATIONS = "classpath:db/state-test";

    @TempDir Path folder;
    private @Nullable Database open;

    @AfterEach
    void close() {
        if (open != null) {
            open.close();
        }
    }

    private Path file() {
        return folder.resolve("new/state.db");
    }

    private Database open() {
        Database database = Database.open("jdbc:sqlite:" + file(), MIGRATIONS);
        open = database;
        return database;
    }

    private static long count(Database database) {
        return database.read(c -> Sql.number(c, "SELECT COUNT(*) FROM note"));
    }

    @Test
    void statementsAreKeptForTheNextUse() {
        Database database = open();
        String insert = "INSERT INTO note VALUES (?, ?, ?)";
        database.write(c -> Sql.update(c, insert, 1L, "one", new byte[3]));
        assertThatThrownBy(() -> database.write(c -> Sql.update(c, insert, 1L, "again", null)))
                .isInstanceOf(StateException.class);
        database.write(c -> Sql.update(c, insert, 2L, null, null));

        String text = "SELECT text FROM note WHERE id = ?";
        List<String> inside =
                database.read(c ->
                        Sql.list(
                                c,
                                text,
                                row ->
                                        row.getString(1)
                                                + Sql.one(c, text, r -> r.getString(1), 1L).get(),
                                1L));
        assertThat(inside).containsExactly("oneone");
        String never = "SELECT count(*) FROM note WHERE id = ?";
        assertThat(database.<Long>read(c -> Sql.number(c, never, 1L))).isOne();
        // An argument that is left out is not that of the last time.
        assertThat(database.<Long>read(c -> Sql.number(c, never))).isZero();
    }

    @Test
    void onlyWhatTheDatabaseKnowsIsAnArgument() {
        Database database = open();
        assertThatThrownBy(() ->
                        database.read(c ->
                                Sql.number(
                                        c,
                                        "SELECT count(*) FROM note WHERE id < ?",
                                        Instant.EPOCH)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Instant");
    }

    @Test
    void committedRowsAreThereAfterReopening() {
        try (Database database = open()) {
            database.write(
                    c -> Sql.update(c, "INSERT INTO note VALUES (?, ?, ?)", 1L, null, new byte[3]));
        }
        Database again = open();
        List<String> rows =
                again.read(c ->
                        Sql.list(
                                c,
                                "SELECT id, text, body FROM note",
                                r -> {
                                    byte[] body = r.getBytes("body");
                                    return Sql.longOrNull(r, "id")
                                            + " "
                                            + r.getString("text")
                                            + " "
                                            + (body == null ? -1 : body.length);
                                }));
        assertThat(rows).containsExactly("1 null 3");
    }

    @Test
    void commitsAreSyncedBeforeTheyReturn() {
        Database database = open();
        assertThat(database.<Long>write(c -> Sql.number(c, "PRAGMA synchronous"))).isEqualTo(2);
        String mode =
                database.write(
                        c -> Sql.one(c, "PRAGMA journal_mode", r -> r.getString(1)).orElseThrow());
        assertThat(mode).isEqualTo("wal");
    }

    /// SQLite's NORMAL: the log is synced by the next commit that is.
    @Test
    void commitsInOrderAreNotSyncedUntilOneIs() {
        Database database = open();
        assertThat(database.<Long>writeInOrder(c -> Sql.number(c, "PRAGMA synchronous"))).isOne();
        database.writeInOrder(c -> Sql.update(c, "INSERT INTO note (id) VALUES (1)"));
        assertThat(count(database)).isOne();
        assertThat(database.<Long>write(c -> Sql.number(c, "PRAGMA synchronous"))).isEqualTo(2);
        assertThat(count(database)).isOne();
    }

    /// What a failure of power leaves is at least what the files hold when the call returns.
    @Test
    void whatIsSyncedIsInTheFiles() throws Exception {
        Database database = open();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                long base = i * 100L;
                all.add(
                        threads.submit(() -> {
                            for (long id = base; id < base + 10; id++) {
                                String insert = "INSERT INTO note (id) VALUES (" + id + ")";
                                database.writeInOrder(c -> Sql.update(c, insert));
                                database.sync();
                            }
                        }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
        Path copy = Files.createDirectory(folder.resolve("copy"));
        try (var files = Files.list(file().getParent())) {
            for (Path f : files.filter(f -> !f.toString().endsWith("-shm")).toList()) {
                Files.copy(f, copy.resolve(f.getFileName()));
            }
        }
        try (Database restored =
                Database.open("jdbc:sqlite:" + copy.resolve(file().getFileName()), MIGRATIONS)) {
            assertThat(count(restored)).isEqualTo(200);
        }
    }

    @Test
    void syncWorksAfterAFailedTransactionAndNotOnceClosed() {
        Database database = open();
        long pages = database.write(c -> Sql.number(c, "PRAGMA page_count"));
        database.sync();
        database.write(c -> Sql.number(c, "PRAGMA max_page_count = " + (pages + 2)));
        assertThatThrownBy(() ->
                        database.writeInOrder(c ->
                                Sql.update(
                                        c,
                                        "INSERT INTO note VALUES (1, '', ?)",
                                        new byte[100_000])))
                .isInstanceOf(StateException.class);
        database.writeInOrder(c -> Sql.update(c, "INSERT INTO note (id) VALUES (1)"));
        database.sync();
        database.close();
        assertThatThrownBy(database::sync).hasMessageContaining("closed");
    }

    @Test
    void aFailedTransactionLeavesNothingBehindAndTheNextWorks() {
        Database database = open();
        assertThatThrownBy(() ->
                        database.write(c -> {
                            Sql.update(c, "INSERT INTO note (id) VALUES (1)");
                            throw new IllegalStateException("no");
                        }))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() ->
                        database.write(c -> Sql.update(c, "INSERT INTO line (note) VALUES (9)")))
                .isInstanceOf(StateException.class)
                .hasMessageContaining("FOREIGN KEY")
                .hasMessageContaining(file().toString());
        assertThat(count(database)).isZero();
        database.write(c -> Sql.update(c, "INSERT INTO note (id) VALUES (2)"));
        assertThat(count(database)).isEqualTo(1);
    }

    @Test
    void aReaderSeesOneMomentAndCannotWrite() {
        Database database = open();
        database.read(c -> {
            long before = Sql.number(c, "SELECT COUNT(*) FROM note");
            database.write(w -> Sql.update(w, "INSERT INTO note (id) VALUES (1)"));
            assertThat(Sql.number(c, "SELECT COUNT(*) FROM note")).isEqualTo(before);
            return before;
        });
        assertThat(count(database)).isEqualTo(1);
        assertThatThrownBy(() -> database.read(c -> Sql.update(c, "DELETE FROM note")))
                .isInstanceOf(StateException.class);
        assertThat(count(database)).isEqualTo(1);
    }

    @Test
    void aTransactionInsideATransactionIsABug() {
        Database database = open();
        assertThatThrownBy(() -> database.write(c -> database.write(d -> 1)))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void moreThreadsThanConnectionsShareIt() throws InterruptedException {
        Database database = open();
        CountDownLatch go = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            long base = i * 100L;
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                await(go);
                                for (long n = base; n < base + 20; n++) {
                                    long id = n;
                                    database.write(c ->
                                            Sql.update(
                                                    c,
                                                    "INSERT INTO note (id) VALUES" + " (?)",
                                                    id));
                                    var _ = count(database);
                                }
                            }));
        }
        go.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(count(database)).isEqualTo(400);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void onlyTheOwnerMayReadTheFiles() throws IOException {
        Database database = open();
        database.write(c -> Sql.update(c, "INSERT INTO note (id) VALUES (1)"));
        assertThat(mode(file().getParent())).isEqualTo("rwx------");
        try (var files = Files.list(file().getParent())) {
            assertThat(files).hasSizeGreaterThan(1).allMatch(f -> mode(f).equals("rw-------"));
        }
    }

    private static String mode(@Nullable Path path) {
        try {
            assertThat(path).isNotNull();
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aFileThatIsNoDatabaseIsNamedWithTheRemedy() throws IOException {
        PrivateFiles.directory(folder.resolve("new"));
        Files.writeString(file(), "this is not a database".repeat(100));
        assertThatThrownBy(this::open)
                .isInstanceOfSatisfying(
                        StateException.class,
                        e -> assertThat(e.fault()).isEqualTo(StateException.Fault.DAMAGED))
                .hasMessageContaining(file() + " is damaged")
                .hasMessageContaining("move this file");
    }

    @Test
    void aDamagedPageIsToldWhenItIsRead() throws IOException {
        try (Database database = open()) {
            database.write(c -> {
                for (long i = 0; i < 500; i++) {
                    Sql.update(
                            c,
                            "INSERT INTO note VALUES (?, ?, ?)",
                            i,
                            "x".repeat(500),
                            new byte[0]);
                }
                return 0;
            });
        }
        damage(file());
        assertThatThrownBy(
                        () -> {
                            Database database = open();
                            var _ =
                                    database.read(c ->
                                            Sql.list(
                                                    c,
                                                    "SELECT * FROM note",
                                                    r -> r.getString("text")));
                        })
                .isInstanceOf(StateException.class)
                .hasMessageContaining(file() + " is damaged");
    }

    /// Overwrites everything from the middle on.
    private static void damage(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            long size = channel.size();
            byte[] junk = new byte[(int) (size / 2)];
            java.util.Arrays.fill(junk, (byte) 0xa5);
            channel.write(java.nio.ByteBuffer.wrap(junk), size / 2);
        }
    }

    @Test
    void afterTheDiskWasFullItWorksAgain() {
        Database database = open();
        long pages = database.write(c -> Sql.number(c, "PRAGMA page_count"));
        database.write(c -> Sql.number(c, "PRAGMA max_page_count = " + (pages + 2)));
        assertThatThrownBy(() ->
                        database.write(c ->
                                Sql.update(
                                        c,
                                        "INSERT INTO note VALUES (1, '', ?)",
                                        new byte[100_000])))
                .isInstanceOfSatisfying(
                        StateException.class,
                        e -> assertThat(e.fault()).isEqualTo(StateException.Fault.FULL))
                .hasMessageContaining("no space left");
        database.write(c -> Sql.update(c, "INSERT INTO note (id) VALUES (1)"));
        assertThat(count(database)).isEqualTo(1);
    }

    @Test
    void unusedPagesGoBackToTheDisk() throws IOException {
        Database database = open();
        database.write(
                c -> Sql.update(c, "INSERT INTO note VALUES (1, '', ?)", new byte[60_000_000]));
        database.write(c -> Sql.update(c, "DELETE FROM note"));
        while (database.shrink()) {
            assertThat(count(database)).isZero();
        }
        database.close();
        assertThat(Files.size(file())).isLessThan(36_000_000);
    }

    @Test
    void anUnknownDatabaseIsRefused() {
        assertThatThrownBy(() -> Database.open("jdbc:oracle:thin:@x", MIGRATIONS))
                .isInstanceOf(StateException.class)
                .hasMessageContaining("jdbc:oracle:thin:@x")
                .hasMessageContaining("jdbc:sqlite:");
        assertThatThrownBy(() -> Database.open("jdbc:sqlite::memory:", MIGRATIONS))
                .isInstanceOf(StateException.class);
    }

    @Test
    void aClosedDatabaseSaysSo() {
        Database database = open();
        database.close();
        assertThatThrownBy(() -> count(database)).hasMessageContaining("closed");
        assertThatThrownBy(() -> database.write(c -> 1)).hasMessageContaining("closed");
    }
}
