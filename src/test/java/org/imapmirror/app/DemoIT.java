package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.Flags;
import jakarta.mail.Folder;
import jakarta.mail.Store;

import org.awaitility.Awaitility;
import org.imapmirror.app.demo.DemoServer;
import org.imapmirror.app.demo.MailboxPicture;
import org.imapmirror.app.demo.SampleMail;
import org.imapmirror.testing.Access;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.Mailboxes.Order;
import org.junit.jupiter.api.Test;

import java.time.Duration;

class DemoIT {
    /// By the tests' own reader: the demo's pictures are the product's.
    private static Mailboxes read(DemoServer server, String user) {
        return Mailboxes.read(
                Access.plain(server.host(), server.port(), user, Demo.password(user)));
    }

    @Test
    void onceMirrorsASessionAndFindsBothServersEqual() {
        Run run = Run.imapmirror("demo", "--once");
        assertThat(run.code()).as(run.out() + run.err()).isZero();
        assertThat(run.out())
                .contains("anna: rename Projects to Work")
                .containsPattern("anna +INBOX +5 +5 +equal")
                .containsPattern("anna +Work.Alpha +1 +1 +equal")
                .containsPattern("bert +INBOX +3 +3 +equal")
                .contains("both servers are equal, message by message")
                .doesNotContain("DIFFERS");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void accountsAreCopiedWithoutALoginAndFollowedWithOne() throws Exception {
        try (Demo demo = Demo.start(0)) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> {
                        for (String user : Demo.users()) {
                            assertThat(demo.next().picture(user))
                                    .isEqualTo(demo.old().picture(user));
                        }
                    });
            MailboxPicture copied = demo.next().picture("bert");
            assertThat(copied.size()).isEqualTo(5);

            try (Store client = demo.client("bert")) {
                Folder inbox = client.getFolder("INBOX");
                inbox.appendMessages(
                        new jakarta.mail.Message[] {SampleMail.plain("bert", 30, "Live")});
                inbox.open(Folder.READ_WRITE);
                inbox.getMessage(1).setFlag(Flags.Flag.ANSWERED, true);
                inbox.close(false);
            }
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .untilAsserted(() ->
                            assertThat(copied.changesTo(demo.next().picture("bert")))
                                    .containsExactlyInAnyOrder(
                                            "INBOX: \"Live\" is new []",
                                            "INBOX: \"Welcome\" has the flags [\\Answered,"
                                                    + " \\Seen]"));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> {
                        assertThat(demo.status().pending()).isZero();
                        assertThat(demo.status().complaints()).isEmpty();
                    });
            for (String user : Demo.users()) {
                assertThat(
                                read(demo.next(), user)
                                        .differencesFrom(read(demo.old(), user), Order.OF_UIDS))
                        .isEmpty();
            }
            assertThat(demo.status().accounts()).isEqualTo(2);
        }
    }
}
