package org.imapmirror.reconcile.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxEvent.FlagChange;
import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.Appender;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.Listed;
import org.imapmirror.mailstore.Summary;
import org.imapmirror.reconcile.Brake;
import org.imapmirror.reconcile.sync.FolderPlan.Pair;
import org.imapmirror.reconcile.sync.FolderPlan.Planned;
import org.imapmirror.reconcile.sync.SyncOptions.Dates;
import org.imapmirror.reconcile.sync.SyncOptions.Deletes;
import org.imapmirror.reconcile.sync.SyncOptions.FlagRules;
import org.imapmirror.reconcile.sync.SyncOptions.Identity;
import org.imapmirror.reconcile.sync.SyncOptions.Limits;
import org.imapmirror.reconcile.sync.SyncOptions.Messages;
import org.imapmirror.reconcile.sync.SyncOptions.Rewrite;
import org.imapmirror.reconcile.sync.SyncReport.Cause;
import org.imapmirror.reconcile.sync.SyncReport.Failure;
import org.imapmirror.reconcile.sync.SyncReport.FolderReport;
import org.imapmirror.reconcile.sync.SyncReport.Outcome;
import org.imapmirror.state.StateException;
import org.imapmirror.testing.DovecotServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/// What the options of a run do, between two real servers.
@Tag("dovecot")
class SyncOptionsIT {
    private static final String DATE = "23-Nov-2016 10:00:00 +0000";
    private static final int USERS = 40;

    /// A message larger than this is refused by the target.
    private static final int LARGEST = 50_000;

    private static DovecotServer source;
    private static DovecotServer target;
    private static int users;

    @TempDir Path directory;
    private TestSide from;
    private TestSide to;
    private ImapStore there;
    private ImapStore here;

    @BeforeAll
    static void start() {
        source = DovecotServer.launch(USERS, "mail_max_keyword_length = 100\n");
        target =
                DovecotServer.launch(
                        USERS,
                        "mail_plugins = quota\nprotocol imap {\n  mail_plugins = quota"
                                + " imap_quota\n}\nplugin {\n  quota = count:User\n  quota_vsizes ="
                                + " yes\n  quota_rule = *:storage=1M\n  quota_max_mail_size ="
                                + " 50000\n}\n");
    }

    @AfterAll
    static void stop() {
        source.close();
        target.close();
    }

    @BeforeEach
    void open() throws Exception {
        int user = ++users;
        from = TestSide.of("source", source, user);
        to = TestSide.of("target", target, user);
        there = from.open();
        here = to.open();
    }

    @AfterEach
    void close() {
        there.close();
        here.close();
    }

    private Path state() {
        return directory.resolve("pair.db");
    }

    private SyncReport run(Options options) throws Exception {
        return Syncer.run(from, to, options.get(), state(), Progress.NONE);
    }

    private static void put(
            ImapStore store, String mailbox, String id, int size, @Nullable String date)
            throws Exception {
        StringBuilder text = new StringBuilder();
        if (!id.isEmpty()) {
            text.append("Message-ID: <").append(id).append("@test>\r\n");
        }
        text.append("Date: Tue, 1 Mar 2011 12:30:00 +0200\r\nSubject: x\r\n\r\n");
        while (text.length() < size) {
            text.append("y".repeat(60)).append("\r\n");
        }
        byte[] body = text.toString().getBytes(US_ASCII);
        Appender appender = store.appender(mailbox);
        appender.add(Flags.of("\\Seen", "Work"), date, body.length, new ByteArrayInputStream(body));
        appender.finish();
    }

    private void fill(String mailbox, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            put(there, mailbox, mailbox + i, 0, DATE);
        }
    }

    private static List<Summary> in(ImapStore store, String mailbox) throws Exception {
        store.examine(mailbox);
        return store.summaries(store.uids());
    }

    private void expunge(String mailbox, int count) throws Exception {
        there.select(mailbox);
        there.expunge(there.uids().chunks(count).getFirst());
    }

    private static long copied(SyncReport report) {
        return SyncContract.sum(report, FolderReport::copied);
    }

    private static long deleted(SyncReport report) {
        return SyncContract.sum(report, FolderReport::deleted);
    }

    @Test
    void aPlanSaysWhatARunWouldDoAndChangesNothing() throws Exception {
        fill("INBOX", 3);
        there.create("New", null);
        put(there, "New", "large", 2 * LARGEST, DATE);
        SyncReport plan = run(Options.ALL.planned());
        assertThat(copied(plan)).isEqualTo(4);
        assertThat(plan.dryRun()).isTrue();
        assertThat(plan.folders())
                .filteredOn(FolderReport::made)
                .extracting(FolderReport::target)
                .containsExactly("New");
        assertThat(here.list()).extracting(Listed::name).doesNotContain("New");
        assertThat(in(here, "INBOX")).isEmpty();
        assertThat(Files.list(directory)).isEmpty();
    }

    @Test
    void aPlanAfterARunSaysWhatIsLeft() throws Exception {
        fill("INBOX", 5);
        run(Options.ALL);
        fill("INBOX", 1);
        expunge("INBOX", 2);
        byte[] before = Files.readAllBytes(state());
        SyncReport plan = run(Options.ALL.with(Options.GONE).planned());
        assertThat(copied(plan)).isEqualTo(1);
        assertThat(deleted(plan)).isEqualTo(2);
        assertThat(in(here, "INBOX")).hasSize(5);
        assertThat(Files.readAllBytes(state())).isEqualTo(before);
    }

    @Test
    void aPlanTellsThatTheQuotaIsTooSmall() throws Exception {
        for (int i = 0; i < 30; i++) {
            put(there, "INBOX", "q" + i, 45_000, DATE);
        }
        SyncReport plan = run(Options.ALL.planned());
        assertThat(plan.warnings()).anyMatch(w -> w.contains("quota"));
    }

    @Test
    void aRefusedMessageIsNamedAndTheOthersComeOver() throws Exception {
        fill("INBOX", 2);
        put(there, "INBOX", "large", 2 * LARGEST, DATE);
        fill("INBOX", 2);
        SyncReport report = run(Options.ALL);
        assertThat(copied(report)).isEqualTo(4);
        assertThat(report.outcome()).isEqualTo(Outcome.WITH_FAILURES);
        assertThat(report.failures()).hasSize(1);
        Failure failure = report.failures().getFirst();
        assertThat(failure.messageId()).isEqualTo("<large@test>");
        assertThat(failure.cause()).isIn(Cause.TOO_BIG, Cause.OVER_QUOTA);
        assertThat(failure.uid()).isEqualTo(3);
        assertThat(copied(run(Options.ALL))).as("tried again, and only that").isZero();
        assertThat(in(here, "INBOX")).hasSize(4);
    }

    @Test
    void theRunEndsAfterSoManyFailures() throws Exception {
        for (int i = 0; i < 5; i++) {
            put(there, "INBOX", "large" + i, 2 * LARGEST, DATE);
        }
        SyncReport report = run(Options.ALL.with(new Limits(0, 0, 0, 0, 0, 0, 2)));
        assertThat(report.outcome()).isEqualTo(Outcome.TOO_MANY_FAILURES);
    }

    @Test
    void theBrakeHoldsManyDeletionsUntilItIsLifted() throws Exception {
        fill("INBOX", 20);
        run(Options.ALL);
        expunge("INBOX", 10);
        Brake brake = new Brake(5, 20);
        SyncReport held =
                run(Options.ALL.with(new Deletes(true, false, false, false, true, brake, false)));
        assertThat(held.held()).hasSize(1);
        assertThat(in(here, "INBOX")).hasSize(20);
        SyncReport lifted =
                run(Options.ALL.with(new Deletes(true, false, false, false, true, brake, true)));
        assertThat(deleted(lifted)).isEqualTo(10);
        assertThat(in(here, "INBOX")).hasSize(10);
    }

    @Test
    void anEmptySourceDeletesNothingWhateverIsOrdered() throws Exception {
        fill("INBOX", 3);
        run(Options.ALL);
        expunge("INBOX", 3);
        SyncReport report =
                run(
                        Options.ALL.with(
                                new Deletes(true, true, false, false, false, Brake.DEFAULT, true)));
        assertThat(report.held()).isNotEmpty();
        assertThat(in(here, "INBOX")).hasSize(3);
    }

    @Test
    void whatTheSourceNeverHadGoesOnlyWhereThatIsOrdered() throws Exception {
        put(here, "INBOX", "own", 0, DATE);
        fill("INBOX", 3);
        run(Options.ALL.with(Options.GONE));
        assertThat(in(here, "INBOX")).hasSize(4);
        SyncReport strict =
                run(
                        Options.ALL.with(
                                new Deletes(
                                        true, false, false, false, false, Brake.DEFAULT, false)));
        assertThat(deleted(strict)).isEqualTo(1);
        assertThat(in(here, "INBOX")).hasSize(3);
        assertThat(copied(run(Options.ALL))).isZero();
    }

    @Test
    void mailboxesOfTheTargetAloneGoWhereThatIsOrdered() throws Exception {
        fill("INBOX", 30);
        there.create("LeftOut", null);
        here.create("LeftOut", null);
        here.create("Other", null);
        here.create("Other/Below", null);
        FolderPlan inbox =
                (_, _, _, _) -> new Planned(List.of(new Pair("INBOX", "INBOX")), List.of());
        SyncReport known =
                run(
                        Options.ALL
                                .with(inbox)
                                .with(
                                        new Deletes(
                                                false,
                                                true,
                                                false,
                                                false,
                                                true,
                                                Brake.DEFAULT,
                                                false)));
        assertThat(known.held()).isEmpty();
        assertThat(here.list()).extracting(Listed::name).contains("Other", "Other/Below");
        run(
                Options.ALL
                        .with(inbox)
                        .with(new Deletes(false, true, false, false, false, Brake.DEFAULT, false)));
        assertThat(here.list())
                .extracting(Listed::name)
                .contains("LeftOut", "INBOX")
                .doesNotContain("Other", "Other/Below");
    }

    @Test
    void aMoveRemovesFromTheSourceWhatIsOnTheTarget() throws Exception {
        fill("INBOX", 4);
        put(there, "INBOX", "large", 2 * LARGEST, DATE);
        SyncReport report =
                run(
                        Options.ALL.with(
                                new Deletes(
                                        false, false, true, false, true, Brake.DEFAULT, false)));
        assertThat(report.failures()).hasSize(1);
        there.noop();
        assertThat(in(there, "INBOX")).as("nothing goes while something failed").hasSize(5);
        expunge("INBOX", 5);
        fill("INBOX", 2);
        SyncReport moved =
                run(
                        Options.ALL.with(
                                new Deletes(true, false, true, false, true, Brake.DEFAULT, false)));
        assertThat(in(there, "INBOX")).isEmpty();
        assertThat(moved.failures()).isEmpty();
    }

    @Test
    void duplicatesOfTheSourceAreLeftOutWhereAsked() throws Exception {
        put(there, "INBOX", "one", 0, DATE);
        put(there, "INBOX", "one", 0, DATE);
        put(there, "INBOX", "one", 500, DATE);
        put(there, "INBOX", "two", 0, DATE);
        Options once = Options.ALL.with(new Identity(List.of(), false, true));
        assertThat(copied(run(once))).as("other text is no duplicate").isEqualTo(3);
        put(there, "INBOX", "two", 0, DATE);
        assertThat(copied(run(once))).isZero();
        assertThat(copied(run(Options.ALL))).as("asked for after all").isEqualTo(2);
        assertThat(in(here, "INBOX")).hasSize(5);
    }

    @Test
    void whatIsInAnotherMailboxIsNotStoredAgainWhereAsked() throws Exception {
        there.create("All", null);
        fill("INBOX", 3);
        for (int i = 0; i < 3; i++) {
            put(there, "All", "INBOX" + i, 0, DATE);
        }
        put(there, "All", "archived", 0, DATE);
        Options across = Options.ALL.with(new Identity(List.of(), true, false));
        assertThat(copied(run(across))).isEqualTo(4);
        assertThat(copied(run(across))).isZero();
        assertThat(copied(run(Options.ALL))).isEqualTo(3);
    }

    @Test
    void headersThatAreNamedTellMessagesApart() throws Exception {
        put(there, "INBOX", "same", 0, DATE);
        put(here, "INBOX", "same", 5000, "01-Jan-2001 00:00:00 +0000");
        Options named = Options.ALL.with(new Identity(List.of("Message-ID"), false, false));
        assertThat(copied(run(named))).isZero();
    }

    @Test
    void messagesAreChosenBySizeAgeAndSearch() throws Exception {
        put(there, "INBOX", "small", 0, DATE);
        put(there, "INBOX", "middle", 5000, DATE);
        put(there, "INBOX", "large", 20_000, DATE);
        put(there, "INBOX", "young", 5000, null);
        Duration year = Duration.ofDays(365);
        SyncReport report =
                run(Options.ALL.with(new Messages(1000, 10_000, year, null, null, null, false)));
        assertThat(copied(report)).isEqualTo(1);
        assertThat(SyncContract.sum(report, FolderReport::skipped)).isEqualTo(3);
        assertThat(report.warnings()).hasSize(1);
        SyncReport search =
                run(
                        Options.ALL.with(
                                new Messages(
                                        0,
                                        Long.MAX_VALUE,
                                        null,
                                        null,
                                        "HEADER Message-ID \"<small@test>\"",
                                        null,
                                        false)));
        assertThat(copied(search)).isEqualTo(1);
        assertThat(copied(run(Options.ALL))).isEqualTo(2);
    }

    @Test
    void twoMailboxesMayGoToOne() throws Exception {
        there.create("Second", null);
        fill("INBOX", 3);
        put(there, "Second", "INBOX0", 0, DATE);
        put(there, "Second", "own", 0, DATE);
        FolderPlan both =
                (_, _, _, _) ->
                        new Planned(
                                List.of(new Pair("INBOX", "INBOX"), new Pair("Second", "INBOX")),
                                List.of());
        Options options = Options.ALL.with(both).with(Options.GONE);
        assertThat(copied(run(options))).isEqualTo(5);
        assertThat(copied(run(options))).isZero();
        there.select("Second");
        there.expunge(UidSet.of(1));
        SyncReport gone = run(options);
        assertThat(deleted(gone)).isEqualTo(1);
        assertThat(in(here, "INBOX")).hasSize(4);
    }

    @Test
    void datesComeFromTheHeaderWhereAsked() throws Exception {
        put(there, "INBOX", "dated", 0, DATE);
        run(Options.ALL.with(Dates.HEADER));
        assertThat(MessageDates.instant(in(here, "INBOX").getFirst().internalDate()))
                .isEqualTo("2011-03-01T10:30:00Z");
        assertThat(copied(run(Options.ALL.with(Dates.HEADER)))).isZero();
    }

    @Test
    void flagsAreChangedByTheRulesAndComparedSo() throws Exception {
        fill("INBOX", 2);
        FlagRules rules =
                new FlagRules(
                        true,
                        List.of(Pattern.compile("\\\\seen")),
                        List.of(new Rewrite(Pattern.compile("\\bWork\\b"), "Job")));
        run(Options.ALL.with(rules));
        assertThat(in(here, "INBOX")).allMatch(s -> s.flags().equals(Flags.of("Job")));
        SyncReport again = run(Options.ALL.with(rules));
        assertThat(SyncContract.sum(again, FolderReport::flags)).isZero();
        here.select("INBOX");
        here.store(UidSet.of(1), FlagChange.ADDED, Flags.of("\\Flagged"));
        SyncReport back = run(Options.ALL.with(rules));
        assertThat(SyncContract.sum(back, FolderReport::flags)).isEqualTo(1);
    }

    @Test
    void keywordsThatTheTargetRefusesStayAsideAndTheMessageComesOver() throws Exception {
        fill("INBOX", 3);
        String keyword = "k".repeat(80);
        there.select("INBOX");
        there.store(UidSet.of(2), FlagChange.ADDED, Flags.of(keyword, "Mine"));
        SyncReport report = run(Options.ALL);
        assertThat(copied(report)).isEqualTo(3);
        assertThat(report.failures()).isEmpty();
        // It was stored when the others were.
        assertThat(in(here, "INBOX"))
                .extracting(Summary::flags)
                .containsExactly(
                        Flags.of("\\Seen", "Work"),
                        Flags.of("\\Seen", "Work"),
                        Flags.of("\\Seen", "Work", "Mine"));
        SyncReport again = run(Options.ALL);
        assertThat(SyncContract.sum(again, FolderReport::flags)).isZero();
        assertThat(again.outcome()).isEqualTo(Outcome.COMPLETE);
    }

    @Test
    void aRunThatStopsAtALimitIsGoneOnWith() throws Exception {
        for (int i = 0; i < 10; i++) {
            put(there, "INBOX", "m" + i, 10_000, DATE);
        }
        Options some = Options.ALL.with(new Limits(0, 0, 0, 0, 0, 35_000, 0));
        SyncReport first = run(some);
        assertThat(first.outcome()).isEqualTo(Outcome.LIMIT_REACHED);
        assertThat(copied(first)).isBetween(3L, 4L);
        assertThat(copied(run(Options.ALL))).isEqualTo(10 - copied(first));
    }

    @Test
    void aDailyBudgetIsSpentOverSeveralRuns() throws Exception {
        fill("INBOX", 10);
        Options budget = Options.ALL.with(new Limits(0, 0, 0, 4, 0, 0, 0));
        assertThat(copied(run(budget))).isEqualTo(4);
        SyncReport again = run(budget);
        assertThat(copied(again)).isZero();
        assertThat(again.outcome()).isEqualTo(Outcome.LIMIT_REACHED);
    }

    @Test
    void aRateIsKept() throws Exception {
        for (int i = 0; i < 4; i++) {
            put(there, "INBOX", "r" + i, 20_000, DATE);
        }
        SyncReport report = run(Options.ALL.with(new Limits(40_000, 0, 0, 0, 0, 0, 0)));
        assertThat(copied(report)).isEqualTo(4);
        assertThat(report.time()).isGreaterThan(Duration.ofMillis(900));
    }

    @Test
    void aMailboxThatWasMadeAnewOnTheTargetIsFilledAnew() throws Exception {
        there.create("Box", null);
        fill("Box", 5);
        run(Options.ALL);
        here.delete("Box");
        here.create("Box", null);
        put(here, "Box", "Box3", 0, DATE);
        assertThat(copied(run(Options.ALL))).isEqualTo(4);
        assertThat(in(here, "Box")).hasSize(5);
    }

    @Test
    void whatVanishedFromTheTargetIsCopiedAgain() throws Exception {
        fill("INBOX", 5);
        run(Options.ALL);
        here.select("INBOX");
        here.expunge(UidSet.of(2, 3));
        assertThat(copied(run(Options.ALL))).isEqualTo(2);
        assertThat(in(here, "INBOX")).hasSize(5);
    }

    @Test
    void aSecondRunOfThePairIsRefusedMeanwhile() throws Exception {
        try (PairLock _ = PairLock.take(state())) {
            assertThatThrownBy(() -> run(Options.ALL))
                    .isInstanceOf(StateException.class)
                    .hasMessageContaining("another run for the same two accounts");
        }
        assertThat(run(Options.ALL).outcome()).isEqualTo(Outcome.COMPLETE);
    }

    @Test
    void aStateFileOfOtherAccountsIsRefused() throws Exception {
        run(Options.ALL);
        assertThatThrownBy(() -> Syncer.run(to, from, Options.ALL.get(), state(), Progress.NONE))
                .isInstanceOf(StateException.class)
                .hasMessageContaining("belongs to other accounts");
    }
}
