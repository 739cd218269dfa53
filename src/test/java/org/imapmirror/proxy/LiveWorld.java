package org.imapmirror.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.imapmirror.capture.Capture;
import org.imapmirror.capture.CaptureConfig;
import org.imapmirror.capture.EventText;
import org.imapmirror.capture.Hints;
import org.imapmirror.capture.Timer;
import org.imapmirror.event.Account;
import org.imapmirror.event.Doubt;
import org.imapmirror.event.MailboxName;
import org.imapmirror.imap.Endpoint;
import org.imapmirror.journal.Journal;
import org.imapmirror.journal.JournalConfig;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/// A server with the proxy, capture and a journal before it. Plays transcripts with and without
/// them, and compares.
final class LiveWorld implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Endpoint server;
    private final Journal journal;
    private final ScheduledExecutorService executor = Executors.newScheduledThreadPool(1);
    private final Hearsay hearsay = new Hearsay();
    private final TestProxy proxy;

    /// A user of the server.
    record User(String name, String password) {}

    LiveWorld(Endpoint server, char separator, Path directory) throws IOException {
        this.server = server;
        this.journal = Journal.open(JournalConfig.in(directory), Clock.systemUTC());
        Capture capture =
                new Capture(
                        journal,
                        CaptureConfig.DEFAULTS.withMaxHold(PATIENCE),
                        hearsay,
                        _ -> separator,
                        Timer.on(executor),
                        new SimpleMeterRegistry());
        this.proxy = TestProxy.before(server).tap(capture).start();
    }

    /// Each of the two users is new.
    void play(LiveTranscript transcript, User one, User other) throws IOException {
        Events events = new Events(new Account(one.name()));
        List<String> through = play(transcript, one, proxy.port(), events);
        events.end(transcript);
        List<String> direct = play(transcript, other, server.port(), new LivePlay.NotJournalled());
        assertThat(through).as("%s: the same as without the proxy", transcript).isEqualTo(direct);
    }

    private List<String> play(
            LiveTranscript transcript, User user, int port, LivePlay.Journalled journalled)
            throws IOException {
        return new LivePlay(
                        transcript,
                        new LivePlay.Login(user.name(), user.password(), server.port(), port),
                        journalled)
                .all();
    }

    @Override
    public void close() {
        proxy.close();
        journal.close();
        executor.shutdownNow();
    }

    /// What the journal should hold, and what it held when the last tagged line came.
    private final class Events implements LivePlay.Journalled {
        private final Account account;
        private final List<String> hints = new ArrayList<>();
        private final List<String> expected = new ArrayList<>();
        private @Nullable List<String> atTagged;

        Events(Account account) {
            this.account = account;
        }

        private List<String> journalled() {
            return journal.read(account, 0, 1000).stream()
                    .map(entry -> EventText.of(entry.event()))
                    .toList();
        }

        @Override
        public void tagged() {
            atTagged = journalled();
        }

        @Override
        public void expect(List<String> events) {
            expected.addAll(events);
            List<String> durable = atTagged;
            if (durable == null) {
                soon(() -> assertThat(journalled()).isEqualTo(expected));
            } else {
                assertThat(durable.subList(0, Math.min(durable.size(), expected.size())))
                        .as("durable when the tagged line came")
                        .isEqualTo(expected);
            }
        }

        @Override
        public void hint(String hint) {
            hints.add(hint);
        }

        void end(LiveTranscript transcript) {
            soon(() -> assertThat(hearsay.open(account)).isZero());
            // What was appended without a command that waits for it may be on its way.
            var unused = journal.probe().toCompletableFuture().join();
            assertThat(journalled()).as("%s: events", transcript).isEqualTo(expected);
            assertThat(hearsay.changes(account)).as("%s: hints", transcript).isEqualTo(hints);
        }
    }

    private static void soon(ThrowingRunnable assertion) {
        Awaitility.await()
                .atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .untilAsserted(assertion);
    }

    /// Hints, and how many sessions capture follows.
    private static final class Hearsay implements Hints {
        private final Map<Account, List<String>> changes = new HashMap<>();
        private final Map<Account, Integer> open = new HashMap<>();

        synchronized List<String> changes(Account account) {
            return List.copyOf(changes.getOrDefault(account, List.of()));
        }

        synchronized int open(Account account) {
            return open.getOrDefault(account, 0);
        }

        @Override
        public synchronized void changed(Account account, MailboxName mailbox, Doubt doubt) {
            changes.computeIfAbsent(account, _ -> new ArrayList<>()).add(doubt + " " + mailbox);
        }

        @Override
        public synchronized void sessionOpened(Account account) {
            open.merge(account, 1, Integer::sum);
        }

        @Override
        public synchronized void sessionClosed(Account account) {
            open.merge(account, -1, Integer::sum);
        }

        @Override
        public CompletionStage<Void> moving(
                Account account, MailboxName mailbox, CompletionStage<?> answered) {
            return CompletableFuture.allOf();
        }

        @Override
        public void selected(Account account, String session, @Nullable MailboxName mailbox) {}

        @Override
        public void unclean(Account account) {}
    }
}
