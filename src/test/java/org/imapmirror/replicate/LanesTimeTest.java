package org.imapmirror.replicate;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.imapmirror.event.Account;
import org.imapmirror.event.MailboxEvent;
import org.imapmirror.event.MailboxName;
import org.imapmirror.event.Origin;
import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Trust;
import org.imapmirror.journal.Journal;
import org.imapmirror.journal.JournalConfig;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;
import org.imapmirror.reconcile.Brake;
import org.imapmirror.state.Database;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/// When lanes try what failed again, with time turned by hand. No server can be reached here, so
/// that each try is one attempt to connect.
class LanesTimeTest {
    private static final Account ANN = new Account("ann@example.org");
    private static final RetryRules RULES = RetryRules.DEFAULT;
    private static final Endpoint SERVER =
            new Endpoint("mirror", "127.0.0.1", 1, Endpoint.Tls.NONE, new Trust.Insecure());

    @TempDir Path directory;
    private final ManualTimer timer = new ManualTimer();
    private final AtomicInteger tries = new AtomicInteger();
    private final AtomicReference<Kind> failure = new AtomicReference<>(Kind.UNREACHABLE);
    private volatile Runnable duringTry = () -> {};
    private Journal journal;
    private Database state;
    private Lanes lanes;

    @BeforeEach
    void open() throws IOException {
        journal = Journal.open(JournalConfig.in(directory.resolve("journal")), Clock.systemUTC());
        state = Database.open("jdbc:sqlite:" + directory.resolve("state.db"), "classpath:db/state");
        lanes =
                new Lanes(
                        new LanesConfig(
                                SweepRules.DEFAULT,
                                4,
                                Brake.DEFAULT,
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(60),
                                RULES,
                                Map.of()),
                        state,
                        journal,
                        new Topology(_ -> "primary", _ -> List.of("mirror")),
                        (_, _) -> connect(),
                        new LiveSessions(
                                _ -> CompletableFuture.completedFuture(null),
                                _ -> CompletableFuture.completedFuture(null),
                                _ -> {}),
                        (_, _) -> {},
                        new Lanes.Time(Clock.systemUTC(), timer::nanos, timer));
    }

    @AfterEach
    void close() {
        lanes.close();
        journal.close();
        state.close();
    }

    private ImapStore connect() throws StoreException {
        if (tries.incrementAndGet() == 1) {
            duringTry.run();
        }
        throw new StoreException(failure.get(), SERVER, null, "in this test");
    }

    /// Waits until the lane has tried so often and has said when it will again.
    private Duration pauseAfter(int count) {
        Awaitility.await(count + " tries").until(() -> tries.get() >= count);
        AtomicReference<List<Duration>> asked = new AtomicReference<>(List.of());
        Awaitility.await("the next try is planned")
                .until(() -> {
                    List<Duration> now = timer.takeAsked();
                    if (!now.isEmpty()) {
                        asked.set(now);
                    }
                    return !asked.get().isEmpty();
                });
        assertThat(tries).hasValue(count);
        return asked.get().getLast();
    }

    @Test
    void pausesDoubleWithJitterUpToTheLongest() {
        lanes.start(List.of(ANN));
        Duration full = RULES.first();
        for (int i = 1; i <= 10; i++) {
            Duration pause = pauseAfter(i);
            assertThat(pause).as("pause %d", i).isBetween(full.dividedBy(2), full.plusMillis(1));
            timer.advance(pause.minusMillis(2));
            assertThat(tries).as("not before its time").hasValue(i);
            timer.advance(Duration.ofMillis(2));
            full = full.multipliedBy(2);
            if (full.compareTo(RULES.longest()) > 0) {
                full = RULES.longest();
            }
        }
    }

    @Test
    void aNewLoginIsTriedAtOnce() {
        failure.set(Kind.LOGIN_REFUSED);
        lanes.start(List.of(ANN));
        Duration pause = pauseAfter(1);
        assertThat(pause).isGreaterThan(Duration.ofMinutes(1));
        lanes.login(ANN);
        pauseAfter(2);
    }

    @Test
    void aLoginThatComesWhileItIsMissedIsTriedAtOnce() {
        failure.set(Kind.NO_LOGIN);
        duringTry = () -> lanes.login(ANN);
        lanes.start(List.of(ANN));
        pauseAfter(2);
    }

    @Test
    void anErrorOfJavaDoesNotEndALane() {
        duringTry =
                () -> {
                    throw new StackOverflowError("in this test");
                };
        lanes.start(List.of(ANN));
        Duration pause = pauseAfter(1);
        assertThat(lanes.report().getFirst().error()).contains("in this test");
        timer.advance(pause);
        pauseAfter(2);
    }

    @Test
    void whatIsJournalledMeanwhileDoesNotHurryAMirrorThatRests() {
        lanes.start(List.of(ANN));
        Duration pause = pauseAfter(1);
        journal.append(
                        ANN,
                        new Origin("s", ""),
                        List.of(new MailboxEvent.Subscribed(new MailboxName("A"))))
                .toCompletableFuture()
                .join();
        timer.advance(pause.minusMillis(2));
        assertThat(tries).hasValue(1);
        timer.advance(Duration.ofMillis(2));
        pauseAfter(2);
    }

    @Test
    void theStatusTellsWhatKeepsChanging() {
        failure.set(Kind.RACE);
        lanes.start(List.of(ANN));
        Duration pause = pauseAfter(2);
        for (int i = 3; i <= 50; i++) {
            assertThat(pause).isLessThan(Duration.ofSeconds(1));
            assertThat(lanes.report().getFirst().error()).isNull();
            timer.advance(pause);
            pause = pauseAfter(i);
        }
        assertThat(pause).isGreaterThan(Duration.ofSeconds(1));
        assertThat(lanes.report().getFirst().error()).contains("in this test");
    }

    @Test
    void theStatusTellsForHowLongAServerIsAway() {
        lanes.start(List.of(ANN));
        Duration pause = pauseAfter(1);
        timer.advance(pause);
        pauseAfter(2);
        LaneReport report = lanes.report().getFirst();
        assertThat(report.state()).isEqualTo(LaneState.Name.RETRYING.toString());
        assertThat(report.error()).contains("in this test");
        assertThat(report.pending()).isPositive();
        timer.advance(Duration.ofSeconds(90));
        assertThat(lanes.report().getFirst().unreachableSeconds()).isGreaterThanOrEqualTo(90);
    }

    @Test
    void anAccountThatWasCutOffIsComparedTwice() {
        lanes.start(List.of());
        lanes.uncertain(ANN);
        assertThat(lanes.uncertain()).containsExactly(ANN);
        assertThat(pauseAfter(1)).isPositive();
    }
}
