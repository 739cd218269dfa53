package org.imapmirror.mailstore;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

class MailboxGateTest {
    private final MailboxGate gate = new MailboxGate();
    private final Object one = new Object();
    private final Object two = new Object();
    private final CompletableFuture<Void> answered = new CompletableFuture<>();

    @Test
    void aMailboxMovesWhenTheLastCommandInItOrBelowItIsAnswered() {
        assertThat(gate.begin(one, Set.of("Work"))).isTrue();
        assertThat(gate.begin(one, Set.of("Work"))).isTrue();
        assertThat(gate.begin(two, Set.of("INBOX", "Work/Child"))).isTrue();
        assertThat(gate.begin(two, Set.of("Other"))).isTrue();
        CompletionStage<Void> clear = gate.moving("Work", answered);

        gate.end(one, Set.of("Work"));
        gate.end(two, Set.of("INBOX", "Work/Child"));
        assertThat(clear).isNotCompleted();
        gate.end(one, Set.of("Work"));
        assertThat(clear).isCompleted();
    }

    @Test
    void aListingThatLooksIntoEverythingIsWaitedForToo() {
        assertThat(gate.begin(one, Set.of(MailboxGate.ALL))).isTrue();
        CompletionStage<Void> clear = gate.moving("Work", answered);
        assertThat(clear).isNotCompleted();
        assertThat(gate.begin(two, Set.of(MailboxGate.ALL))).isFalse();
        gate.end(one, Set.of(MailboxGate.ALL));
        assertThat(clear).isCompleted();
    }

    @Test
    void aConnectionThatEndedIsNotWaitedFor() {
        assertThat(gate.begin(one, Set.of("Work"))).isTrue();
        CompletionStage<Void> clear = gate.moving("Work", answered);
        gate.ended(one);
        assertThat(clear).isCompleted();
    }

    @Test
    void nobodyLooksIntoAMailboxWhileItMoves() throws Exception {
        assertThat(gate.moving("Work", answered)).isCompleted();
        CompletionStage<Void> second = gate.moving("Work/Child", new CompletableFuture<>());
        assertThat(second).isCompleted();
        assertThat(gate.begin(one, Set.of("Work"))).isFalse();
        assertThat(gate.begin(one, Set.of("Work/Child"))).isFalse();
        assertThat(gate.begin(one, Set.of("Wor"))).isTrue();
        assertThat(gate.begin(one, Set.of("INBOX"))).isTrue();

        CompletableFuture<Boolean> waiting = new CompletableFuture<>();
        Thread thread =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                waiting.complete(gate.beginLater(two, Set.of("Work")));
                            } catch (InterruptedException e) {
                                waiting.completeExceptionally(e);
                            }
                        });
        Awaitility.await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
        answered.complete(null);

        assertThat(waiting.get()).isTrue();
        assertThat(gate.begin(one, Set.of("Work"))).isTrue();
        assertThat(gate.begin(one, Set.of("Work/Child"))).isFalse();
    }
}
