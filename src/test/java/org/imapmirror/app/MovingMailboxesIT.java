package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.Mail;
import org.imapmirror.testing.WireClient;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// A client makes, renames and deletes mailboxes of the same names while they are mirrored: none of
/// its commands fails or hangs because somebody here had them open. Dovecot locks a mailbox for
/// minutes that was renamed in the wrong moment.
@Tag("dovecot")
class MovingMailboxesIT {
    private static final int USERS = 3;
    private static final int ROUNDS = 25;

    @TempDir Path directory;

    @Test
    void clientsAreNotDisturbed() throws Exception {
        DovecotServer primary = DovecotServer.launch();
        DovecotServer mirror = DovecotServer.launch();
        try (MirrorWorld world = new MirrorWorld(directory, "", primary, mirror)) {
            for (int user = 1; user <= USERS; user++) {
                try (WireClient client = new WireClient(world.through(user));
                        WireClient other = new WireClient(world.through(user))) {
                    AtomicBoolean over = new AtomicBoolean();
                    CompletableFuture<Void> sweeps =
                            CompletableFuture.runAsync(() -> sweep(world, over));
                    try {
                        for (int round = 1; round <= ROUNDS; round++) {
                            move(client, other, round);
                        }
                    } finally {
                        over.set(true);
                    }
                    sweeps.get(60, TimeUnit.SECONDS);
                }
            }
            world.awaitMirrored();
            for (int user = 1; user <= USERS; user++) {
                assertThat(world.difference(user)).as("user %d", user).isEmpty();
            }
            world.assertHealthy();
        }
    }

    /// Looks at everything all the time.
    private static void sweep(MirrorWorld world, AtomicBoolean over) {
        while (!over.get()) {
            world.swept().toCompletableFuture().join();
        }
    }

    private static void move(WireClient client, WireClient other, int round) throws Exception {
        client.command("CREATE Work").orFail();
        append(client, "old " + round);
        // A hint for the lane to look at the mailbox.
        other.command("SELECT INBOX").orFail();
        append(other, "older " + round);
        client.command("RENAME Work Done").orFail();
        client.command("CREATE Work").orFail();
        append(client, "new " + round);
        client.command("DELETE Done").orFail();
        client.command("RENAME Work Kept-" + round).orFail();
    }

    private static void append(WireClient client, String subject) throws Exception {
        client.append("Work", "()", Mail.message(subject, "text of " + subject)).orFail();
    }
}
