package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.awaitility.Awaitility;
import org.imapmirror.testing.Access;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.WireClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// Files that are damaged, disks that are full, certificates that expire and passwords that change:
/// clients go on, the status says what is wrong, and afterwards everything is on the mirror once.
@Tag("dovecot")
class DamageIT {
    private static final int USER = 1;

    @TempDir Path directory;
    private OutageWorld world;

    @BeforeEach
    void start() throws Exception {
        world = new OutageWorld(directory, "");
    }

    @AfterEach
    void stop() {
        world.close();
    }

    private Path stateFile() {
        return directory.resolve("state/state.db");
    }

    private Path journalFile() {
        return directory.resolve("journal/journal.db");
    }

    private void work() throws Exception {
        try (Witness witness = new Witness(world.through(USER))) {
            witness.work();
        }
    }

    private static void overwrite(Path file, long offset, int octets) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(
                    ByteBuffer.wrap("garbage!".repeat(octets / 8).getBytes(US_ASCII)), offset);
        }
    }

    /// The page where a table begins. The file must be closed.
    private static void damageTable(Path file, String table) throws Exception {
        long page;
        long size;
        try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = c.createStatement()) {
            statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
            try (ResultSet r =
                    statement.executeQuery(
                            "SELECT rootpage FROM sqlite_master WHERE name = '" + table + "'")) {
                page = r.getLong(1);
            }
            try (ResultSet r = statement.executeQuery("PRAGMA page_size")) {
                size = r.getLong(1);
            }
        }
        overwrite(file, (page - 1) * size, (int) size);
    }

    private static void putAside(Path file) throws IOException {
        for (String part : List.of("", "-wal", "-shm")) {
            Path old = Path.of(file + part);
            if (Files.exists(old)) {
                Files.move(old, Path.of(file + ".aside" + part));
            }
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).toList();
        }
    }

    @Test
    void filesThatCannotBeOpenedArePutAside() throws Exception {
        work();
        world.awaitEqualInAnyOrder(USER);
        for (Path file : List.of(stateFile(), journalFile())) {
            world.stop();
            overwrite(file, 0, 4096);
            world.start();
            work();
            // What was deleted before the new map knew it is extra.
            world.awaitNothingMissing(USER);
            assertThat(names(Objects.requireNonNull(file.getParent())))
                    .anyMatch(name -> name.startsWith(file.getFileName() + ".damaged-"));
        }
    }

    @Test
    void damagedStateIsNamedAndClientsGoOn() throws Exception {
        work();
        world.awaitEqualInAnyOrder(USER);
        world.stop();
        damageTable(stateFile(), "message");
        world.start();
        work();
        world.await(
                "named",
                USER,
                lane ->
                        assertThat(lane.error())
                                .contains("state.db is damaged", "stop imapmirror, move this"));
        assertThat(world.status().complaints()).isNotEmpty();
        assertThat(world.command("status").code()).isOne();
        work();
        world.stop();
        putAside(stateFile());
        world.start();
        work();
        // What was deleted while nobody knew what is where stays, and is told.
        world.awaitNothingMissing(USER);
    }

    @Test
    void damagedJournalMakesSuspectAndClientsGoOn() throws Exception {
        work();
        world.awaitEqualInAnyOrder(USER);
        world.stop();
        damageTable(journalFile(), "entry");
        world.start();
        work();
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> {
                    assertThat(world.status().suspect()).isPositive();
                    assertThat(world.status().complaints()).isNotEmpty();
                });
        work();
        world.stop();
        putAside(journalFile());
        world.start();
        work();
        world.awaitEqualInAnyOrder(USER);
    }

    @Test
    void fullDiskOfTheJournal() throws Exception {
        world.stop();
        Path disk = directory.resolve("journal");
        Assumptions.assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk.toString()),
                "mounting needs root");
        try {
            world.start();
            work();
            world.awaitEqualInAnyOrder(USER);
            Path hog = disk.resolve("hog");
            fill(hog);
            try (Witness witness = new Witness(world.through(USER))) {
                for (int i = 0; i < 30; i++) {
                    witness.append("INBOX", 60_000);
                }
                witness.work();
            }
            Files.delete(hog);
            world.awaitEqualInAnyOrder(USER);
        } finally {
            world.stop();
            assertThat(run("umount", disk.toString())).isTrue();
            world.start();
        }
    }

    private static void fill(Path hog) {
        byte[] block = new byte[4096];
        try (OutputStream out = Files.newOutputStream(hog)) {
            for (int i = 0; i < 10_000; i++) {
                out.write(block);
            }
        } catch (IOException _) {
            // Full, which is what was wanted.
            return;
        }
        throw new AssertionError("the disk is larger than thought");
    }

    @Test
    void certificateOfTheMirrorExpired() throws Exception {
        Path ca = directory.resolve("ca");
        Files.createDirectory(ca);
        shell(ca, "openssl req -x509 %1$s -days 30 -subj /CN=ca -keyout ca.key -out ca.crt");
        world.stop();
        world.mirrorTls("tls: starttls, trust: \"" + ca.resolve("ca.crt") + "\"");
        certificate(ca, -1);
        world.start();
        work();
        world.await(
                "named",
                USER,
                lane -> {
                    assertThat(lane.state()).isEqualTo("retrying");
                    assertThat(lane.error())
                            .containsIgnoringCase("certificate")
                            .contains("expired");
                });
        work();
        certificate(ca, 30);
        world.awaitEqualInAnyOrder(USER);
    }

    /// A certificate of our authority, which the mirror shows from now on.
    private void certificate(Path ca, int days) throws Exception {
        shell(
                ca,
                "openssl req %1$s -subj /CN=localhost -keyout s.key -out s.csr && echo"
                    + " subjectAltName=DNS:localhost,IP:127.0.0.1 > ext && openssl x509 -req -in"
                    + " s.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days "
                        + days
                        + " -extfile ext -out s.crt");
        world.mirror.stop();
        Path server = world.mirror.directory();
        for (String end : List.of("key", "crt")) {
            Files.write(server.resolve("tls." + end), Files.readAllBytes(ca.resolve("s." + end)));
        }
        world.mirror.start();
    }

    private static void shell(Path folder, String command) throws Exception {
        String key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
        Process process =
                new ProcessBuilder("sh", "-c", command.formatted(key))
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), US_ASCII);
        assertThat(process.waitFor()).as(said).isZero();
    }

    private static boolean run(String... command) throws Exception {
        return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
    }

    @Test
    void passwordsChangeOnBothSides() throws Exception {
        world.stop();
        world.capturedLogins();
        world.start();
        work();
        world.awaitEqualInAnyOrder(USER);
        Access before = world.through(USER);
        changePassword(world.mirror, before, "other");
        world.relay.cut();
        work();
        world.await(
                "waits",
                USER,
                lane -> {
                    assertThat(lane.state()).isEqualTo("waiting-for-login");
                    assertThat(lane.pending()).isPositive();
                });
        changePassword(world.primary, before, "other");
        Access after = Access.plain(before.host(), before.port(), before.user(), "other");
        try (Witness witness = new Witness(after)) {
            witness.work();
        }
        world.await(
                "everything arrived",
                USER,
                lane -> {
                    assertThat(lane.parked()).isEmpty();
                    assertThat(lane.pending()).as("%s", lane).isZero();
                });
        changePassword(world.primary, before, before.password());
        changePassword(world.mirror, before, before.password());
        world.awaitEqualInAnyOrder(USER);
    }

    /// Dovecot looks at the time of the file in seconds.
    private static void changePassword(DovecotServer server, Access of, String password)
            throws IOException {
        Path file = server.directory().resolve("passwords");
        List<String> lines =
                Files.readAllLines(file).stream()
                        .map(line ->
                                line.startsWith(of.user() + ":")
                                        ? of.user() + ":{PLAIN}" + password
                                        : line)
                        .toList();
        Files.write(file, lines);
        Access changed = Access.plain(server.host(), server.imapPort(), of.user(), password);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .ignoreException(IOException.class)
                .until(() -> {
                    new WireClient(changed).close();
                    return true;
                });
    }
}
