package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.imapmirror.testing.Access;
import org.imapmirror.testing.Mail;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.WireClient;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;

/// An archive that is away for long while messages come and go: primary and mirror go on, the
/// journal keeps what the archive lacks, and everything that was confirmed is in it afterwards.
@Tag("dovecot")
class ArchiveAwayIT {
    private static final int ROUNDS = 30;

    @TempDir Path directory;

    @Test
    void everythingThatWasConfirmedIsInTheArchiveAfterwards() throws Exception {
        try (ArchiveWorld world =
                new ArchiveWorld(
                        directory, "  max-bytes: 2MB\nsweep: {every: never, watch: none}")) {
            Set<String> confirmed = new TreeSet<>();
            try (WireClient client = new WireClient(world.through())) {
                append(client, "before", 100, confirmed);
                world.await();
                world.archive.stop();
                client.command("CREATE Work").orFail();
                client.command("SELECT INBOX").orFail();
                for (int i = 0; i < ROUNDS; i++) {
                    append(client, "brief-" + i, 20_000, confirmed);
                    append(client, "moved-" + i, 100, confirmed);
                    append(client, "stays-" + i, 5_000, confirmed);
                    client.command("NOOP").orFail();
                    client.command("STORE 2 +FLAGS.SILENT (\\Deleted)").orFail();
                    client.command("EXPUNGE").orFail();
                    client.command("MOVE 2 Work").orFail();
                    client.command("MOVE 2 Work").orFail();
                }
                client.command("SELECT Work").orFail();
                client.command("STORE 1:10 +FLAGS.SILENT (\\Deleted)").orFail();
                client.command("EXPUNGE").orFail();
                client.command("RENAME Work Done").orFail();
                client.command("DELETE Done").orFail();
            }
            Mailboxes onPrimary = Mailboxes.read(Access.to(world.primary, 1));
            assertThat(onPrimary.count()).isOne();
            Awaitility.await("the mirror goes on")
                    .atMost(Duration.ofSeconds(60))
                    // A mailbox may go while it is read.
                    .ignoreExceptionsInstanceOf(IllegalStateException.class)
                    .untilAsserted(() ->
                            assertThat(
                                            Mailboxes.read(Access.to(world.mirror, 1))
                                                    .differencesFrom(
                                                            onPrimary, Mailboxes.Order.OF_UIDS))
                                    .isEmpty());
            world.restart();
            world.archive.start();
            world.await();
            assertThat(ArchiveWorld.subjects(world.archived()).keySet()).isEqualTo(confirmed);
            assertThat(ArchiveWorld.subjects(world.archived()).values())
                    .allMatch(times -> times == 1);
            assertThat(world.audit("unseen")).isEmpty();
            world.assertHealthy();
        }
    }

    private static void append(WireClient client, String subject, int size, Set<String> confirmed)
            throws Exception {
        String text = ("text of " + subject + "\r\n").repeat(1 + size / 24);
        client.append("INBOX", "()", Mail.message(subject, text)).orFail();
        confirmed.add(subject);
    }
}
