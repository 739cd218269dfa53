package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.WireClient;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/// What imapmirror itself does on an account that nobody used before does not disturb its first
/// client.
@Tag("dovecot")
class FreshAccountsIT {
    private static final int ACCOUNTS = 60;

    @TempDir Path directory;

    @Test
    void theFirstCommandMayMakeAMailbox() throws Exception {
        DovecotServer primary = DovecotServer.launch(ACCOUNTS, "");
        DovecotServer mirror = DovecotServer.launch(ACCOUNTS, "");
        try (MirrorWorld world = new MirrorWorld(directory, "", primary, mirror)) {
            for (int user = 1; user <= ACCOUNTS; user++) {
                try (WireClient client = new WireClient(world.through(user))) {
                    client.command("CREATE Lists").orFail();
                    client.command("CREATE Lists/More").orFail();
                }
            }
            world.awaitMirrored();
            for (int user = 1; user <= ACCOUNTS; user++) {
                assertThat(world.difference(user)).as("user %d", user).isEmpty();
            }
            world.assertHealthy();
        }
    }
}
