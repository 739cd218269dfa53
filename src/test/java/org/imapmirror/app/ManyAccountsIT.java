package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.imapmirror.testing.Access;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.Lmtp;
import org.imapmirror.testing.Mail;
import org.imapmirror.testing.RawImap;
import org.imapmirror.testing.ServeProcess;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// More accounts that are active at once than imapmirror may open connections to the primary.
@Tag("dovecot")
class ManyAccountsIT {
    /// `limits.connections` is 50.
    private static final int ACCOUNTS = 54;

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir Path folder;

    @Test
    void watchesLeaveConnectionsForCopiesAndTakeTurns() throws Exception {
        List<RawImap> sessions = new ArrayList<>();
        try (DovecotServer primary = DovecotServer.launch(ACCOUNTS, "");
                DovecotServer mirror = DovecotServer.launch(ACCOUNTS, "");
                ServeProcess serve = ServeProcess.between(primary, mirror, folder, "", "")) {
            for (int user = 1; user <= ACCOUNTS; user++) {
                RawImap session = RawImap.login(serve.through(primary, user));
                sessions.add(session);
                session.append("INBOX", Mail.message("written", "here"));
            }
            serve.awaitMirrored(PATIENCE);
            for (int user = 1; user <= ACCOUNTS; user++) {
                assertThat(messages(mirror, user)).isEqualTo(1);
                Lmtp.to(primary).deliver(Mail.message("delivered", "past us"), primary.user(user));
            }
            for (int user = 1; user <= ACCOUNTS; user++) {
                int one = user;
                Awaitility.await("delivery to " + one)
                        .atMost(PATIENCE)
                        .until(() -> messages(mirror, one) == 2);
            }
        } finally {
            for (RawImap session : sessions) {
                session.close();
            }
        }
    }

    private static long messages(DovecotServer server, int user) throws IOException {
        try (RawImap client = RawImap.login(Access.to(server, user))) {
            List<String> lines = new ArrayList<>();
            client.command("STATUS INBOX (MESSAGES)", lines::add);
            return Long.parseLong(lines.getFirst().replaceAll("\\D", ""));
        }
    }
}
