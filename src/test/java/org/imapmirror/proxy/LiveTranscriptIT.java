package org.imapmirror.proxy;

import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Trust;
import org.imapmirror.testing.DovecotServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The transcripts that a real Dovecot plays its part in: what it does is captured, what it says
/// passes unchanged.
@Tag("dovecot")
class LiveTranscriptIT {
    /// ACL, METADATA, QUOTA with a limit below `small/` only, no pause after wrong passwords, and
    /// users whose mail is in mdbox.
    private static final String EXTRA =
            """
            mail_plugins = acl quota
            mail_attribute_dict = file:%h/attributes
            protocol imap {
              mail_plugins = acl quota imap_acl imap_quota
              imap_metadata = yes
            }
            namespace small {
              separator = /
              prefix = small/
              location = maildir:~/Small
              list = yes
              subscriptions = no
            }
            plugin {
              acl = vfile
              acl_user = %u
              quota = maildir:Small:ns=small/
              quota_rule = *:messages=2
            }
            service anvil {
              unix_listener anvil-auth-penalty {
                mode = 0
              }
            }
            passdb {
              driver = static
              username_filter = mdbox*
              args = password=pass-mdbox userdb_mail=mdbox:~/mdbox
            }
            """;

    @TempDir private static Path directory;
    private static DovecotServer dovecot;
    private static LiveWorld world;
    private static int maildirUsers;
    private static int mdboxUsers;

    @BeforeAll
    static void start() throws IOException {
        int users = 2 * LiveTranscript.of("dovecot").size();
        dovecot = DovecotServer.launch(users, EXTRA);
        Endpoint server =
                new Endpoint(
                        "old",
                        dovecot.host(),
                        dovecot.imapPort(),
                        Endpoint.Tls.NONE,
                        new Trust.System());
        world = new LiveWorld(server, '/', directory.resolve("journal"));
    }

    @AfterAll
    static void stop() {
        world.close();
        dovecot.close();
    }

    @TestFactory
    Stream<DynamicTest> maildir() throws IOException {
        return play("dovecot");
    }

    @TestFactory
    Stream<DynamicTest> mdbox() throws IOException {
        return play("mdbox");
    }

    private static Stream<DynamicTest> play(String format) throws IOException {
        List<LiveTranscript> transcripts = LiveTranscript.of(format);
        return transcripts.stream()
                .map(transcript ->
                        DynamicTest.dynamicTest(
                                format + " " + transcript,
                                () -> world.play(transcript, user(format), user(format))));
    }

    private static LiveWorld.User user(String format) {
        if (format.equals("mdbox")) {
            return new LiveWorld.User("mdbox" + ++mdboxUsers, "pass-mdbox");
        }
        int n = ++maildirUsers;
        return new LiveWorld.User(dovecot.user(n), dovecot.password(n));
    }
}
