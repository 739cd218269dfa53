package org.imapmirror.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.imapmirror.journal.Samples.ANN;
import static org.imapmirror.journal.Samples.BOB;

import org.imapmirror.event.Account;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.concurrent.CompletableFuture;

class CommitQueueTest {
    private final CommitQueue queue = new CommitQueue(1000);

    private static Request<Long> request(
            @Nullable Account account, CompletableFuture<?> ready, long weight) {
        return new Request<>(account, ready, weight, _ -> 0L, new CompletableFuture<>());
    }

    private static Request<Long> request(@Nullable Account account) {
        return request(account, CompletableFuture.completedFuture(null), 1);
    }

    @Test
    void aRequestThatWaitsForItsBodyHoldsOnlyItsOwnAccount() throws InterruptedException {
        CompletableFuture<Void> body = new CompletableFuture<>();
        Request<Long> waiting = request(ANN, body, 1);
        Request<Long> behind = request(ANN);
        Request<Long> other = request(BOB);
        Request<Long> mark = request(null);
        queue.add(waiting);
        queue.add(behind);
        queue.add(other);
        queue.add(mark);
        assertThat(queue.take(100, 0)).isEqualTo(List.of(other, mark));

        body.complete(null);
        Request<Long> last = request(ANN);
        queue.add(last);
        assertThat(queue.take(100, 0)).isEqualTo(List.of(waiting, behind, last));
    }

    @Test
    void bodiesThatBecomeReadyInAnotherOrderDoNotChangeTheOrder() throws InterruptedException {
        CompletableFuture<Void> first = new CompletableFuture<>();
        CompletableFuture<Void> second = new CompletableFuture<>();
        Request<Long> a = request(ANN, first, 1);
        Request<Long> b = request(ANN, second, 1);
        queue.add(a);
        queue.add(b);
        second.complete(null);
        assertThat(queue.take(100, 1)).isEmpty();
        first.complete(null);
        assertThat(queue.take(100, 1)).isEqualTo(List.of(a, b));
    }

    /// The disk may finish a body at any moment of the call that adds its event.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void aBodyThatBecomesReadyWhileItsEventIsAddedIsNotMissed(int questions)
            throws InterruptedException {
        CompletableFuture<Void> body =
                new CompletableFuture<>() {
                    private int asked;

                    @Override
                    public boolean isDone() {
                        boolean answer = super.isDone();
                        if (asked++ == questions) {
                            complete(null);
                        }
                        return answer;
                    }
                };
        Request<Long> request = request(ANN, body, 1);
        queue.add(request);
        body.complete(null);
        assertThat(queue.take(100, 1)).isEqualTo(List.of(request));
    }

    @Test
    void aBatchIsBoundedButNeverEmpty() throws InterruptedException {
        Request<Long> large = request(ANN, CompletableFuture.completedFuture(null), 500);
        Request<Long> small = request(ANN);
        queue.add(large);
        queue.add(small);
        assertThat(queue.take(10, 0)).isEqualTo(List.of(large));
        assertThat(queue.take(10, 0)).isEqualTo(List.of(small));
    }

    @Test
    void whatWaitsAtTheCloseIsStillHandedOutAndNothingNewIsTaken() throws InterruptedException {
        CompletableFuture<Void> body = new CompletableFuture<>();
        Request<Long> waiting = request(ANN, body, 1);
        queue.add(waiting);
        queue.close();
        Request<Long> late = request(ANN);
        queue.add(late);
        assertThat(late.done()).isCompletedExceptionally();
        assertThat(queue.isDrained()).isFalse();
        body.complete(null);
        assertThat(queue.take(100, 0)).isEqualTo(List.of(waiting));
        assertThat(queue.isDrained()).isTrue();
        assertThat(queue.take(100, 0)).isEmpty();
    }

    @Test
    void bodiesThatNeverComeAreAbandoned() {
        Request<Long> waiting = request(ANN, new CompletableFuture<>(), 1);
        queue.add(waiting);
        queue.close();
        assertThat(queue.abandon()).isEqualTo(List.of(waiting));
        assertThat(queue.isDrained()).isTrue();
    }

    @Test
    void tooMuchIsRefusedAndRoomComesBack() throws InterruptedException {
        Request<Long> large = request(ANN, CompletableFuture.completedFuture(null), 2000);
        Request<Long> refused = request(BOB);
        queue.add(large);
        queue.add(refused);
        assertThat(refused.done()).isCompletedExceptionally();
        assertThat(queue.hasRefused()).isTrue();
        assertThat(queue.take(1, 0)).hasSize(1);
        Request<Long> next = request(BOB);
        queue.add(next);
        assertThat(next.done()).isNotDone();
    }
}
