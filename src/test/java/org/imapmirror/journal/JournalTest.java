package org.imapmirror.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.imapmirror.journal.Samples.ANN;
import static org.imapmirror.journal.Samples.BOB;
import static org.imapmirror.journal.Samples.ORIGIN;
import static org.imapmirror.journal.Samples.append;
import static org.imapmirror.journal.Samples.created;
import static org.imapmirror.journal.Samples.expunged;
import static org.imapmirror.journal.Samples.get;

import org.imapmirror.event.Account;
import org.imapmirror.event.MailboxEvent;
import org.imapmirror.event.MailboxName;
import org.imapmirror.event.MailboxRef;
import org.imapmirror.event.UidSet;
import org.imapmirror.state.Sql;
import org.imapmirror.state.StateException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

class JournalTest {
    private static final Instant NOW = Instant.ofEpochMilli(1_800_000_000_123L);
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

    @TempDir Path folder;
    private Journal journal;

    @BeforeEach
    void open() throws IOException {
        journal = Journal.open(JournalConfig.in(folder.resolve("journal")), CLOCK);
    }

    @AfterEach
    void close() {
        journal.close();
    }

    private void reopen() throws IOException {
        journal.close();
        open();
    }

    @Test
    void eventsComeBackInTheirOrderWithTimeAndOrigin() {
        assertThat(append(journal, ANN, created("a"), created("b"))).isEqualTo(2);
        assertThat(append(journal, ANN, created("c"))).isEqualTo(3);
        assertThat(append(journal, BOB, created("x"))).isEqualTo(1);

        assertThat(journal.read(ANN, 0, 10))
                .containsExactly(
                        new Journal.Entry(1, NOW, ORIGIN, created("a")),
                        new Journal.Entry(2, NOW, ORIGIN, created("b")),
                        new Journal.Entry(3, NOW, ORIGIN, created("c")));
        assertThat(journal.read(ANN, 1, 1)).extracting(Journal.Entry::seq).containsExactly(2L);
        assertThat(journal.read(ANN, 3, 10)).isEmpty();
        assertThat(journal.accounts()).containsExactlyInAnyOrder(ANN, BOB);
    }

    @Test
    void anAccountThatNeverWroteHasNothing() {
        Account nobody = new Account("nobody");
        assertThat(journal.head(nobody)).isZero();
        assertThat(journal.count(nobody, 0)).isZero();
        assertThat(journal.read(nobody, 0, 10)).isEmpty();
        assertThat(journal.accounts()).isEmpty();
    }

    @Test
    void aMarkAloneMakesNoAccount() {
        get(journal.mark(ANN));
        assertThat(journal.accounts()).isEmpty();
        assertThat(journal.head(ANN)).isZero();
    }

    @Test
    void theOrderIsTheOrderOfTheCallsWhateverTheThread() throws InterruptedException {
        List<CompletionStage<Long>> stages = new CopyOnWriteArrayList<>();
        Object turn = new Object();
        List<Thread> threads = new ArrayList<>();
        List<Integer> called = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            int thread = t;
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                for (int i = 0; i < 200; i++) {
                                    synchronized (turn) {
                                        int n = thread * 1000 + i;
                                        called.add(n);
                                        stages.add(
                                                journal.append(
                                                        ANN, ORIGIN, List.of(expunged(n + 1))));
                                    }
                                }
                            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        for (int i = 0; i < stages.size(); i++) {
            assertThat(get(stages.get(i))).isEqualTo(i + 1L);
        }
        assertThat(journal.read(ANN, 0, 2000))
                .extracting(Journal.Entry::event)
                .containsExactlyElementsOf(called.stream().map(n -> expunged(n + 1L)).toList());
    }

    @Test
    void manyWaitingAppendsShareFewCommits() {
        long before = journal.committed();
        List<CompletionStage<Long>> stages = new ArrayList<>();
        // The writer cannot commit while this test holds the database's writer.
        journal.database()
                .write(c -> {
                    for (int i = 0; i < 1000; i++) {
                        Account account = new Account("user" + i % 50);
                        stages.add(journal.append(account, ORIGIN, List.of(expunged(i + 1))));
                    }
                    return 0;
                });
        stages.forEach(Samples::get);
        assertThat(journal.committed() - before).isLessThanOrEqualTo(4);
        assertThat(journal.accounts()).hasSize(50);
        assertThat(journal.accounts()).allMatch(account -> journal.head(account) == 20);
    }

    @Test
    void theEventsOfOneCallAreAllThereOrNone() {
        // Makes the third event fail inside the transaction.
        journal.database()
                .write(c ->
                        Sql.update(
                                c,
                                "CREATE TRIGGER fault BEFORE INSERT ON entry"
                                        + " WHEN NEW.event LIKE '%broken%'"
                                        + " BEGIN SELECT RAISE(ABORT, 'injected'); END"));
        List<CompletionStage<Long>> stages = new ArrayList<>();
        journal.database()
                .write(c -> {
                    stages.add(journal.append(ANN, ORIGIN, List.of(created("before"))));
                    stages.add(
                            journal.append(
                                    ANN,
                                    ORIGIN,
                                    List.of(created("a"), created("b"), created("broken"))));
                    stages.add(journal.append(ANN, ORIGIN, List.of(created("behind"))));
                    return 0;
                });
        assertThat(get(stages.get(0))).isEqualTo(1);
        assertThatThrownBy(() -> get(stages.get(1)))
                .isInstanceOf(StateException.class)
                .hasMessageContaining("injected");
        assertThat(get(stages.get(2))).isEqualTo(2);
        assertThat(journal.read(ANN, 0, 10))
                .extracting(Journal.Entry::event)
                .containsExactly(created("before"), created("behind"));
    }

    @Test
    void trimmedEntriesAreGoneAndTheHeadStays() throws IOException {
        for (int i = 0; i < 1200; i++) {
            var _ = journal.append(ANN, ORIGIN, List.of(expunged(i + 1)));
        }
        append(journal, BOB, created("x"));
        long full = journal.bytes();

        journal.trim(ANN, 1100);

        await().until(() -> journal.read(ANN, 0, 1).getFirst().seq() == 1101);
        assertThat(journal.head(ANN)).isEqualTo(1200);
        assertThat(journal.count(ANN, 0)).isEqualTo(100);
        assertThat(journal.count(ANN, 1150)).isEqualTo(50);
        assertThat(journal.count(ANN, 5000)).isZero();
        assertThat(journal.bytes()).isLessThan(full / 5);
        assertThat(journal.head(BOB)).isEqualTo(1);

        journal.trim(ANN, Long.MAX_VALUE);
        await().until(() -> journal.count(ANN, 0) == 0);
        reopen();
        assertThat(journal.head(ANN)).isEqualTo(1200);
        assertThat(append(journal, ANN, created("next"))).isEqualTo(1201);
        assertThat(journal.accounts()).contains(ANN);
    }

    @Test
    void theTrimsOfManyAccountsShareFewCommits() {
        List<Account> accounts = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            accounts.add(new Account("user" + i));
        }
        for (Account account : accounts) {
            var _ = journal.append(account, ORIGIN, List.of(created("a"), created("b")));
        }
        get(journal.probe());
        long before = journal.committed();
        // The writer cannot commit while this test holds the database's writer.
        journal.database()
                .write(c -> {
                    accounts.forEach(account -> journal.trim(account, 2));
                    return 0;
                });
        await().until(() -> journal.bytes() == 0);
        assertThat(journal.committed() - before).isLessThanOrEqualTo(10);
    }

    @Test
    void theSizeComesBackToNothing() throws IOException {
        append(journal, ANN, created("müßig \uD83D\uDE00"), created("b"));
        assertThat(journal.bytes()).isPositive();
        long before = journal.bytes();
        reopen();
        assertThat(journal.bytes()).isEqualTo(before);
        journal.trim(ANN, 2);
        await().until(() -> journal.bytes() == 0);
    }

    @Test
    void everythingSurvivesAReopen() throws IOException {
        append(journal, ANN, created("a"), created("b"));
        get(journal.mark(BOB));
        String epoch = journal.epoch();
        reopen();
        assertThat(journal.epoch()).isEqualTo(epoch).hasSize(32);
        assertThat(journal.read(ANN, 0, 10)).hasSize(2);
        assertThat(journal.head(ANN)).isEqualTo(2);
        assertThat(journal.marks()).containsExactly(new Journal.Mark(BOB, 1, NOW));
    }

    @Test
    void anotherJournalHasAnotherEpoch() throws IOException {
        try (Journal other = Journal.open(JournalConfig.in(folder.resolve("other")), CLOCK)) {
            assertThat(other.epoch()).isNotEqualTo(journal.epoch());
        }
    }

    @Test
    void anOldUnmarkDoesNotClearANewMark() {
        long first = get(journal.mark(ANN));
        long second = get(journal.mark(ANN));
        assertThat(second).isGreaterThan(first);
        assertThat(get(journal.unmark(ANN, first))).isFalse();
        assertThat(journal.marks()).hasSize(1);
        assertThat(get(journal.unmark(ANN, second))).isTrue();
        assertThat(journal.marks()).isEmpty();
        assertThat(get(journal.unmark(ANN, second))).isFalse();
        assertThat(get(journal.mark(ANN))).isGreaterThan(second);
        assertThat(get(journal.unmark(BOB, 1))).isFalse();
    }

    @Test
    void listenersHearOfCommittedEntries() {
        List<Long> heads = new CopyOnWriteArrayList<>();
        journal.onAppended(_ -> {
            throw new IllegalStateException("a bad listener");
        });
        journal.onAppended(account -> heads.add(journal.head(account)));
        append(journal, ANN, created("a"));
        get(journal.mark(ANN));
        append(journal, ANN, created("b"));
        await().until(() -> heads.contains(2L));
        assertThat(heads).containsExactly(1L, 2L);
    }

    @Test
    void onlyACleanStopLeavesItsMark() throws IOException {
        assertThat(journal.lastStopWasClean()).isTrue();
        reopen();
        assertThat(journal.lastStopWasClean()).isTrue();
        get(journal.probe());
        journal.database().write(c -> Sql.update(c, "DROP TABLE entry"));
        assertThatThrownBy(() -> append(journal, ANN, created("a")));
        reopen();
        assertThat(journal.lastStopWasClean()).isFalse();
        reopen();
        assertThat(journal.lastStopWasClean()).isTrue();
    }

    @Test
    void whatWasAcceptedIsStoredByClose() throws IOException {
        List<CompletionStage<Long>> stages = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            stages.add(journal.append(ANN, ORIGIN, List.of(expunged(i + 1))));
        }
        journal.close();
        stages.forEach(Samples::get);
        assertThatThrownBy(() -> append(journal, ANN, created("late")))
                .hasMessageContaining("closed");
        open();
        assertThat(journal.head(ANN)).isEqualTo(500);
        assertThat(journal.lastStopWasClean()).isTrue();
    }

    @Test
    void aSecondJournalOnTheFolderIsRefused() {
        assertThatThrownBy(this::open)
                .isInstanceOf(StateException.class)
                .hasMessageContaining(folder.resolve("journal").toString());
    }

    @Test
    void moreThanTheQueueTakesIsRefusedAtOnce() throws IOException {
        journal.close();
        JournalConfig defaults = JournalConfig.in(folder.resolve("small"));
        journal =
                Journal.open(
                        new JournalConfig(defaults.directory(), 1000, 1000, 5000, 1000, 1000),
                        CLOCK);
        List<CompletionStage<Long>> stages = new ArrayList<>();
        journal.database()
                .write(c -> {
                    for (int i = 0; i < 1000; i++) {
                        stages.add(journal.append(ANN, ORIGIN, List.of(expunged(i + 1))));
                    }
                    return 0;
                });
        assertThatThrownBy(() -> get(stages.getLast()))
                .isInstanceOf(StateException.class)
                .hasMessageContaining("too slow");
        assertThat(get(stages.getFirst())).isEqualTo(1);
        await().until(() -> stages.stream().allMatch(s -> s.toCompletableFuture().isDone()));
        assertThat(append(journal, ANN, created("again"))).isGreaterThan(1);
    }

    @Test
    void anEventOfANewerVersionIsNotGuessedAt() {
        append(journal, ANN, created("a"));
        journal.database()
                .write(c -> Sql.update(c, "UPDATE entry SET event = '{\"event\":\"future\"}'"));
        assertThatThrownBy(() -> journal.read(ANN, 0, 10))
                .isInstanceOf(StateException.class)
                .hasMessageContaining("entry 1 of ann@example.org");
    }

    @Test
    void everyKindOfEventIsStored() {
        MailboxRef box = new MailboxRef(new MailboxName("Ablage/Übrige"), 4_294_967_295L);
        MailboxEvent moved =
                new MailboxEvent.MessagesMoved(box, UidSet.of(5), box, UidSet.of(4_294_967_295L));
        append(journal, ANN, moved, MailboxEvent.MailboxSuspect.ofAccount("reason"));
        assertThat(journal.read(ANN, 0, 10))
                .extracting(Journal.Entry::event)
                .containsExactly(moved, MailboxEvent.MailboxSuspect.ofAccount("reason"));
    }
}
