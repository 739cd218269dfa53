package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.testing.Access;
import org.imapmirror.testing.CourierServer;
import org.imapmirror.testing.CyrusServer;
import org.imapmirror.testing.Mail;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.RealServer;
import org.imapmirror.testing.WireClient;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Set;

/// Other servers than Dovecot as archives: Cyrus changes what it stores, Courier has neither
/// UIDPLUS in all versions nor MOVE, and a namespace below INBOX.
@Tag("cyrus")
@Tag("courier")
@Tag("dovecot")
class ArchiveServersIT {
    @TempDir Path directory;

    @Test
    void cyrusIsAnArchive() throws Exception {
        check(CyrusServer.launch());
    }

    @Test
    void cyrusWithEverythingBelowInboxIsAnArchive() throws Exception {
        check(CyrusServer.withTraditionalNamespace());
    }

    @Test
    void courierIsAnArchive() throws Exception {
        check(CourierServer.launch());
    }

    private void check(RealServer archive) throws Exception {
        try (ArchiveWorld world = new ArchiveWorld(directory, "", Set.of(1), archive)) {
            try (WireClient before = new WireClient(Access.to(world.primary, 1))) {
                append(before, "INBOX", "before");
                append(before, "INBOX", "bevör");
            }
            work(world);
            world.await();
            Mailboxes archived = world.archived();
            assertThat(ArchiveWorld.subjects(archived).values()).allMatch(times -> times == 1);
            assertThat(archived.count()).isEqualTo(8);
            assertThat(ArchiveWorld.subjects(archived, "Work")).hasSize(3);
            assertThat(ArchiveWorld.subjects(archived, "Work (2)")).containsExactly("three");
            assertThat(world.audit("stored").size() + world.audit("found").size()).isEqualTo(8);
            assertThat(world.audit("unseen")).isEmpty();
            assertThat(world.audit("doubled")).isEmpty();
            assertThat(world.audit("copied")).hasSize(1);
            assertThat(world.audit("moved")).hasSize(1);
            assertThat(world.audit("mailbox-renamed")).hasSize(1);
            assertThat(world.audit("stored"))
                    .allSatisfy(e -> assertThat(e.path("sha256").asText()).hasSize(64));
            world.assertHealthy();
            world.sweep();
            world.restart();
            world.sweep();
            assertThat(world.archived()).isEqualTo(archived);
            assertThat(world.audit("missing")).isEmpty();
            world.assertHealthy();
            restoreIsIdempotent(world);
        }
    }

    /// What somebody copies past the proxy is one message for the archive, also where its server
    /// changed the headers.
    private void work(ArchiveWorld world) throws Exception {
        try (WireClient client = new WireClient(world.through())) {
            client.command("CREATE Work").orFail();
            append(client, "Work", "öne");
            append(client, "Work", "two");
            client.command("SELECT Work").orFail();
            client.command("UID COPY 1 INBOX").orFail();
            client.command("UID MOVE 2 INBOX").orFail();
            client.command("UID STORE 1 +FLAGS (\\Flagged)").orFail();
            append(client, "Work", "brief");
            client.command("NOOP").orFail();
            client.command("UID STORE 3 +FLAGS.SILENT (\\Deleted)").orFail();
            client.command("EXPUNGE").orFail();
            client.command("CLOSE").orFail();
            client.command("RENAME Work Done").orFail();
            client.command("CREATE Work").orFail();
            append(client, "Work", "three");
            client.command("DELETE Done").orFail();
            client.command("CREATE Done").orFail();
            append(client, "Done", "fiveß");
        }
        world.await();
        try (WireClient past = new WireClient(Access.to(world.primary, 1))) {
            past.command("SELECT Done").orFail();
            past.command("UID COPY 1 INBOX").orFail();
            append(past, "INBOX", "six");
        }
        world.sweep();
        assertThat(world.audit("found-copy")).hasSize(1);
    }

    private static void append(WireClient client, String mailbox, String subject) throws Exception {
        client.append(mailbox, "()", Mail.message(subject, "text of " + subject)).orFail();
    }

    /// What was deleted comes back once, however often it is asked for.
    private static void restoreIsIdempotent(ArchiveWorld world) throws Exception {
        for (int i = 0; i < 2; i++) {
            Run run =
                    Run.imapmirror(
                            "restore",
                            world.account(),
                            "--to",
                            "old",
                            "--json",
                            "--config",
                            world.config().toString());
            assertThat(run.code()).as("%s", run).isZero();
        }
        world.await();
        Mailboxes now = Mailboxes.read(Access.to(world.primary, 1));
        // From Cyrus a message comes back as it has it.
        assertThat(
                        ArchiveWorld.subjects(now).keySet().stream()
                                .map(subject -> subject.replaceAll("[^\\x00-\\x7f]", "X"))
                                .distinct())
                .hasSize(8);
        assertThat(now.count()).isEqualTo(10);
    }
}
