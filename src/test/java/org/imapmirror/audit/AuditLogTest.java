package org.imapmirror.audit;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.awaitility.Awaitility;
import org.imapmirror.event.Account;
import org.imapmirror.event.Origin;
import org.imapmirror.state.Database;
import org.imapmirror.testing.Seeds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/// The chain from the outbox to the file and back, with what crashes and people do to it.
class AuditLogTest {
    private static final String ARCHIVE = "vault";

    @TempDir Path folder;

    private Database state;
    private AuditConfig config;

    @BeforeEach
    void open() {
        state = Database.open("jdbc:sqlite:" + folder.resolve("state.db"), "classpath:db/state");
        config = new AuditConfig(folder.resolve("audit"), 2000);
    }

    @AfterEach
    void close() {
        state.close();
    }

    private AuditLog log() {
        return AuditLog.open(config, state, List.of(ARCHIVE));
    }

    private void enter(int... numbers) {
        state.write(db -> {
            for (int n : numbers) {
                AuditOutbox.enter(
                        db,
                        ARCHIVE,
                        new AuditEntry(
                                        Instant.ofEpochSecond(n),
                                        new Account("anna"),
                                        new Origin("s" + n, "192.0.2.1:" + n),
                                        "appended")
                                .with("mailbox", "Größe \"quoted\" \n")
                                .with("uid", n));
            }
            return true;
        });
    }

    /// Writes entries 1 to `count`.
    private void write(int count) {
        try (AuditLog log = log()) {
            for (int n = 1; n <= count; n++) {
                enter(n);
            }
            await(log, count);
        }
    }

    private void await(AuditLog log, long n) {
        log.wake(ARCHIVE);
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> head().n() == n);
    }

    private AuditHead head() {
        return Objects.requireNonNull(AuditOutbox.heads(state).get(ARCHIVE));
    }

    private List<Path> files() throws IOException {
        return AuditFiles.list(config.directoryOf(ARCHIVE));
    }

    private AuditVerifier.Report verify() throws IOException {
        return AuditVerifier.directory(config.directoryOf(ARCHIVE), List.of(head()));
    }

    private static List<byte[]> lines(Path file) throws IOException {
        List<byte[]> out = new ArrayList<>();
        try (AuditFiles.Lines in = new AuditFiles.Lines(file)) {
            for (byte[] line = in.next(); line != null; line = in.next()) {
                out.add(line);
            }
        }
        return out;
    }

    private static void rewrite(Path file, List<byte[]> lines) throws IOException {
        Files.write(file, new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
        for (byte[] line : lines) {
            Files.write(file, line, StandardOpenOption.APPEND);
            Files.write(file, new byte[] {'\n'}, StandardOpenOption.APPEND);
        }
    }

    @Test
    void linesOfManyFilesAreOneChain() throws Exception {
        write(50);
        assertThat(files()).hasSizeGreaterThan(3);
        AuditVerifier.Report report = verify();
        assertThat(report.findings()).isEmpty();
        assertThat(report.notes()).isEmpty();
        assertThat(report.lines()).isEqualTo(50);
        assertThat(report.last()).isEqualTo(head());
        for (Path file : files()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(config.directoryOf(ARCHIVE))))
                .isEqualTo("rwx------");
    }

    @Test
    void someFilesCanBeCheckedAlone() throws Exception {
        write(50);
        List<Path> some = files().subList(1, 3);
        assertThat(AuditVerifier.files(some, List.of()).intact()).isTrue();
        assertThat(AuditVerifier.files(some.reversed(), List.of()).intact()).isFalse();
    }

    /// Every single octet, a chosen one of each line.
    @Test
    void anyEditedOctetIsFound() throws Exception {
        write(30);
        Seeds.each(1, this::editEachLine);
    }

    private void editEachLine(long seed, Random random) throws IOException {
        for (Path file : files()) {
            byte[] all = Files.readAllBytes(file);
            int number = 0;
            int from = 0;
            while (from < all.length) {
                int end = from;
                while (all[end] != '\n') {
                    end++;
                }
                number++;
                byte[] edited = all.clone();
                int at = from + random.nextInt(end - from);
                edited[at] ^= (byte) (1 << random.nextInt(3));
                Files.write(file, edited);
                int line = number;
                assertThat(verify().findings())
                        .as("seed %d, %s line %d octet %d", seed, file, number, at - from)
                        .anySatisfy(f -> {
                            assertThat(f.file()).isEqualTo(file.toString());
                            assertThat(f.line()).isEqualTo(line);
                        });
                from = end + 1;
            }
            Files.write(file, all);
        }
        assertThat(verify().intact()).isTrue();
    }

    /// Who edits a line and makes its hash anew breaks the next one, or the known end.
    @Test
    void lineWithItsHashMadeAnewIsFound() throws Exception {
        write(30);
        for (Path file : files()) {
            List<byte[]> lines = lines(file);
            for (int i = 0; i < lines.size(); i++) {
                String text = new String(lines.get(i), UTF_8);
                AuditLine old = Objects.requireNonNull(AuditLine.parse(lines.get(i)));
                String entry =
                        "{"
                                + text.substring(text.indexOf(',') + 1, text.indexOf(",\"prev\""))
                                        .replace("192.0.2.1", "192.0.2.9")
                                + "}";
                List<byte[]> edited = new ArrayList<>(lines);
                edited.set(
                        i, AuditLine.after(new AuditHead(old.n() - 1, old.prev()), entry).octets());
                rewrite(file, edited);
                assertThat(verify().intact()).as("%s line %d", file, i + 1).isFalse();
            }
            rewrite(file, lines);
        }
        assertThat(verify().intact()).isTrue();
    }

    @Test
    void removedSwappedAndAddedLinesAreFound() throws Exception {
        write(30);
        for (Path file : files()) {
            List<byte[]> lines = lines(file);
            for (int i = 0; i < lines.size(); i++) {
                List<byte[]> less = new ArrayList<>(lines);
                less.remove(i);
                rewrite(file, less);
                assertThat(verify().intact()).as("%s without line %d", file, i + 1).isFalse();
                List<byte[]> more = new ArrayList<>(lines);
                more.add(i, lines.get(i));
                rewrite(file, more);
                assertThat(verify().findings())
                        .as("%s line %d twice", file, i + 1)
                        .first()
                        .satisfies(f -> assertThat(f.file()).startsWith(folder.toString()));
                if (i > 0) {
                    List<byte[]> other = new ArrayList<>(lines);
                    Collections.swap(other, i, i - 1);
                    rewrite(file, other);
                    assertThat(verify().intact()).as("%s swapped %d", file, i + 1).isFalse();
                }
            }
            rewrite(file, lines);
        }
        assertThat(verify().intact()).isTrue();
    }

    @Test
    void anyMissingFileIsFound() throws Exception {
        write(50);
        for (Path file : files()) {
            Path away = file.resolveSibling("away");
            Files.move(file, away);
            assertThat(verify().intact()).as("without %s", file).isFalse();
            Files.move(away, file);
        }
        assertThat(verify().intact()).isTrue();
    }

    @Test
    void missingEndIsFoundByTheKnownHead() throws Exception {
        write(30);
        AuditHead noted = head();
        Path last = files().getLast();
        List<byte[]> lines = lines(last);
        rewrite(last, lines.subList(0, lines.size() - 1));
        assertThat(verify().findings())
                .singleElement()
                .satisfies(f ->
                        assertThat(f.what()).contains("lines 30 to 30 are missing at the end"));
        byte[] torn = Files.readAllBytes(last);
        rewrite(last, lines);
        byte[] whole = Files.readAllBytes(last);
        Files.write(last, java.util.Arrays.copyOf(whole, whole.length - 5));
        assertThat(torn.length).isLessThan(whole.length - 5);
        assertThat(verify().intact()).isFalse();
        Path directory = config.directoryOf(ARCHIVE);
        assertThat(AuditVerifier.directory(directory, List.of()).intact()).isTrue();
        assertThat(AuditVerifier.directory(directory, List.of(noted)).intact()).isFalse();
        Files.write(last, whole);
        assertThat(AuditVerifier.directory(directory, List.of(AuditHead.parse(noted.toString()))))
                .satisfies(r -> assertThat(r.intact()).isTrue());
    }

    /// At every octet of what was written and not yet known to be.
    @Test
    void crashLeavesNoEntryOutAndNoneTwice() throws Exception {
        config = new AuditConfig(config.directory(), 1 << 20);
        write(3);
        AuditHead known = head();
        Path file = files().getFirst();
        long before = Files.size(file);
        enter(4, 5);
        List<String> entries = AuditOutbox.entries(state, ARCHIVE, 3, 10);
        AuditLine four = AuditLine.after(known, entries.get(0));
        AuditLine five = AuditLine.after(four.head(), entries.get(1));
        byte[] tail = new byte[four.octets().length + five.octets().length + 2];
        System.arraycopy(four.withLineEnd(), 0, tail, 0, four.octets().length + 1);
        System.arraycopy(
                five.withLineEnd(), 0, tail, four.octets().length + 1, five.octets().length + 1);
        byte[] start = java.util.Arrays.copyOf(Files.readAllBytes(file), (int) before);
        state.close();
        byte[] database = Files.readAllBytes(folder.resolve("state.db"));
        for (int cut = 0; cut <= tail.length; cut += cut < 10 ? 1 : 17) {
            Files.write(folder.resolve("state.db"), database);
            Files.write(file, start);
            Files.write(file, java.util.Arrays.copyOf(tail, cut), StandardOpenOption.APPEND);
            state =
                    Database.open(
                            "jdbc:sqlite:" + folder.resolve("state.db"), "classpath:db/state");
            try (AuditLog log = log()) {
                await(log, 5);
                enter(6);
                await(log, 6);
            }
            assertThat(files()).as("cut at %d", cut).hasSize(1);
            assertThat(verify().findings()).as("cut at %d", cut).isEmpty();
            assertThat(lines(file)).as("cut at %d", cut).hasSize(6);
            state.close();
        }
        state = Database.open("jdbc:sqlite:" + folder.resolve("state.db"), "classpath:db/state");
    }

    @Test
    void octetsOfNoLineAtTheEndAreCutOff() throws Exception {
        write(3);
        Path file = files().getLast();
        Files.write(file, new byte[100], StandardOpenOption.APPEND);
        enter(4);
        try (AuditLog log = log()) {
            await(log, 4);
        }
        assertThat(verify().findings()).isEmpty();
        assertThat(verify().lines()).isEqualTo(4);
    }

    /// What was done while imapmirror was stopped stays found, and the log goes on.
    @Test
    void changedLogGoesOnInANewFile() throws Exception {
        write(5);
        Path last = files().getLast();
        List<byte[]> lines = lines(last);
        rewrite(last, lines.subList(0, lines.size() - 1));
        enter(6);
        try (AuditLog log = log()) {
            await(log, 6);
        }
        assertThat(verify().findings())
                .singleElement()
                .satisfies(f -> assertThat(f.what()).contains("line 5 was removed"));
        assertThat(verify().last()).isEqualTo(head());
        Files.write(last, lines.getLast(), StandardOpenOption.APPEND);
        Files.write(last, new byte[] {'\n'}, StandardOpenOption.APPEND);
        assertThat(verify().findings()).isEmpty();
        AuditLine added = AuditLine.after(head(), "{\"event\":\"added\"}");
        Files.write(files().getLast(), added.withLineEnd(), StandardOpenOption.APPEND);
        enter(7);
        try (AuditLog log = log()) {
            await(log, 7);
        }
        assertThat(verify().findings()).hasSize(1);
    }

    @Test
    void chainGoesOnWhereTheStateWasLost() throws Exception {
        write(5);
        state.close();
        Files.delete(folder.resolve("state.db"));
        open();
        try (AuditLog log = log()) {
            enter(6);
            await(log, 6);
        }
        assertThat(verify().findings()).isEmpty();
        assertThat(verify().lines()).isEqualTo(6);
    }

    /// The example in docs/operations.md.
    @Test
    void auditorCanCheckWithTheDocumentedProgram() throws Exception {
        write(30);
        String docs = Files.readString(Path.of("docs/operations.md"));
        int from = docs.indexOf("```python\n") + "```python\n".length();
        Path program = folder.resolve("check.py");
        Files.writeString(program, docs.substring(from, docs.indexOf("```", from)));
        assertThat(python(program)).isEqualTo("30 lines, head " + head() + "\n");
        Path first = files().getFirst();
        Files.writeString(first, Files.readString(first).replaceFirst("192.0.2.1", "192.0.2.7"));
        assertThat(python(program)).contains("edited");
    }

    private String python(Path program) throws Exception {
        List<String> command = new ArrayList<>(List.of("python3", program.toString()));
        files().forEach(f -> command.add(f.toString()));
        Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(p.getInputStream().readAllBytes(), UTF_8);
        p.waitFor();
        return out;
    }
}
