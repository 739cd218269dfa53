package org.imapmirror.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/// What a [SessionTap] is shown, and that the relay does what it answers.
class TapStepsTest {
    private final RecordingTap tap = new RecordingTap();
    private FakePrimary primary;
    private TestProxy proxy;
    private Wire client;
    private Wire server;

    @BeforeEach
    void logIn() throws IOException {
        primary = new FakePrimary();
        proxy = TestProxy.before(primary.endpoint("old")).tap(tap).start();
        client = proxy.connect();
        server = primary.greet();
        client.line();
        client.send("a LOGIN alice secret");
        server.line();
        server.send("a OK [CAPABILITY IMAP4rev1 UIDPLUS] in");
        client.line();
    }

    @AfterEach
    void end() throws IOException {
        client.close();
        server.close();
        proxy.close();
        primary.close();
    }

    @Test
    void loginIsToldOnce() {
        assertThat(tap.logins).hasSize(1);
        Tap.Login login = tap.logins.getFirst();
        assertThat(login.account().name()).isEqualTo("alice");
        assertThat(login.server()).isEqualTo("old");
        assertThat(login.credentials()).isEqualTo(new Tap.Credentials("alice", "secret"));
        assertThat(login.capabilities()).containsExactlyInAnyOrder("IMAP4REV1", "UIDPLUS");
        assertThat(login.origin().client()).startsWith("127.0.0.1:");
        assertThat(login.origin().session()).isNotEmpty();
        assertThat(tap.seen).isEmpty();
    }

    @Test
    void framesOfBothDirectionsAreShownInOrder() throws IOException {
        client.send("b APPEND INBOX {3+}", "abc");
        server.line();
        server.octets(5);
        server.send("* 1 EXISTS", "b OK [APPENDUID 1 1] done");
        client.until("b OK");
        assertThat(tap.seen)
                .containsExactly(
                        "C: b APPEND INBOX {3+}",
                        "C: ~3",
                        "C: ",
                        "S: * 1 EXISTS",
                        "S: b OK [APPENDUID 1 1] done");
    }

    @Test
    void swallowedFrameIsNotForwarded() throws IOException {
        answer("S: * 7 EXISTS", Step.SWALLOW);
        client.send("b NOOP");
        server.line();
        server.send("* 6 EXISTS", "* 7 EXISTS", "* 8 EXISTS", "b OK done");
        assertThat(client.line()).isEqualTo("* 6 EXISTS");
        assertThat(client.line()).isEqualTo("* 8 EXISTS");
        assertThat(client.line()).isEqualTo("b OK done");
    }

    @Test
    void heldAnswerHoldsEverythingBehindItAndNothingElse() throws IOException {
        CompletableFuture<Step> durable = new CompletableFuture<>();
        answer("S: b OK done", new Step.Hold(durable));
        client.send("b STORE 1 +FLAGS (x)");
        server.line();
        server.send("* 1 FETCH (FLAGS (x))", "b OK done", "* 9 EXISTS");
        assertThat(client.line()).isEqualTo("* 1 FETCH (FLAGS (x))");
        client.send("c NOOP");
        assertThat(server.line()).isEqualTo("c NOOP");
        assertThat(client.isQuiet()).isTrue();
        durable.complete(Step.FORWARD);
        assertThat(client.line()).isEqualTo("b OK done");
        assertThat(client.line()).isEqualTo("* 9 EXISTS");
    }

    @Test
    void heldCommandHoldsTheOnesBehindIt() throws IOException {
        CompletableFuture<Step> marked = new CompletableFuture<>();
        answer("C: b STORE 1 +FLAGS (x)", new Step.Hold(marked));
        client.send("b STORE 1 +FLAGS (x)", "c NOOP");
        assertThat(server.isQuiet()).isTrue();
        server.send("* 4 EXISTS");
        assertThat(client.line()).isEqualTo("* 4 EXISTS");
        marked.complete(Step.FORWARD);
        assertThat(server.line()).isEqualTo("b STORE 1 +FLAGS (x)");
        assertThat(server.line()).isEqualTo("c NOOP");
    }

    @Test
    void holdMayEndInAnotherStep() throws IOException {
        answer(
                "C: b STORE 1 +FLAGS (x)",
                new Step.Hold(
                        CompletableFuture.completedFuture(
                                new Step.Hold(
                                        CompletableFuture.completedFuture(
                                                new Step.Reject(bytes("b NO no\r\n")))))));
        client.send("b STORE 1 +FLAGS (x)", "c NOOP");
        assertThat(client.line()).isEqualTo("b NO no");
        assertThat(server.line()).isEqualTo("c NOOP");
    }

    @Test
    void pacedFrameGoesOnAndTheNextOneWaits() throws IOException {
        CompletableFuture<Void> room = new CompletableFuture<>();
        answer("C: ~3", new Step.Pace(room));
        client.raw("b APPEND INBOX {6+}\r\nabc");
        assertThat(server.line()).isEqualTo("b APPEND INBOX {6+}");
        assertThat(server.octets(3)).isEqualTo("abc");
        client.raw("def\r\n");
        assertThat(server.isQuiet()).isTrue();
        room.complete(null);
        assertThat(server.octets(5)).isEqualTo("def\r\n");
    }

    @Test
    void probeIsAskedFirstAndItsAnswerSwallowed() throws IOException {
        CompletableFuture<Step> known = new CompletableFuture<>();
        tap.answer =
                frame ->
                        switch (frame) {
                            case "C: b STORE 1 +FLAGS (x)" ->
                                    new Step.Probe(bytes("P1 FETCH 1 (UID)\r\n"), known);
                            case "S: * 1 FETCH (UID 7)" -> Step.SWALLOW;
                            case "S: P1 OK done" -> {
                                known.complete(Step.FORWARD);
                                yield Step.SWALLOW;
                            }
                            default -> Step.FORWARD;
                        };
        client.send("b STORE 1 +FLAGS (x)");
        assertThat(server.line()).isEqualTo("P1 FETCH 1 (UID)");
        assertThat(server.isQuiet()).isTrue();
        server.send("* 1 FETCH (UID 7)", "* 5 EXISTS", "P1 OK done");
        assertThat(server.line()).isEqualTo("b STORE 1 +FLAGS (x)");
        server.send("b OK done");
        assertThat(client.line()).isEqualTo("* 5 EXISTS");
        assertThat(client.line()).isEqualTo("b OK done");
    }

    @Test
    void withheldAnswerComesWhenTheQuestionIsAnswered() throws IOException {
        CompletableFuture<byte[]> answered = new CompletableFuture<>();
        tap.answer =
                frame ->
                        switch (frame) {
                            case "S: b OK created" ->
                                    new Step.Inquire(bytes("Q1 STATUS x (MESSAGES)\r\n"), answered);
                            case "S: * STATUS x (MESSAGES 0)" -> Step.SWALLOW;
                            case "S: Q1 OK done" -> {
                                answered.complete(bytes("b OK created\r\n"));
                                yield Step.SWALLOW;
                            }
                            default -> Step.FORWARD;
                        };
        client.send("b CREATE x/y");
        server.line();
        server.send("b OK created");
        assertThat(server.line()).isEqualTo("Q1 STATUS x (MESSAGES)");
        assertThat(client.isQuiet()).isTrue();
        server.send("* 5 EXISTS", "* STATUS x (MESSAGES 0)", "Q1 OK done");
        assertThat(client.line()).isEqualTo("* 5 EXISTS");
        assertThat(client.line()).isEqualTo("b OK created");
        client.send("c LOGOUT");
        assertThat(server.line()).isEqualTo("c LOGOUT");
        server.send("* BYE bye", "c OK done");
        assertThat(client.until("c OK")).isNotEmpty();
    }

    @Test
    void rejectedCommandIsDroppedWithItsLiterals() throws IOException {
        answer("C: b APPEND INBOX (\\Recent) {17+}", new Step.Reject(bytes("b BAD no\r\n")));
        client.send(
                "b APPEND INBOX (\\Recent) {17+}",
                "x DELETE INBOX\r\n (\\Seen) {3+}",
                "abc {310}",
                "c NOOP");
        assertThat(client.line()).isEqualTo("b BAD no");
        assertThat(server.line()).isEqualTo("c NOOP");
        assertThat(tap.seen).containsExactly("C: b APPEND INBOX (\\Recent) {17+}", "C: c NOOP");
    }

    @Test
    void closeSaysFarewell() throws IOException {
        answer("S: * 1 EXISTS", new Step.Close(bytes("* BYE lost track\r\n")));
        server.send("* 1 EXISTS", "* 2 EXISTS");
        assertThat(client.line()).isEqualTo("* BYE lost track");
        assertThat(client.atEnd()).isTrue();
        assertThat(server.isOver()).isTrue();
        client.close();
        await().untilAsserted(() -> assertThat(tap.seen).contains("closed true"));
    }

    @Test
    void failingTapIsLeftOutAndTheSessionGoesOn() throws IOException {
        tap.answer =
                frame -> {
                    if (frame.equals("C: b NOOP")) {
                        throw new IllegalStateException("expected in this test");
                    }
                    return Step.FORWARD;
                };
        client.send("b NOOP", "c NOOP");
        assertThat(server.line()).isEqualTo("b NOOP");
        assertThat(server.line()).isEqualTo("c NOOP");
        assertThat(tap.seen).containsExactly("C: b NOOP", "closed false");
    }

    @Test
    void failedStageLetsTheFrameGoOn() throws IOException {
        answer(
                "C: b NOOP",
                new Step.Hold(
                        CompletableFuture.failedFuture(
                                new IllegalStateException("expected in this test"))));
        client.send("b NOOP");
        assertThat(server.line()).isEqualTo("b NOOP");
    }

    @Test
    void clientGonePrimaryIsReadOnUntilTheOutcomeIsKnown() throws IOException {
        tap.awaits = true;
        client.send("b STORE 1 +FLAGS (x)");
        server.line();
        client.reset();
        await().until(() -> proxy.proxy.sessions() == 1);
        server.send("* 1 FETCH (FLAGS (x))", "b OK done");
        await().untilAsserted(() -> assertThat(tap.seen).endsWith("S: b OK done", "closed true"));
        assertThat(server.isOver()).isTrue();
    }

    @Test
    void clientGoneWithNothingToAwait() throws IOException {
        client.send("b IDLE");
        server.line();
        client.reset();
        assertThat(server.isOver()).isTrue();
        await().untilAsserted(() -> assertThat(tap.seen).endsWith("closed true"));
    }

    @Test
    void primaryGoneWithACommandUnansweredIsNotClean() throws IOException {
        client.send("b STORE 1 +FLAGS (x)");
        server.line();
        server.close();
        assertThat(client.line()).startsWith("* BYE [UNAVAILABLE]");
        assertThat(client.isOver()).isTrue();
        client.close();
        await().untilAsserted(() -> assertThat(tap.seen).endsWith("closed false"));
    }

    @Test
    void clientGoneInsideALiteralIsNotClean() throws IOException {
        tap.awaits = true;
        client.raw("b APPEND INBOX {6+}\r\nabc");
        server.line();
        server.octets(3);
        client.reset();
        assertThat(server.isOver()).isTrue();
        await().untilAsserted(() -> assertThat(tap.seen).endsWith("closed false"));
    }

    private void answer(String frame, Step step) {
        tap.answer = seen -> seen.equals(frame) ? step : Step.FORWARD;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
