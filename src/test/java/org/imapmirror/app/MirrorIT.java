package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.testing.Access;
import org.imapmirror.testing.ForeignClients;
import org.imapmirror.testing.Mail;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.WireClient;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;

/// Real Dovecot to real Dovecot, with changes made through the proxy by clients nobody here wrote,
/// and both sides compared message by message by a reader of its own.
@Tag("dovecot")
class MirrorIT {
    private static final String NOTHING_BUT_THE_JOURNAL = "sweep: {every: never, watch: none}";

    @TempDir Path directory;

    private static void work(MirrorWorld world) {
        new ClientWork(world.primary, world.through(1)).run();
    }

    @Test
    void whatClientsDoThroughTheProxyIsOnTheMirror() throws Exception {
        try (MirrorWorld world = new MirrorWorld(directory, "")) {
            Access before = Access.to(world.primary, 1);
            try (ForeignClients clients = new ForeignClients(before)) {
                clients.curl().command("CREATE Old/Folder").orFail();
                clients.curl()
                        .append("Old/Folder", Mail.message("older", "than the proxy"))
                        .orFail();
                clients.curl().append("INBOX", Mail.message("old", "too")).orFail();
            }
            work(world);
            world.awaitMirrored();
            assertThat(world.difference(1)).isEmpty();
            world.assertHealthy();
        }
    }

    @Test
    void theJournalAndTheSpoolAloneAreEnoughWhenThePrimaryIsStopped() throws Exception {
        try (MirrorWorld world = new MirrorWorld(directory, NOTHING_BUT_THE_JOURNAL)) {
            work(world);
            Mailboxes before = Mailboxes.read(Access.to(world.primary, 1));
            world.primary.stop();
            world.awaitMirrored();
            assertThat(
                            Mailboxes.read(Access.to(world.mirror(), 1))
                                    .differencesFrom(before, Mailboxes.Order.OF_UIDS))
                    .isEmpty();
        }
    }

    @Test
    void aMirrorThatWasAwayCatchesUp() throws Exception {
        try (MirrorWorld world = new MirrorWorld(directory, NOTHING_BUT_THE_JOURNAL)) {
            try (ForeignClients clients = new ForeignClients(world.through(1))) {
                clients.curl().append("INBOX", Mail.message("first", "1")).orFail();
            }
            world.awaitMirrored();
            world.mirror().stop();
            work(world);
            assertThat(world.status().pending()).isPositive();
            world.mirror().start();
            world.awaitMirrored();
            assertThat(world.difference(1)).isEmpty();
        }
    }

    @Test
    void whatAClientDidWhileTheMirrorWasAwayNeedsThePrimaryNoMore() throws Exception {
        String dated = "(\\Seen) \"24-Nov-2026 10:00:00 +0100\"";
        try (MirrorWorld world = new MirrorWorld(directory, NOTHING_BUT_THE_JOURNAL)) {
            try (WireClient client = new WireClient(world.through(1))) {
                client.append("INBOX", dated, Mail.message("first", "1")).orFail();
            }
            world.awaitMirrored();
            world.mirror().stop();
            try (WireClient client = new WireClient(world.through(1))) {
                for (int i = 0; i < 8; i++) {
                    client.append("INBOX", dated, Mail.message("m" + i, "text")).orFail();
                }
                for (String command :
                        List.of(
                                "SELECT INBOX",
                                "STORE 2:3 +FLAGS (\\Deleted later)",
                                "CLOSE",
                                "CREATE Deep/er/Box",
                                "SELECT INBOX",
                                "COPY 1:2 Deep/er/Box",
                                "MOVE 3:4 Deep/er/Box",
                                "UNSELECT",
                                "RENAME Deep/er/Box New/Parent/Box",
                                "SUBSCRIBE New/Parent/Box",
                                "SELECT New/Parent/Box",
                                "STORE 1:* FLAGS (\\Answered)")) {
                    client.command(command).orFail();
                }
            }
            Mailboxes before = Mailboxes.read(Access.to(world.primary, 1));
            world.primary.stop();
            world.mirror().start();
            world.awaitMirrored();
            assertThat(
                            Mailboxes.read(Access.to(world.mirror(), 1))
                                    .differencesFrom(before, Mailboxes.Order.OF_UIDS))
                    .isEmpty();
        }
    }

    /// Dovecot takes such a date for a wrong clock, and uses its own.
    @Test
    void aDateToComeIsWhatThePrimaryMadeOfIt() throws Exception {
        try (MirrorWorld world = new MirrorWorld(directory, "")) {
            try (WireClient client = new WireClient(world.through(1))) {
                for (String date :
                        List.of("01-Jan-2100 00:00:00 +0000", "01-Jan-2020 00:00:00 +0000")) {
                    client.append("INBOX", "() \"" + date + '"', Mail.message("dated", date))
                            .orFail();
                }
            }
            world.awaitMirrored();
            assertThat(world.difference(1)).isEmpty();
        }
    }

    @Test
    void aRestartGoesOnWhereItStopped() throws Exception {
        try (MirrorWorld world = new MirrorWorld(directory, "")) {
            world.mirror().stop();
            work(world);
            world.restart();
            assertThat(world.status().pending()).isPositive();
            world.mirror().start();
            try (ForeignClients clients = new ForeignClients(world.through(1))) {
                clients.curl().append("INBOX", Mail.message("after", "the restart")).orFail();
            }
            world.awaitMirrored();
            assertThat(world.difference(1)).isEmpty();
        }
    }
}
