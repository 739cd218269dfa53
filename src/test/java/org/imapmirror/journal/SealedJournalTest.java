package org.imapmirror.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.imapmirror.journal.Samples.ANN;
import static org.imapmirror.journal.Samples.append;
import static org.imapmirror.journal.Samples.appended;
import static org.imapmirror.journal.Samples.octets;
import static org.imapmirror.journal.Samples.spool;

import org.imapmirror.event.PayloadRef;
import org.imapmirror.state.Keyring;
import org.imapmirror.state.MasterKey;
import org.imapmirror.state.Sql;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// Bodies encrypted at rest.
class SealedJournalTest {
    private static final int SEGMENT = 64 * 1024;
    private static final String TELLTALE = "The quick brown fox jumps over the lazy dog. ";

    private final MasterKey key = MasterKey.of(MasterKey.random());

    @TempDir Path folder;
    private Journal journal;

    @BeforeEach
    void open() throws IOException {
        journal = opened(new Keyring(key, List.of()));
    }

    private Journal opened(@Nullable Keyring keys) throws IOException {
        return Journal.open(JournalConfig.in(folder), keys, Clock.systemUTC());
    }

    private void reopen(@Nullable Keyring keys) throws IOException {
        journal.close();
        journal = opened(keys);
    }

    @AfterEach
    void close() {
        journal.close();
    }

    private byte[] read(PayloadRef ref) throws IOException {
        try (InputStream in = journal.openPayload(ref)) {
            return in.readAllBytes();
        }
    }

    private PayloadRef stored(byte[] body) {
        PayloadRef ref = spool(journal, body);
        append(journal, ANN, appended(1, ref));
        return ref;
    }

    private Path file(PayloadRef ref) {
        return folder.resolve("spool").resolve(ref.id().substring(30)).resolve(ref.id());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 32 * 1024, 32 * 1024 + 1, SEGMENT, SEGMENT * 2, 3_000_000})
    void aBodyComesBackAsItWasAlsoAfterARestart(int size) throws IOException {
        byte[] body = octets(size, size);
        PayloadRef ref = stored(body);
        assertThat(read(ref)).isEqualTo(body);
        reopen(new Keyring(key, List.of()));
        assertThat(journal.hasPayload(ref)).isTrue();
        assertThat(read(ref)).isEqualTo(body);
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 20_000, 500_000})
    void nothingOfABodyIsInAnyFile(int size) throws IOException {
        byte[] body = TELLTALE.repeat(size / TELLTALE.length()).getBytes(StandardCharsets.US_ASCII);
        stored(body);
        assertThat(filesWith("quick brown")).isEmpty();
        journal.trim(ANN, 1);
        journal.close();
        assertThat(filesWith("quick brown")).isEmpty();
        journal = opened(null);
        stored(body);
        assertThat(filesWith("quick brown")).as("the search finds what is there").isNotEmpty();
    }

    private List<Path> filesWith(String text) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(f -> {
                        try {
                            return Files.readString(f, StandardCharsets.ISO_8859_1).contains(text);
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    })
                    .toList();
        }
    }

    @Test
    void whatWasStoredBeforeEncryptionOrWithAnOlderKeyIsRead() throws IOException {
        byte[] small = octets(1, 500);
        byte[] large = octets(2, 200_000);
        reopen(null);
        PayloadRef plainSmall = stored(small);
        PayloadRef plainLarge = stored(large);
        reopen(new Keyring(key, List.of()));
        PayloadRef oldSmall = stored(small);
        PayloadRef oldLarge = stored(large);
        MasterKey next = MasterKey.of(MasterKey.random());
        reopen(new Keyring(next, List.of(key)));
        for (PayloadRef ref : List.of(plainSmall, oldSmall, stored(small))) {
            assertThat(read(ref)).isEqualTo(small);
        }
        for (PayloadRef ref : List.of(plainLarge, oldLarge, stored(large))) {
            assertThat(read(ref)).isEqualTo(large);
        }
    }

    @Test
    void withoutItsKeyABodyCountsAsLostAndTheKeyIsNamed() throws IOException {
        PayloadRef small = stored(octets(1, 500));
        PayloadRef large = stored(octets(2, 200_000));
        for (Keyring keys :
                Arrays.asList(new Keyring(MasterKey.of(MasterKey.random()), List.of()), null)) {
            reopen(keys);
            for (PayloadRef ref : List.of(small, large)) {
                assertThat(journal.hasPayload(ref)).isFalse();
                assertThatThrownBy(() -> read(ref))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining(key.id())
                        .hasMessageContaining("journal.encryption");
            }
        }
    }

    /// A lane that finds a body damaged asks for it again, and takes the primary's then.
    @Test
    void aChangedBodyIsNeverReadToItsEndAndCountsAsLostFromThenOn() throws IOException {
        PayloadRef ref = stored(octets(1, 3 * SEGMENT));
        byte[] octets = Files.readAllBytes(file(ref));
        for (int at : new int[] {0, 5, 40, 100, SEGMENT + 500, octets.length - 1}) {
            byte[] changed = octets.clone();
            changed[at] ^= 1;
            damaged(ref, changed);
        }
        damaged(ref, Arrays.copyOf(octets, octets.length - 1));
        damaged(ref, Arrays.copyOf(octets, 61 + SEGMENT));
        damaged(ref, Arrays.copyOf(octets, 61 + 2 * SEGMENT));
        damaged(ref, new byte[0]);
        byte[] swapped = octets.clone();
        System.arraycopy(octets, 61 + SEGMENT, swapped, 61 + 2 * SEGMENT, 1000);
        damaged(ref, swapped);
        Files.write(file(ref), octets);
        reopen(new Keyring(key, List.of()));
        assertThat(read(ref)).isEqualTo(octets(1, 3 * SEGMENT));
    }

    private void damaged(PayloadRef ref, byte[] octets) throws IOException {
        Files.write(file(ref), octets);
        reopen(new Keyring(key, List.of()));
        assertThat(journal.hasPayload(ref)).isTrue();
        assertThatThrownBy(() -> read(ref)).isInstanceOf(IOException.class);
        assertThat(journal.hasPayload(ref)).isFalse();
    }

    @Test
    void aBodyInThePlaceOfAnotherIsNotAccepted() throws IOException {
        PayloadRef one = stored(octets(1, 500));
        PayloadRef other = stored(octets(2, 500));
        journal.database()
                .write(c ->
                        Sql.update(
                                c,
                                "UPDATE payload SET body = (SELECT body FROM payload WHERE id = ?)"
                                        + " WHERE id = ?",
                                other.id(),
                                one.id()));
        assertThatThrownBy(() -> read(one))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("damaged");
        assertThat(read(other)).isEqualTo(octets(2, 500));
    }
}
