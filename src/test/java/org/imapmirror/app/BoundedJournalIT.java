package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.imapmirror.admin.Status;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.Mail;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.WireClient;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;

/// A mirror is away for longer than the journal has room for.
@Tag("dovecot")
class BoundedJournalIT {
    private static final String SMALL = "  max-bytes: 1MB\nsweep: {every: never, watch: none}";
    private static final int MESSAGES = 60;
    private static final int SIZE = 50_000;

    @TempDir Path directory;

    @Test
    void aMirrorThatWasAwayForTooLongIsComparedAndEqualAndTheOtherGoesOn() throws Exception {
        try (MirrorWorld world =
                new MirrorWorld(
                        directory,
                        SMALL,
                        DovecotServer.launch(),
                        DovecotServer.launch(),
                        DovecotServer.launch())) {
            try (WireClient client = new WireClient(world.through(1))) {
                for (int i = 0; i < 5; i++) {
                    client.append("INBOX", "()", Mail.message("before" + i, "x")).orFail();
                }
                world.awaitMirrored();
                world.mirror().stop();
                client.command("CREATE Kept").orFail();
                client.command("SELECT INBOX").orFail();
                client.command("UID STORE 2 +FLAGS (\\Deleted)").orFail();
                client.command("EXPUNGE").orFail();
                long most = 0;
                for (int i = 0; i < MESSAGES; i++) {
                    String text = ("%06d".formatted(i) + "z".repeat(60) + "\r\n").repeat(SIZE / 68);
                    client.append(i % 3 == 0 ? "Kept" : "INBOX", "()", Mail.message("m" + i, text))
                            .orFail();
                    if (i % 10 == 0) {
                        client.command("UID STORE 3 FLAGS (\\Seen)").orFail();
                        client.command("UID COPY 4 Kept").orFail();
                    }
                    most = Math.max(most, world.status().journal().bytes());
                }
                client.command("UID STORE 5 +FLAGS (\\Deleted)").orFail();
                client.command("EXPUNGE").orFail();
                assertThat(most).isLessThan(1_100_000);
            }
            Awaitility.await("room in the journal")
                    .atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> {
                        Status.JournalStatus journal = world.status().journal();
                        assertThat(journal.bytes()).isLessThan(900_000);
                        assertThat(journal.full()).isFalse();
                    });
            Awaitility.await("the other mirror is equal")
                    .atMost(Duration.ofSeconds(60))
                    .untilAsserted(
                            () -> assertThat(world.difference(1, world.mirrors.get(1))).isEmpty());
            assertThat(world.status().suspect()).isPositive();
            assertThat(world.lane(1).pending()).isZero();

            world.mirror().start();
            world.awaitMirrored();
            assertThat(world.difference(1)).isEmpty();
            assertThat(world.difference(1, world.mirrors.get(1))).isEmpty();
            assertThat(messages(world)).isEqualTo(5 - 2 + MESSAGES + MESSAGES / 10);
            world.assertHealthy();
        }
    }

    private static int messages(MirrorWorld world) {
        return Mailboxes.read(org.imapmirror.testing.Access.to(world.mirror(), 1))
                .byName()
                .values()
                .stream()
                .mapToInt(m -> m.messages().size())
                .sum();
    }

    /// Also those that it had before it was left out.
    @Test
    void whatIsForNobodyIsNotKept() throws Exception {
        try (MirrorWorld world =
                new MirrorWorld(
                        directory,
                        SMALL,
                        DovecotServer.launch(),
                        DovecotServer.launch(),
                        DovecotServer.launch())) {
            try (WireClient client = new WireClient(world.through(1))) {
                client.append("INBOX", "()", Mail.message("one", "x")).orFail();
                world.awaitMirrored();
                world.mirror().stop();
                client.append("INBOX", "()", Mail.message("two", "x")).orFail();
            }
            world.restart(SMALL + "\naccounts: {exclude: [" + world.primary.user(1) + "]}");
            Awaitility.await("nothing in the journal")
                    .atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(world.status().journal().bytes()).isZero());
            world.mirror().start();
            world.restart(SMALL);
            try (WireClient client = new WireClient(world.through(1))) {
                client.append("INBOX", "()", Mail.message("three", "x")).orFail();
            }
            world.awaitMirrored();
            assertThat(world.difference(1)).isEmpty();
            assertThat(world.difference(1, world.mirrors.get(1))).isEmpty();
            world.assertHealthy();
        }
    }
}
