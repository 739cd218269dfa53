package org.imapmirror.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.imapmirror.journal.Samples.octets;
import static org.imapmirror.journal.Samples.payloadOf;

import org.imapmirror.event.Account;
import org.imapmirror.event.MailboxEvent;
import org.imapmirror.event.PayloadRef;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;

/// Kills a process that appends, again and again on the same journal: whatever it was told to be
/// durable is there, whole, in its place, with its body; calls are there whole or not at all.
///
/// This shows the safety of a crash of the process. That of a power loss rests on the fsyncs.
class JournalCrashTest {
    private static final int KILLS = 5;

    @TempDir Path folder;

    @Test
    void whatWasAcknowledgedIsThereAfterKills() throws IOException {
        Random random = new Random();
        long seed = random.nextLong(1_000_000);
        random.setSeed(seed);
        Map<Account, Long> heads = new HashMap<>();
        String epoch = null;
        for (int kill = 0; kill < KILLS; kill++) {
            List<String> acknowledged = runAndKill(seed + kill, 200 + random.nextInt(1500));
            try (Journal journal = open()) {
                assertThat(journal.lastStopWasClean()).isFalse();
                if (epoch != null) {
                    assertThat(journal.epoch()).isEqualTo(epoch);
                }
                epoch = journal.epoch();
                for (String line : acknowledged) {
                    check(journal, line.split(" "), "seed " + seed + ": " + line);
                }
                for (Account account : journal.accounts()) {
                    checkSequence(journal, account, heads.getOrDefault(account, 0L));
                    heads.put(account, journal.head(account));
                }
                await().until(() -> filesWithoutEntry(journal).isEmpty());
            }
        }
    }

    private Journal open() throws IOException {
        return Journal.open(JournalConfig.in(folder), Clock.systemUTC());
    }

    /// @return the complete lines that the process printed
    private List<String> runAndKill(long seed, int lines) throws IOException {
        List<String> out = new ArrayList<>();
        try (ChildJvm child =
                ChildJvm.start(
                        CrashingWriter.class,
                        List.of("-Xmx128m"),
                        folder.toString(),
                        Long.toString(seed))) {
            for (int i = 0; i < lines; i++) {
                String line = child.out().readLine();
                assertThat(line).as("the process ended by itself").isNotNull();
                out.add(line);
            }
        }
        return out;
    }

    private static void check(Journal journal, String[] line, String what) throws IOException {
        Account account = new Account(line[0]);
        long seq = Long.parseLong(line[1]);
        long first = seq - Long.parseLong(line[2]);
        assertThat(journal.head(account)).as(what).isGreaterThanOrEqualTo(seq);
        List<Journal.Entry> entries = journal.read(account, first, (int) (seq - first));
        assertThat(entries).as(what).hasSize((int) (seq - first));
        if (line.length > 4) {
            PayloadRef ref = payloadOf(entries.getFirst().event());
            assertThat(ref)
                    .as(what)
                    .isEqualTo(new PayloadRef(line[5], Long.parseLong(line[4]), line[6]));
            try (InputStream in = journal.openPayload(Objects.requireNonNull(ref))) {
                assertThat(in.readAllBytes())
                        .as(what)
                        .isEqualTo(octets(Long.parseLong(line[3]), Integer.parseInt(line[4])));
            }
        }
    }

    /// No gap, no half call, and every body that an entry names.
    private static void checkSequence(Journal journal, Account account, long after) {
        long expected = after;
        String group = "";
        int seen = 0;
        int size = 0;
        for (Journal.Entry entry : journal.read(account, after, Integer.MAX_VALUE)) {
            assertThat(entry.seq()).isEqualTo(++expected);
            if (entry.event() instanceof MailboxEvent.MailboxCreated created) {
                String[] parts = created.name().value().split("-");
                if (!parts[0].equals(group)) {
                    assertThat(seen)
                            .as("half a call of %s at %d", account, expected)
                            .isEqualTo(size);
                    group = parts[0];
                    seen = 0;
                    size = Integer.parseInt(parts[2]);
                }
                assertThat(Integer.parseInt(parts[1])).isEqualTo(seen++);
            } else {
                PayloadRef ref = Objects.requireNonNull(payloadOf(entry.event()));
                assertThat(journal.hasPayload(ref)).isTrue();
            }
        }
        assertThat(seen).isEqualTo(size);
        assertThat(expected).isEqualTo(journal.head(account));
        assertThat(journal.count(account, after)).isEqualTo(expected - after);
    }

    private List<String> filesWithoutEntry(Journal journal) throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("spool"))) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .filter(id -> !journal.hasPayload(new PayloadRef(id, 0, "")))
                    .toList();
        }
    }
}
