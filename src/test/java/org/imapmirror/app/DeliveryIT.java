package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.imapmirror.testing.Access;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.Lmtp;
import org.imapmirror.testing.Mail;
import org.imapmirror.testing.WireClient;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/// Mail that a server receives reaches the mirror without a client that fetches it. How long that
/// took is printed, and not asserted.
@Tag("dovecot")
class DeliveryIT {
    private static final String TO_FOLDERS = "lmtp_save_to_detail_mailbox = yes";

    @TempDir Path directory;

    @Test
    void deliveriesReachTheMirror() throws Exception {
        DovecotServer primary = DovecotServer.launch(10, TO_FOLDERS);
        DovecotServer mirror = DovecotServer.launch();
        try (MirrorWorld world = new MirrorWorld(directory, "", primary, mirror)) {
            for (int user = 1; user <= 3; user++) {
                try (WireClient client = new WireClient(world.through(user))) {
                    client.command("CREATE Lists").orFail();
                }
            }
            world.awaitMirrored();
            // The watch polls folders, so this one comes last.
            long folder = deliver(primary, 1, "+Lists");

            for (int i = 1; i <= 3; i++) {
                arrives("to INBOX, watched", mirror, 2, "INBOX", i, deliver(primary, 2, ""));
            }
            try (WireClient client = new WireClient(world.through(3))) {
                client.command("SELECT INBOX").orFail();
                client.idle();
                for (int i = 1; i <= 3; i++) {
                    arrives(
                            "to INBOX, client idle",
                            mirror,
                            3,
                            "INBOX",
                            i,
                            deliver(primary, 3, ""));
                }
            }
            try (WireClient client = new WireClient(world.through(3))) {
                client.command("SELECT Lists").orFail();
                client.idle();
                arrives(
                        "to a folder, client idle",
                        mirror,
                        3,
                        "Lists",
                        1,
                        deliver(primary, 3, "+Lists"));
            }
            arrives("to a folder, watched", mirror, 1, "Lists", 1, folder);
            world.awaitMirrored();
            for (int user = 1; user <= 3; user++) {
                assertThat(world.difference(user)).isEmpty();
            }
            world.assertHealthy();
        }
    }

    /// Without a watch and without sweeps there is what a client is told.
    @Test
    void aClientThatSeesADeliveryIsEnough() throws Exception {
        DovecotServer primary = DovecotServer.launch(10, TO_FOLDERS);
        DovecotServer mirror = DovecotServer.launch();
        String config = "sweep: {every: never, watch: none}\n";
        try (MirrorWorld world = new MirrorWorld(directory, config, primary, mirror)) {
            try (WireClient client = new WireClient(world.through(1))) {
                client.command("CREATE Lists").orFail();
                world.awaitMirrored();
                client.command("SELECT INBOX").orFail();
                client.idle();
                arrives("no watch, idle", mirror, 1, "INBOX", 1, deliver(primary, 1, ""));
            }
            try (WireClient client = new WireClient(world.through(1))) {
                client.command("SELECT Lists").orFail();
                long delivered = deliver(primary, 1, "+Lists");
                client.command("NOOP").orFail();
                arrives("no watch, NOOP", mirror, 1, "Lists", 1, delivered);
            }
            world.awaitMirrored();
            assertThat(world.difference(1)).isEmpty();
            world.assertHealthy();
        }
    }

    /// @return when it was delivered, by [System#nanoTime()]
    private static long deliver(DovecotServer primary, int user, String detail) {
        String recipient = primary.user(user) + detail;
        Lmtp.to(primary).deliver(Mail.message("for " + recipient, "x"), recipient);
        return System.nanoTime();
    }

    private static void arrives(
            String what, DovecotServer mirror, int user, String mailbox, int messages, long since)
            throws IOException {
        try (WireClient reader = new WireClient(Access.to(mirror, user))) {
            Awaitility.await(what)
                    .atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(10))
                    .until(() ->
                            reader.command("STATUS " + mailbox + " (MESSAGES)")
                                    .untagged()
                                    .toString()
                                    .contains("(MESSAGES " + messages + ")"));
            long millis = Duration.ofNanos(System.nanoTime() - since).toMillis();
            System.out.println("DeliveryIT: " + what + ": " + millis + " ms");
        }
    }
}
