package org.imapmirror.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.imapmirror.journal.Samples.ANN;
import static org.imapmirror.journal.Samples.BOB;
import static org.imapmirror.journal.Samples.append;
import static org.imapmirror.journal.Samples.appended;
import static org.imapmirror.journal.Samples.created;
import static org.imapmirror.journal.Samples.expunged;
import static org.imapmirror.journal.Samples.octets;
import static org.imapmirror.journal.Samples.payloadOf;
import static org.imapmirror.journal.Samples.spool;

import org.imapmirror.event.MailboxEvent;
import org.imapmirror.event.PayloadRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// How large a journal gets, and what a large one costs.
class JournalLimitTest {
    @TempDir Path folder;
    private Journal journal;

    @BeforeEach
    void open() throws IOException {
        journal = opened(10_000_000);
    }

    private void reopen(long maxBytes) throws IOException {
        journal.close();
        journal = opened(maxBytes);
    }

    private Journal opened(long maxBytes) throws IOException {
        return Journal.open(JournalConfig.in(folder).withMaxBytes(maxBytes), Clock.systemUTC());
    }

    @AfterEach
    void close() {
        journal.close();
    }

    /// A full journal with events of many mailboxes.
    private void fill(long maxBytes) {
        List<MailboxEvent> events = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            events.add(created("a mailbox with a name that is not short " + i));
        }
        while (journal.bytes() <= JournalConfig.in(folder).withMaxBytes(maxBytes).entryLimit()) {
            append(journal, BOB, events.toArray(MailboxEvent[]::new));
        }
    }

    @Test
    void aboveItsLimitAnAccountNeedsRoomForOneSuspicionOnly() throws IOException {
        reopen(0);
        append(journal, ANN, expunged(1));
        fill(0);
        append(journal, ANN, expunged(2), expunged(3));
        long full = journal.bytes();
        for (int i = 4; i < 100; i++) {
            long head = journal.head(ANN);
            assertThat(append(journal, ANN, expunged(i), expunged(i)))
                    .as("who has read the last one sees another")
                    .isGreaterThan(head);
        }
        assertThat(journal.bytes()).isEqualTo(full);
        assertThat(journal.read(ANN, 0, 10))
                .extracting(Journal.Entry::event)
                .containsExactly(expunged(1), Overflow.SUSPICION.event());
        assertThat(Overflow.SUSPICION.event()).isInstanceOf(MailboxEvent.MailboxSuspect.class);

        journal.trim(BOB, journal.head(BOB));
        await().until(() -> journal.bytes() < 10_000);
        append(journal, ANN, expunged(200));
        assertThat(journal.read(ANN, 1, 10))
                .extracting(Journal.Entry::event)
                .containsExactly(Overflow.SUSPICION.event(), expunged(200));
        journal.trim(ANN, journal.head(ANN));
        await().until(() -> journal.bytes() == 0);
    }

    @Test
    void aboveItsLimitTheOldestBodyStaysAndNewOnesLeaveNothing() throws IOException {
        reopen(200_000);
        byte[] body = octets(1, 60_000);
        PayloadRef oldest = spool(journal, body);
        append(journal, ANN, appended(1, oldest));
        PayloadRef newest = spool(journal, octets(2, 60_000));
        fill(200_000);
        append(journal, ANN, appended(2, newest));
        assertThat(journal.read(ANN, 0, 10))
                .extracting(Journal.Entry::event)
                .containsExactly(appended(1, oldest), Overflow.SUSPICION.event());
        try (InputStream in =
                journal.openPayload(
                        Objects.requireNonNull(
                                payloadOf(journal.read(ANN, 0, 1).getFirst().event())))) {
            assertThat(in.readAllBytes()).isEqualTo(body);
        }
        await().until(() -> bodies() == 1);
    }

    private long bodies() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("spool"))) {
            return files.filter(Files::isRegularFile).count();
        }
    }

    @Test
    void theSizeOfAPartOfAnAccountIsKnown() throws IOException {
        append(journal, ANN, expunged(1));
        long first = journal.bytes();
        PayloadRef body = spool(journal, octets(1, 5_000));
        append(journal, ANN, appended(2, body));
        append(journal, BOB, expunged(1));
        assertThat(journal.bytes(ANN, 0, 1)).isEqualTo(first);
        assertThat(journal.bytes(ANN, 1, 2)).isBetween(5_000L, 6_000L);
        assertThat(journal.bytes(ANN, 0, 9) + first).isEqualTo(journal.bytes());
        assertThat(journal.low(ANN)).isZero();
        journal.trim(ANN, 1);
        await().until(() -> journal.low(ANN) == 1);
    }

    /// The time that a start takes does not depend on how much is in the journal: it asks for no
    /// entry at all. The table is out of its reach meanwhile.
    @Test
    void aStartReadsNoEntries() throws IOException {
        MailboxEvent[] events = new MailboxEvent[500];
        Arrays.setAll(events, i -> expunged(i + 1));
        append(journal, ANN, events);
        rename("entry", "hidden");
        long bytes = journal.bytes();
        reopen(10_000_000);
        assertThat(journal.bytes()).isEqualTo(bytes);
        assertThat(journal.head(ANN)).isEqualTo(500);
        assertThat(journal.count(ANN, 100)).isEqualTo(400);
        assertThat(journal.accounts()).containsExactly(ANN);
        rename("hidden", "entry");
        assertThat(journal.read(ANN, 499, 10)).hasSize(1);
    }

    private void rename(String from, String to) {
        journal.database()
                .write(c -> {
                    try (Statement statement = c.createStatement()) {
                        return statement.executeUpdate(
                                "ALTER TABLE %s RENAME TO %s".formatted(from, to));
                    }
                });
    }
}
