package org.imapmirror.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.imapmirror.journal.Samples.ANN;
import static org.imapmirror.journal.Samples.BOB;
import static org.imapmirror.journal.Samples.append;
import static org.imapmirror.journal.Samples.appended;
import static org.imapmirror.journal.Samples.created;
import static org.imapmirror.journal.Samples.get;
import static org.imapmirror.journal.Samples.octets;
import static org.imapmirror.journal.Samples.payloadOf;
import static org.imapmirror.journal.Samples.spool;

import org.imapmirror.event.PayloadRef;
import org.imapmirror.state.Sql;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

class SpoolTest {
    private static final int INLINE = 32 * 1024;

    @TempDir Path folder;
    private Journal journal;

    @BeforeEach
    void open() throws IOException {
        open(JournalConfig.in(folder));
    }

    private void open(JournalConfig config) throws IOException {
        journal = Journal.open(config, Clock.systemUTC());
    }

    @AfterEach
    void close() {
        journal.close();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("spool"))) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private Path file(PayloadRef ref) {
        return folder.resolve("spool").resolve(ref.id().substring(30)).resolve(ref.id());
    }

    private byte[] read(PayloadRef ref) throws IOException {
        try (InputStream in = journal.openPayload(ref)) {
            return in.readAllBytes();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, INLINE - 1, INLINE, INLINE + 1, 3_000_000})
    void aBodyComesBackAsItWasWritten(int size) throws Exception {
        byte[] body = octets(size, size);
        PayloadRef ref = spool(journal, body);
        assertThat(ref.size()).isEqualTo(size);
        assertThat(ref.sha256())
                .isEqualTo(
                        HexFormat.of()
                                .formatHex(MessageDigest.getInstance("SHA-256").digest(body)));

        append(journal, ANN, appended(1, ref));

        assertThat(payloadOf(journal.read(ANN, 0, 1).getFirst().event())).isEqualTo(ref);
        assertThat(journal.hasPayload(ref)).isTrue();
        assertThat(files()).hasSize(size > INLINE ? 1 : 0);
        journal.close();
        open();
        assertThat(read(ref)).isEqualTo(body);
        assertThat(journal.bytes()).isBetween((long) size, size + 1000L);
    }

    @Test
    void theBufferOfTheCallerIsCopiedAndKeepsItsPosition() throws IOException {
        PayloadWriter writer = journal.newPayload();
        ByteBuffer data = ByteBuffer.wrap("-hello-".getBytes(StandardCharsets.US_ASCII), 1, 5);
        get(writer.write(data));
        assertThat(data.position()).isEqualTo(1);
        data.put(1, (byte) 'X');
        PayloadRef ref = writer.finish();
        append(journal, ANN, appended(1, ref));
        assertThat(read(ref)).isEqualTo("hello".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void onlyTheOwnerMayReadAFileOfTheSpool() throws IOException {
        PayloadRef ref = spool(journal, octets(1, 50_000));
        append(journal, ANN, appended(1, ref));
        assertThat(mode(file(ref))).isEqualTo("rw-------");
        assertThat(mode(file(ref).resolveSibling("."))).isEqualTo("rwx------");
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void payloadsGoWithTheirLastEntry() throws IOException {
        PayloadRef small = spool(journal, octets(1, 100));
        PayloadRef large = spool(journal, octets(2, 50_000));
        append(journal, ANN, appended(1, small), appended(2, large));
        append(journal, BOB, appended(9, large));

        journal.trim(ANN, 2);
        await().until(() -> !journal.hasPayload(small));
        assertThat(read(large)).hasSize(50_000);

        journal.trim(BOB, 1);
        await().until(() -> !journal.hasPayload(large) && files().isEmpty());
        assertThat(journal.bytes()).isZero();
        assertThatThrownBy(() -> journal.openPayload(large))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining(large.id());
    }

    @Test
    void aRetainedPayloadStaysUntilEveryHolderReleasedIt() throws IOException {
        PayloadRef ref = spool(journal, octets(1, 50_000));
        append(journal, ANN, appended(1, ref), created("behind"));
        assertThat(get(journal.retain(ref))).isTrue();
        assertThat(get(journal.retain(ref))).isTrue();
        assertThat(get(journal.retain(ref, "other mirror"))).isTrue();
        journal.trim(ANN, 2);
        await().until(() -> journal.count(ANN, 0) == 0);
        journal.close();
        open();
        assertThat(read(ref)).hasSize(50_000);

        get(journal.release(ref));
        assertThat(journal.hasPayload(ref)).isTrue();
        get(journal.release(ref, "other mirror"));
        await().until(() -> !journal.hasPayload(ref) && files().isEmpty());
        assertThat(journal.bytes()).isZero();
        assertThat(get(journal.retain(ref))).isFalse();
        get(journal.release(ref));
    }

    @Test
    void releasingDoesNotTakeAPayloadFromItsEntry() throws IOException {
        PayloadRef ref = spool(journal, octets(1, 50_000));
        append(journal, ANN, appended(1, ref));
        get(journal.retain(ref));
        get(journal.release(ref));
        assertThat(read(ref)).hasSize(50_000);
    }

    @Test
    void aDiscardedBodyLeavesNothing() throws IOException {
        PayloadWriter unfinished = journal.newPayload();
        get(unfinished.write(ByteBuffer.wrap(octets(1, 100_000))));
        PayloadWriter finished = journal.newPayload();
        get(finished.write(ByteBuffer.wrap(octets(1, 100_000))));
        PayloadRef ref = finished.finish();

        unfinished.discard();
        finished.discard();
        finished.discard();

        await().until(() -> files().isEmpty());
        append(journal, ANN, appended(1, ref));
        assertThat(journal.read(ANN, 0, 1).getFirst().event()).isEqualTo(appended(1, null));
    }

    @Test
    void aDiscardAfterTheAppendIsWithoutEffect() throws IOException {
        PayloadWriter writer = journal.newPayload();
        get(writer.write(ByteBuffer.wrap(octets(1, 100_000))));
        PayloadRef ref = writer.finish();
        var stage = journal.append(ANN, Samples.ORIGIN, List.of(appended(1, ref)));
        writer.discard();
        get(stage);
        writer.discard();
        assertThat(read(ref)).hasSize(100_000);
    }

    @Test
    void filesWithoutAnEntryAreRemovedAfterTheStart() throws IOException {
        PayloadRef kept = spool(journal, octets(1, 50_000));
        append(journal, ANN, appended(1, kept));
        PayloadWriter unfinished = journal.newPayload();
        get(unfinished.write(ByteBuffer.wrap(octets(2, 400_000))));
        await().until(() -> files().size() == 2);
        journal.close();
        Path orphan = file(new PayloadRef("0".repeat(32), 3, ""));
        Files.writeString(orphan, "abc");
        Path foreign = folder.resolve("spool/00/README");
        Files.writeString(foreign, "not ours");

        open();

        await().until(() -> !Files.exists(orphan));
        await().until(() -> files().size() == 2);
        assertThat(files()).containsExactlyInAnyOrder(foreign, file(kept));
        assertThat(read(kept)).hasSize(50_000);
    }

    @Test
    void aFullJournalStoresEventsWithoutBodiesUntilThereIsRoom() throws IOException {
        journal.close();
        open(JournalConfig.in(folder).withMaxBytes(100_000));
        PayloadRef first = spool(journal, octets(1, 60_000));
        append(journal, ANN, appended(1, first));
        PayloadRef second = spool(journal, octets(2, 60_000));
        PayloadRef tiny = spool(journal, octets(3, 100));
        append(journal, ANN, appended(2, second), appended(3, tiny));

        assertThat(journal.read(ANN, 0, 10))
                .extracting(Journal.Entry::event)
                .containsExactly(appended(1, first), appended(2, null), appended(3, tiny));
        await().until(() -> files().size() == 1);
        assertThat(read(first)).hasSize(60_000);

        journal.trim(ANN, 3);
        await().until(() -> journal.bytes() == 0);
        PayloadRef third = spool(journal, octets(4, 60_000));
        append(journal, ANN, appended(4, third));
        assertThat(read(third)).hasSize(60_000);
    }

    @Test
    void bodiesInFlightCountToo() {
        journal.close();
        try {
            open(JournalConfig.in(folder).withMaxBytes(100_000));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        PayloadWriter first = journal.newPayload();
        get(first.write(ByteBuffer.wrap(octets(1, 60_000))));
        PayloadWriter second = journal.newPayload();
        get(second.write(ByteBuffer.wrap(octets(1, 60_000))));
        PayloadRef lost = second.finish();
        first.discard();
        PayloadRef kept = spool(journal, octets(1, 60_000));
        append(journal, ANN, appended(1, lost), appended(2, kept));
        assertThat(journal.read(ANN, 0, 10))
                .extracting(Journal.Entry::event)
                .containsExactly(appended(1, null), appended(2, kept));
    }

    @Test
    void aBodyWhoseFileCannotBeWrittenIsLeftOut() throws IOException {
        // Every folder of the spool is in the way as a file.
        try (Stream<Path> folders = Files.list(folder.resolve("spool"))) {
            for (Path xx : folders.toList()) {
                Files.delete(xx);
                Files.createFile(xx);
            }
        }
        PayloadRef ref = spool(journal, octets(1, 2_000_000));
        append(journal, ANN, appended(1, ref));
        assertThat(journal.read(ANN, 0, 1).getFirst().event()).isEqualTo(appended(1, null));
    }

    @Test
    void aDamagedBodyIsNeverHandedOutToItsEnd() throws IOException {
        PayloadRef ref = spool(journal, octets(1, 50_000));
        PayloadRef small = spool(journal, octets(1, 500));
        PayloadRef cut = spool(journal, octets(1, 50_000));
        append(journal, ANN, appended(1, ref), appended(2, cut), appended(3, small));
        byte[] changed = Files.readAllBytes(file(ref));
        changed[100] ^= 1;
        Files.write(file(ref), changed);
        Files.write(file(cut), octets(1, 49_999));
        journal.database()
                .write(c ->
                        Sql.update(
                                c,
                                "UPDATE payload SET body = ? WHERE id = ?",
                                new byte[500],
                                small.id()));

        assertThatThrownBy(() -> read(ref))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("damaged");
        assertThatThrownBy(() -> read(cut))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("lacks 1");
        assertThatThrownBy(() -> read(small))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("damaged");
        Files.delete(file(ref));
        assertThat(journal.hasPayload(ref)).isFalse();
        assertThatThrownBy(() -> read(ref)).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void aReferenceIsNoPath() {
        PayloadRef evil = new PayloadRef("../../journal.db", 1, "");
        assertThat(journal.hasPayload(evil)).isFalse();
        assertThatThrownBy(() -> journal.openPayload(evil)).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void anUnfinishedPayloadInAnEventIsABug() {
        PayloadWriter writer = journal.newPayload();
        get(writer.write(ByteBuffer.wrap(octets(1, 10))));
        PayloadRef early = new PayloadRef(writer.id(), 10, "");
        assertThatThrownBy(() -> append(journal, ANN, appended(1, early)))
                .isInstanceOf(IllegalStateException.class);
    }
}
