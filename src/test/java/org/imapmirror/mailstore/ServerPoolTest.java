package org.imapmirror.mailstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;

import org.awaitility.Awaitility;
import org.imapmirror.event.Account;
import org.imapmirror.event.Flags;
import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.StoreException.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

@Timeout(30)
class ServerPoolTest {
    private static final Account ALICE = new Account("alice");
    private static final Account BOB = new Account("bob");

    private final GreenMail server =
            new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_IMAP));

    private final CapturedLogins captured = new CapturedLogins();

    @BeforeEach
    void start() {
        server.start();
        server.setUser("alice@localhost", "alice", "a");
        server.setUser("bob@localhost", "bob", "b");
        captured.put(ALICE, "alice", "a");
        captured.put(BOB, "bob", "b");
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    private ServerPool pool(int connections, int perAccount, Duration patience) {
        return new ServerPool(
                Map.of(
                        "new",
                        new ServerPool.Member(
                                ImapStoreContract.plain("127.0.0.1", server.getImap().getPort()),
                                connections,
                                perAccount)),
                new Logins(
                        Map.of("new", new LoginMethod.Captured(captured)), InstantSource.system()),
                ClientLimits.DEFAULT,
                new ServerPool.Times(patience, Duration.ofSeconds(20), Duration.ZERO));
    }

    @Test
    void connectionIsUsedAgainByTheSameAccountOnly() throws Exception {
        try (ServerPool pool = pool(2, 2, Duration.ZERO)) {
            try (ImapStore store = pool.open("new", ALICE)) {
                store.create("Mark", null);
                store.select("Mark");
            }
            try (ImapStore store = pool.open("new", ALICE);
                    ImapStore other = pool.open("new", BOB)) {
                assertThat(store.selected()).isNull();
                assertThat(store.select("Mark").exists()).isZero();
                assertThat(other.status(List.of("Mark"))).isEmpty();
            }
        }
    }

    @Test
    void nothingMoreIsDoneInAMailboxThatAClientMoves() throws Exception {
        try (ServerPool pool = pool(0, 0, Duration.ZERO);
                ImapStore store = pool.open("new", ALICE);
                ImapStore other = pool.open("new", ALICE)) {
            store.create("Work", null);
            store.create("Work.Child", null);
            store.examine("Work.Child");
            other.examine("INBOX");
            CompletableFuture<Void> answered = new CompletableFuture<>();
            assertThat(pool.moving("new", BOB, "Work", answered)).isCompleted();
            assertThat(pool.moving("old", ALICE, "Work", answered)).isCompleted();
            assertThat(store.uids()).isEqualTo(UidSet.EMPTY);

            assertThat(pool.moving("new", ALICE, "Work", answered)).isCompleted();
            answered.complete(null);

            StoreException e = catchThrowableOfType(StoreException.class, store::uids);
            assertThat(e.kind()).isEqualTo(Kind.RACE);
            assertThat(store.selected()).isNull();
            assertThat(catchThrowableOfType(StoreException.class, store::uids).kind())
                    .isEqualTo(Kind.RACE);
            assertThat(store.status(List.of("Work"))).containsKey("Work");
            assertThat(store.examine("Work.Child").exists()).isZero();
            assertThat(store.uids()).isEqualTo(UidSet.EMPTY);
            assertThat(other.uids()).isEqualTo(UidSet.EMPTY);
        }
    }

    @Test
    void aMovedMailboxIsOpenedAnewAndNotTakenForTheOpenOne() throws Exception {
        try (ServerPool pool = pool(0, 0, Duration.ZERO);
                ImapStore store = pool.open("new", ALICE);
                ImapStore client = pool.open("new", ALICE)) {
            client.create("Work", null);
            byte[] message = "Subject: old\r\n\r\ntext\r\n".getBytes(StandardCharsets.US_ASCII);
            Appender appender = client.appender("Work");
            appender.add(Flags.NONE, null, message.length, new ByteArrayInputStream(message));
            appender.finish();
            store.examine("Work");
            client.rename("Work", "Done");
            client.create("Work", null);
            assertThat(pool.moving("new", ALICE, "Work", CompletableFuture.allOf())).isCompleted();

            assertThat(store.examine("Work").exists()).isZero();
            assertThat(store.examine("Done").exists()).isEqualTo(1);
        }
    }

    /// Dovecot's CREATE fails where somebody else looks into the mailbox while it is made.
    @Test
    void mailboxesThatClientsMakeAreLookedIntoWhenTheyAreDone() throws Exception {
        try (ServerPool pool = pool(0, 0, Duration.ZERO);
                ImapStore store = pool.open("new", ALICE)) {
            store.create("Made", null);
            store.examine("INBOX");
            CompletableFuture<Void> answered = new CompletableFuture<>();
            assertThat(pool.moving("new", ALICE, "Made", answered)).isCompleted();
            assertThat(store.uids()).as("an open one is not concerned").isEqualTo(UidSet.EMPTY);

            FutureTask<Census> asking = new FutureTask<>(() -> store.census(List.of("INBOX")));
            Thread thread = Thread.ofPlatform().start(asking);
            Awaitility.await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
            assertThat(asking).isNotDone();
            answered.complete(null);

            assertThat(asking.get().statuses()).containsKeys("INBOX", "Made");
        }
    }

    @Test
    void budgetIsKeptAndUnusedConnectionsMakeRoom() throws Exception {
        try (ServerPool pool = pool(2, 1, Duration.ofMillis(50))) {
            ImapStore one = pool.open("new", ALICE);
            StoreException e =
                    catchThrowableOfType(StoreException.class, () -> pool.open("new", ALICE));
            assertThat(e.code()).isEqualTo("INUSE");
            assertThat(e.temporary()).isTrue();
            ImapStore two = pool.open("new", BOB);
            two.close();
            one.close();
        }
        try (ServerPool pool = pool(1, 0, Duration.ofMillis(50))) {
            pool.open("new", ALICE).close();
            pool.open("new", BOB).close();
            pool.open("new", ALICE).close();
        }
    }

    @Test
    void waiterGetsTheConnectionThatIsGivenBack() throws Exception {
        try (ServerPool pool = pool(1, 1, Duration.ofSeconds(20))) {
            ImapStore one = pool.open("new", ALICE);
            CompletableFuture<String> other = new CompletableFuture<>();
            Thread.ofVirtual()
                    .start(() -> {
                        try (ImapStore store = pool.open("new", BOB)) {
                            other.complete(store.personal().toString());
                        } catch (StoreException | RuntimeException e) {
                            other.completeExceptionally(e);
                        }
                    });
            one.noop();
            one.close();
            assertThat(other.get(20, TimeUnit.SECONDS)).contains("Namespace");
        }
    }

    @Test
    void accountWithoutLoginWaitsAndARefusedOneIsNotTriedAgain() throws Exception {
        try (ServerPool pool = pool(0, 0, Duration.ZERO)) {
            StoreException none =
                    catchThrowableOfType(
                            StoreException.class, () -> pool.open("new", new Account("carol")));
            assertThat(none.kind()).isEqualTo(Kind.NO_LOGIN);
            captured.put(ALICE, "alice", "wrong");
            assertThat(
                            catchThrowableOfType(
                                            StoreException.class, () -> pool.open("new", ALICE))
                                    .kind())
                    .isEqualTo(Kind.LOGIN_REFUSED);
            assertThat(
                            catchThrowableOfType(
                                            StoreException.class, () -> pool.open("new", ALICE))
                                    .kind())
                    .isEqualTo(Kind.NO_LOGIN);
            captured.put(ALICE, "alice", "a");
            pool.open("new", ALICE).close();
        }
    }

    @Test
    void connectionThatDiedUnusedIsReplaced() throws Exception {
        try (ServerPool pool = pool(1, 1, Duration.ZERO)) {
            pool.open("new", ALICE).close();
            int port = server.getImap().getPort();
            server.stop();
            GreenMail again =
                    new GreenMail(new ServerSetup(port, "127.0.0.1", ServerSetup.PROTOCOL_IMAP));
            again.start();
            try {
                again.setUser("alice@localhost", "alice", "a");
                try (ImapStore store = pool.open("new", ALICE)) {
                    store.noop();
                }
            } finally {
                again.stop();
            }
        }
    }
}
