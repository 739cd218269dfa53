package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.awaitility.Awaitility;
import org.imapmirror.testing.Access;
import org.imapmirror.testing.CyrusServer;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.FaultRelay;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.RealServer;
import org.imapmirror.testing.WireClient;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;

/// The process is killed when a mirror has stored a message and its answer is still on the way: the
/// message is there once. Also where the mirror changed its headers, as Cyrus does.
@Tag("cyrus")
@Tag("dovecot")
class UnknownOutcomeIT {
    @TempDir Path directory;

    @Test
    void cyrusMirrorHasTheMessageOnce() throws Exception {
        killedBeforeTheAnswer(CyrusServer.launch(), false);
    }

    @Test
    void dovecotMirrorHasTheMessageOnce() throws Exception {
        killedBeforeTheAnswer(DovecotServer.launch(), false);
    }

    @Test
    void cyrusArchiveHasTheMessageOnce() throws Exception {
        killedBeforeTheAnswer(CyrusServer.launch(), true);
    }

    private void killedBeforeTheAnswer(RealServer target, boolean archive) throws Exception {
        try (DovecotServer primary = DovecotServer.launch();
                target;
                FaultRelay relay = FaultRelay.to(target.imapPort())) {
            Setup setup =
                    Setup.of(directory, primary, target)
                            .withMirrorsBehind(relay)
                            .withLoginOfItsOwn();
            if (archive) {
                setup = setup.withArchives(0);
            }
            Path config = Setup.withoutTls(setup.write("sweep: {after-cut: 1s, watch: none}"));
            ServeProcess serve = ServeProcess.start(config).awaitPort(setup.port());
            try {
                for (String subject : new String[] {"Grüße", "größer", "plain"}) {
                    relay.stallBeforeAnswer("APPENDUID");
                    append(setup.through(1), subject);
                    Awaitility.await("stored")
                            .atMost(Duration.ofSeconds(30))
                            .until(relay::isSprung);
                    serve.kill();
                    relay.cut();
                    relay.flow();
                    serve = ServeProcess.start(config).awaitPort(setup.port());
                    Run.awaitMirrored(config, Duration.ofSeconds(60));
                }
                assertThat(Mailboxes.read(Access.to(primary, 1)).count()).isEqualTo(3);
                assertThat(Mailboxes.read(Access.to(target, 1)).count())
                        .as("log:%n%s", serve.said())
                        .isEqualTo(3);
            } finally {
                serve.close();
            }
        }
    }

    private static void append(Access access, String subject) throws Exception {
        byte[] message =
                "Message-ID: <%d@test>\r\nSubject: %s\r\n\r\ntext\r\n"
                        .formatted(subject.hashCode(), subject)
                        .getBytes(UTF_8);
        try (WireClient client = new WireClient(access)) {
            client.append("INBOX", "()", message).orFail();
        }
    }
}
