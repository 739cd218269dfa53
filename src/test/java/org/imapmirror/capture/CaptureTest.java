package org.imapmirror.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.imapmirror.event.Account;
import org.imapmirror.event.MailboxEvent.MessageAppended;
import org.imapmirror.event.Origin;
import org.imapmirror.imap.Frame;
import org.imapmirror.journal.Journal;
import org.imapmirror.journal.JournalConfig;
import org.imapmirror.proxy.SessionTap;
import org.imapmirror.proxy.Step;
import org.imapmirror.proxy.Tap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/// Capture against a real journal: what is held and for how long, marks, and what becomes of
/// sessions that end.
class CaptureTest {
    private static final Account ANN = new Account("ann");
    private static final CaptureConfig CONFIG =
            new CaptureConfig(
                    Duration.ofMillis(100),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(1),
                    Duration.ofMillis(20),
                    Duration.ofMillis(50));

    @TempDir Path folder;
    private final ScheduledExecutorService executor = Executors.newScheduledThreadPool(1);
    private final RecordedHints hints = new RecordedHints();
    private Journal journal;
    private Capture capture;
    private int sessions;

    @BeforeEach
    void open() throws IOException {
        journal = Journal.open(JournalConfig.in(folder.resolve("journal")), Clock.systemUTC());
        capture = capture();
    }

    private Capture capture() {
        return capture(CONFIG);
    }

    private Capture capture(CaptureConfig config) {
        return new Capture(
                journal, config, hints, _ -> '/', Timer.on(executor), new SimpleMeterRegistry());
    }

    @AfterEach
    void close() {
        journal.close();
        executor.shutdownNow();
    }

    private SessionTap session() {
        Origin origin = new Origin("s" + ++sessions, "192.0.2.1");
        return capture.loggedIn(new Tap.Login(ANN, origin, "old", null, Set.of()));
    }

    private MiniRelay relay(SessionTap tap) {
        return new MiniRelay(tap, () -> {});
    }

    private static byte[] lines(String... lines) {
        return (String.join("\r\n", lines) + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    private static Frame line(String text) {
        return new Frame.Line(text.getBytes(StandardCharsets.ISO_8859_1), null, false, false);
    }

    private List<String> events() {
        return journal.read(ANN, 0, 1000).stream().map(e -> EventText.of(e.event())).toList();
    }

    /// Another process keeps the journal's database locked.
    private Connection stuckJournal() throws Exception {
        Connection lock =
                DriverManager.getConnection(
                        "jdbc:sqlite:" + folder.resolve("journal").resolve("journal.db"));
        try (Statement statement = lock.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
        }
        return lock;
    }

    @Test
    void firstChangingCommandWaitsForTheDurableMark() throws Exception {
        capture = capture(CONFIG.withMaxHold(Duration.ofMinutes(1)));
        SessionTap tap = session();
        assertThat(tap.client(line("a LIST \"\" *"))).isEqualTo(Step.FORWARD);
        assertThat(journal.marks()).isEmpty();

        Step step;
        try (Connection _ = stuckJournal()) {
            step = tap.client(line("b CREATE x"));
            assertThat(step).isInstanceOf(Step.Hold.class);
        }

        CompletionStage<Step> then = ((Step.Hold) step).then();
        assertThat(then.toCompletableFuture().get()).isEqualTo(Step.FORWARD);
        assertThat(journal.marks()).extracting(Journal.Mark::account).containsExactly(ANN);
        assertThat(tap.client(line("c CREATE y"))).isEqualTo(Step.FORWARD);
        assertThat(session().client(line("a CREATE z")))
                .as("the mark of another session will do")
                .isEqualTo(Step.FORWARD);
    }

    @Test
    void othersWaitForWhatTheFirstClientDoesFirst() throws Exception {
        ManualTimer time = new ManualTimer();
        capture = new Capture(journal, CONFIG, hints, _ -> '/', time, new SimpleMeterRegistry());
        assertThat(capture.begun(ANN)).as("nobody is there").isCompleted();

        SessionTap tap = session();
        MiniRelay first = relay(tap);
        CompletionStage<Void> begun = capture.begun(ANN);
        first.client(lines("a LIST \"\" *"));
        first.server(lines("a OK done"));
        assertThat(begun).isNotCompleted();
        first.client(lines("b SELECT INBOX"));
        assertThat(begun).isNotCompleted();
        first.server(lines("b OK done"));
        assertThat(begun).isCompleted();
        var unused = session();
        assertThat(capture.begun(ANN)).as("the account is in use").isCompleted();
    }

    @Test
    void whoMayBeDisturbedIsToldOfMailboxesThatMove() throws Exception {
        MiniRelay relay = relay(session());
        relay.client(lines("a CREATE x", "b SUBSCRIBE x", "c RENAME x y"));
        assertThat(hints.moved).containsExactly("x", "x");
        relay.server(lines("a OK done", "b OK done", "c NO no"));
        await().untilAsserted(() ->
                assertThat(hints.moved).containsExactlyInAnyOrder("x", "x", "x done", "x done"));

        hints.moved.clear();
        SessionTap tap = session();
        relay(tap).client(lines("a DELETE {1+}", "y"));
        assertThat(hints.moved).containsExactly("y");
        tap.closed(false);
        await().untilAsserted(() -> assertThat(hints.moved).containsExactly("y", "y done"));
    }

    @Test
    void aMailboxMovesWhenNobodyIsDisturbedOrThatTakesTooLong() {
        journal.mark(ANN).toCompletableFuture().join();
        ManualTimer time = new ManualTimer();
        capture = new Capture(journal, CONFIG, hints, _ -> '/', time, new SimpleMeterRegistry());
        SessionTap tap = session();
        hints.clear = new CompletableFuture<>();
        CompletableFuture<Step> first = held(tap.client(line("a DELETE x")));
        assertThat(first).isNotDone();
        hints.clear.complete(null);
        assertThat(first).isCompletedWithValue(Step.FORWARD);

        hints.clear = new CompletableFuture<>();
        CompletableFuture<Step> second = held(tap.client(line("b RENAME y z")));
        time.advance(CONFIG.moveTimeout().minusMillis(1));
        assertThat(second).isNotDone();
        time.advance(Duration.ofMillis(1));
        assertThat(second).isCompletedWithValue(Step.FORWARD);
        assertThat(tap.client(line("c SUBSCRIBE z"))).isEqualTo(Step.FORWARD);
    }

    private static CompletableFuture<Step> held(Step step) {
        assertThat(step).isInstanceOf(Step.Hold.class);
        return ((Step.Hold) step).then().toCompletableFuture();
    }

    @Test
    void othersDoNotWaitLongForAClientThatDoesNothing() {
        ManualTimer time = new ManualTimer();
        capture = new Capture(journal, CONFIG, hints, _ -> '/', time, new SimpleMeterRegistry());
        SessionTap tap = session();
        CompletionStage<Void> idle = capture.begun(ANN);
        time.advance(CONFIG.firstUse().minusMillis(1));
        assertThat(idle).isNotCompleted();
        time.advance(Duration.ofMillis(1));
        assertThat(idle).isCompleted();
        tap.closed(true);

        SessionTap next = session();
        CompletionStage<Void> gone = capture.begun(ANN);
        assertThat(gone).isNotCompleted();
        next.closed(true);
        assertThat(gone).isCompleted();
    }

    @Test
    void markGoesWithTheLastSessionThatHasAllAnswers() throws Exception {
        SessionTap firstTap = session();
        MiniRelay first = relay(firstTap);
        SessionTap secondTap = session();
        MiniRelay second = relay(secondTap);
        first.client(lines("a CREATE x"));
        second.client(lines("a CREATE y"));
        first.server(lines("a OK done"));
        firstTap.closed(true);
        assertThat(journal.marks()).hasSize(1);
        second.server(lines("a NO no"));
        secondTap.closed(true);

        await().untilAsserted(() -> assertThat(journal.marks()).isEmpty());
        assertThat(events()).containsExactly("created x");
        assertThat(hints.unclean).isEmpty();
        assertThat(hints.sessions)
                .containsExactly("open ann", "open ann", "closed ann", "closed ann");
    }

    @Test
    void markStaysAfterAnUncleanEndUntilItIsSwept() throws Exception {
        SessionTap tap = session();
        relay(tap).client(lines("a CREATE x"));
        assertThat(tap.awaitsOutcome()).isTrue();
        tap.closed(false);

        await().untilAsserted(() -> assertThat(events()).containsExactly("suspect TREE"));
        assertThat(hints.unclean).containsExactly(ANN);
        SessionTap next = session();
        MiniRelay relay = relay(next);
        relay.client(lines("a CREATE y"));
        relay.server(lines("a NO no"));
        next.closed(true);
        journal.probe().toCompletableFuture().join();
        assertThat(journal.marks()).hasSize(1);

        capture.swept(ANN);

        await().untilAsserted(() -> assertThat(journal.marks()).isEmpty());
    }

    @Test
    void markOfAnEarlierRunStaysUntilItIsSwept() throws Exception {
        journal.mark(ANN).toCompletableFuture().join();
        capture = capture();
        SessionTap tap = session();
        MiniRelay relay = relay(tap);
        relay.client(lines("a CREATE y"));
        relay.server(lines("a NO no"));
        tap.closed(true);
        journal.probe().toCompletableFuture().join();
        assertThat(journal.marks()).hasSize(1);

        capture.swept(ANN);

        await().untilAsserted(() -> assertThat(journal.marks()).isEmpty());
    }

    @Test
    void answerIsReleasedWhenTheJournalIsStuckAndTheAccountStaysSuspect() throws Exception {
        MiniRelay relay = relay(session());
        relay.client(lines("a CREATE x"));
        try (Connection _ = stuckJournal()) {
            relay.server(lines("a OK done"));
            assertThat(text(relay)).isEqualTo("a OK done\r\n");
            assertThat(capture.unjournalled()).containsExactly(ANN);

            // From now on nobody waits at all.
            SessionTap other = session();
            assertThat(other.client(line("a CREATE y"))).isEqualTo(Step.FORWARD);
            assertThat(other.server(line("a OK done"))).isEqualTo(Step.FORWARD);
        }

        await().untilAsserted(() -> assertThat(capture.unjournalled()).isEmpty());
        assertThat(events()).contains("suspect ACCOUNT");
        relay.client(lines("b CREATE z"));
        relay.server(lines("b OK done"));
        assertThat(events()).endsWith("created z");
    }

    @Test
    void markIsKeptWhileTheJournalHasNotGotTheSuspicion() throws Exception {
        SessionTap tap = session();
        MiniRelay relay = relay(tap);
        relay.client(lines("a CREATE x"));
        try (Connection _ = stuckJournal()) {
            relay.server(lines("a OK done"));
            tap.closed(true);
            assertThat(capture.unjournalled()).containsExactly(ANN);
        }
        await().untilAsserted(() -> assertThat(journal.marks()).isEmpty());
        assertThat(events()).contains("suspect ACCOUNT");
    }

    @Test
    void settledCompletesWhenTheCommandsOfThatMomentAreDurable() throws Exception {
        assertThat(capture.settled(ANN).toCompletableFuture()).isDone();
        MiniRelay first = relay(session());
        MiniRelay second = relay(session());
        first.client(lines("a CREATE x"));
        assertThat(capture.outstanding(ANN)).isEqualTo(1);
        CompletableFuture<Void> settled = capture.settled(ANN).toCompletableFuture();
        second.client(lines("a CREATE y"));
        assertThat(capture.outstanding()).isEqualTo(2);
        assertThat(settled).isNotDone();

        first.server(lines("a OK done"));

        await().untilAsserted(() -> assertThat(settled).isDone());
        assertThat(events()).containsExactly("created x");
        assertThat(capture.outstanding(ANN)).isEqualTo(1);
    }

    @Test
    void bodyIsSpooledWhileItStreams() throws Exception {
        byte[] body = new byte[3_000_000];
        new Random(1).nextBytes(body);
        MiniRelay relay = relay(session());
        relay.client(lines("a APPEND x (\\Seen) {3000000+}"));
        for (int at = 0; at < body.length; at += 10_000) {
            relay.client(Arrays.copyOfRange(body, at, at + 10_000));
        }
        relay.client(lines(""));
        relay.server(lines("a OK [APPENDUID 7 3] done"));

        assertThat(events()).containsExactly("appended x/7 3 (\\Seen) - 3000000 octets");
        MessageAppended event = (MessageAppended) journal.read(ANN, 0, 1).getFirst().event();
        assertThat(journal.openPayload(Objects.requireNonNull(event.payload())))
                .hasBinaryContent(body);
    }

    @Test
    void refusedBodyLeavesNothingBehind() throws Exception {
        MiniRelay relay = relay(session());
        relay.client(lines("a APPEND x {100000+}"));
        relay.client(new byte[100_000]);
        relay.client(lines(""));
        relay.server(lines("a NO [OVERQUOTA] full"));

        assertThat(events()).isEmpty();
        await().untilAsserted(() -> assertThat(journal.bytes()).isZero());
    }

    @Test
    void sessionThatOnlyReadsLeavesNoMarkAndNoEvent() throws Exception {
        SessionTap tap = session();
        MiniRelay relay = relay(tap);
        relay.client(lines("a SELECT box"));
        relay.server(lines("* 1 EXISTS", "* OK [UIDVALIDITY 3] ok", "a OK [READ-WRITE] done"));
        relay.client(lines("b FETCH 1 (UID FLAGS BODY.PEEK[])"));
        relay.server(lines("* 1 FETCH (UID 1 FLAGS () BODY[] {3}", "abc)", "b OK done"));
        tap.closed(true);

        assertThat(events()).isEmpty();
        assertThat(journal.marks()).isEmpty();
        assertThat(hints.sessions)
                .containsExactly("open ann", "selected box", "selected -", "closed ann");
    }

    private static String text(MiniRelay relay) {
        return relay.toClient.toString(StandardCharsets.ISO_8859_1);
    }
}
