package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;

import org.imapmirror.state.StateException;
import org.imapmirror.testing.Access;
import org.imapmirror.testing.Mail;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.RawImap;
import org.imapmirror.testing.WireClient;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// An archive beside a mirror.
@Tag("dovecot")
class ArchiveIT {
    @TempDir Path directory;

    private static void append(WireClient client, String mailbox, String subject) throws Exception {
        client.append(mailbox, "()", Mail.message(subject, "text of " + subject)).orFail();
    }

    @Test
    void messageThatLivedForAMomentIsKept() throws Exception {
        try (ArchiveWorld world = new ArchiveWorld(directory, "")) {
            try (RawImap client = RawImap.login(world.through())) {
                client.command("SELECT INBOX");
                for (int i = 0; i < 10; i++) {
                    String message = new String(Mail.message("brief-" + i, "x"), UTF_8);
                    String append =
                            client.send(
                                    "APPEND INBOX (\\Seen) {%d+}\r\n%s"
                                            .formatted(message.length(), message));
                    String store = client.send("UID STORE 1:* +FLAGS.SILENT (\\Deleted)");
                    String expunge = client.send("EXPUNGE");
                    client.await(append, _ -> {});
                    client.await(store, _ -> {});
                    client.await(expunge, _ -> {});
                    client.command("UID STORE 1:* +FLAGS.SILENT (\\Deleted)");
                    client.command("EXPUNGE");
                }
            }
            world.await();
            assertThat(Mailboxes.read(Access.to(world.primary, 1)).count()).isZero();
            assertThat(ArchiveWorld.subjects(world.archived()))
                    .hasSize(10)
                    .allSatisfy((_, times) -> assertThat(times).isOne());
            assertThat(world.audit("appended")).hasSize(10);
            assertThat(uids(world.audit("expunged"))).isEqualTo(10);
            assertThat(world.audit("unseen")).isEmpty();
            world.assertHealthy();
        }
    }

    private static long uids(List<JsonNode> entries) {
        return entries.stream()
                .mapToLong(e -> org.imapmirror.event.UidSet.parse(e.path("uids").asText()).size())
                .sum();
    }

    @Test
    void messagesStayWhereTheyWereStored() throws Exception {
        try (ArchiveWorld world = new ArchiveWorld(directory, "")) {
            try (WireClient before = new WireClient(Access.to(world.primary, 1))) {
                append(before, "INBOX", "before");
                append(before, "INBOX", "before");
            }
            try (WireClient client = new WireClient(world.through())) {
                client.command("CREATE Work").orFail();
                append(client, "Work", "one");
                append(client, "Work", "two");
                client.command("SELECT Work").orFail();
                client.command("UID COPY 1 INBOX").orFail();
                client.command("UID MOVE 2 INBOX").orFail();
                client.command("UID STORE 1 +FLAGS (\\Flagged)").orFail();
                client.command("CLOSE").orFail();
                client.command("RENAME Work Done").orFail();
                client.command("CREATE Work").orFail();
                append(client, "Work", "three");
                append(client, "Done", "four");
                client.command("DELETE Done").orFail();
                client.command("CREATE Done").orFail();
                append(client, "Done", "five");
                world.await();
                client.command("SELECT INBOX").orFail();
                client.command("STORE 1:* +FLAGS.SILENT (\\Deleted)").orFail();
                client.command("EXPUNGE").orFail();
            }
            world.await();
            Mailboxes archived = world.archived();
            assertThat(ArchiveWorld.subjects(archived, "INBOX"))
                    .containsExactly("before", "before");
            assertThat(ArchiveWorld.subjects(archived, "Work"))
                    .containsExactly("four", "one", "two");
            assertThat(ArchiveWorld.subjects(archived, "Work (2)")).containsExactly("three");
            assertThat(ArchiveWorld.subjects(archived, "Done")).containsExactly("five");
            assertThat(world.audit("stored").size() + world.audit("found").size()).isEqualTo(7);
            assertThat(world.audit("copied")).hasSize(1);
            assertThat(world.audit("moved")).hasSize(1);
            JsonNode renamed = world.audit("mailbox-renamed").getFirst();
            assertThat(renamed.path("mailbox").asText()).isEqualTo("Work");
            assertThat(renamed.path("to").asText()).isEqualTo("Done");
            assertThat(renamed.path("client").asText()).startsWith("127.0.0.1:");
            assertThat(renamed.path("session").asText()).isNotEmpty();
            assertThat(world.audit("mailbox-deleted")).hasSize(1);
            assertThat(uids(world.audit("expunged"))).isEqualTo(4);
            assertThat(world.audit("flags").getFirst().path("flags").get(0).asText())
                    .isEqualTo("\\Flagged");
            world.assertHealthy();
            world.sweep();
            assertThat(world.archived()).isEqualTo(archived);
            world.restart();
            world.sweep();
            assertThat(world.archived()).isEqualTo(archived);
            world.assertHealthy();
        }
    }

    /// Another client, past the proxy: what it did is found by comparing.
    @Test
    void whatNobodySawIsFound() throws Exception {
        try (ArchiveWorld world = new ArchiveWorld(directory, "sweep: {watch: none}")) {
            try (WireClient client = new WireClient(world.through())) {
                append(client, "INBOX", "one");
                append(client, "INBOX", "two");
            }
            world.await();
            try (WireClient past = new WireClient(Access.to(world.primary, 1))) {
                append(past, "INBOX", "three");
                past.command("CREATE Other").orFail();
                past.command("SELECT INBOX").orFail();
                past.command("UID MOVE 1 Other").orFail();
                past.command("UID COPY 2 Other").orFail();
                past.command("UID STORE 2 +FLAGS.SILENT (\\Deleted)").orFail();
                past.command("UID EXPUNGE 2").orFail();
                past.command("CREATE Brief").orFail();
                append(past, "Brief", "four");
            }
            world.sweep();
            try (WireClient past = new WireClient(Access.to(world.primary, 1))) {
                past.command("DELETE Brief").orFail();
                past.command("CREATE Brief").orFail();
                append(past, "Brief", "five");
            }
            world.sweep();
            assertThat(ArchiveWorld.subjects(world.archived()))
                    .containsOnlyKeys("one", "two", "three", "four", "five")
                    .allSatisfy((_, times) -> assertThat(times).isOne());
            assertThat(world.audit("found-copy")).hasSize(2);
            assertThat(uids(world.audit("expunged"))).isEqualTo(2);
            assertThat(world.status().parked()).isZero();
            assertThat(world.verify().code()).isZero();
        }
    }

    /// Killed between the move and its entry in the journal, imapmirror cannot ask for the
    /// message's date any more, and what it takes for it instead may be another second or, with a
    /// primary whose clock is wrong, another hour.
    @Test
    void whatMovedBeforeItsDateWasKnownIsFound() throws Exception {
        try (ArchiveWorld world =
                new ArchiveWorld(directory, "sweep: {watch: none, every: never}")) {
            try (WireClient client = new WireClient(world.through())) {
                append(client, "INBOX", "one");
                world.await();
                world.archive.stop();
                append(client, "INBOX", "two");
            }
            try (WireClient past = new WireClient(Access.to(world.primary, 1))) {
                past.command("CREATE Other").orFail();
                past.append(
                                "Other",
                                "() \"29-Nov-2026 01:00:00 +0000\"",
                                Mail.message("two", "text of two"))
                        .orFail();
                past.command("SELECT INBOX").orFail();
                past.command("UID STORE 2 +FLAGS.SILENT (\\Deleted)").orFail();
                past.command("UID EXPUNGE 2").orFail();
            }
            world.archive.start();
            world.await();
            world.sweep();
            assertThat(ArchiveWorld.subjects(world.archived()))
                    .containsOnlyKeys("one", "two")
                    .allSatisfy((_, times) -> assertThat(times).isOne());
            assertThat(world.audit("found-copy")).hasSize(1);
            assertThat(world.verify().code()).isZero();
        }
    }

    @Test
    void auditLogIsCheckedByCommand() throws Exception {
        try (ArchiveWorld world = new ArchiveWorld(directory, "")) {
            try (WireClient client = new WireClient(world.through())) {
                append(client, "INBOX", "one");
            }
            world.await();
            String config = world.config().toString();
            String head = Run.imapmirror("audit", "head", "--config", config).out().strip();
            assertThat(head).matches(ArchiveWorld.ARCHIVE + " \\d+:[0-9a-f]{64}");
            String noted = head.substring(head.indexOf(' ') + 1);
            try (WireClient client = new WireClient(world.through())) {
                append(client, "INBOX", "two");
            }
            world.await();
            assertThat(
                            Run.imapmirror("audit", "verify", "--config", config, "--head", noted)
                                    .code())
                    .isZero();
            Run json = Run.imapmirror("audit", "verify", "--config", config, "--json");
            assertThat(json.code()).isZero();
            assertThat(json.out()).startsWith("{\"intact\":true,\"logs\":{\"mirror2\":");
            String other = noted.substring(0, noted.length() - 1) + (noted.endsWith("0") ? 1 : 0);
            assertThat(Run.imapmirror("audit", "verify", "--config", config, "--head", other))
                    .satisfies(
                            r -> assertThat(r.code()).isEqualTo(ExitCode.ATTENTION),
                            r -> assertThat(r.out()).contains("is not the one with hash"));
            Path folder = world.auditFolder();
            assertThat(Run.imapmirror("audit", "verify", folder.toString()).code()).isZero();
            world.stop();
            Path file = world.auditFiles().getLast();
            String text = Files.readString(file);
            int last = text.lastIndexOf('\n', text.length() - 2);
            Files.writeString(file, text.substring(0, last + 1));
            assertThat(world.verify())
                    .satisfies(
                            r -> assertThat(r.code()).isEqualTo(ExitCode.ATTENTION),
                            r -> assertThat(r.out()).contains("are missing at the end"));
            assertThat(Run.imapmirror("audit", "verify", folder.toString()).code()).isZero();
            Files.writeString(file, text);
            assertThat(world.verify().code()).isZero();
            assertThat(
                            Run.imapmirror(
                                            "audit",
                                            "verify",
                                            "--config",
                                            config,
                                            "--mirror",
                                            "mirror1")
                                    .code())
                    .isEqualTo(ExitCode.USAGE);
        }
    }

    @Test
    void mirrorBecomesAnArchiveAndNeverAMirrorAgain() throws Exception {
        try (ArchiveWorld world = new ArchiveWorld(directory, "", Set.of())) {
            try (WireClient client = new WireClient(world.through())) {
                append(client, "INBOX", "one");
                append(client, "INBOX", "two");
                world.await();
                client.command("SELECT INBOX").orFail();
                client.command("STORE 1 +FLAGS.SILENT (\\Deleted)").orFail();
                client.command("EXPUNGE").orFail();
            }
            world.await();
            world.restart(Set.of(1));
            try (WireClient client = new WireClient(world.through())) {
                append(client, "INBOX", "three");
                client.command("SELECT INBOX").orFail();
                client.command("STORE 1:* +FLAGS.SILENT (\\Deleted)").orFail();
                client.command("EXPUNGE").orFail();
            }
            world.await();
            assertThat(ArchiveWorld.subjects(world.archived(), "INBOX"))
                    .containsExactly("three", "two");
            assertThat(world.audit("found")).hasSize(1);
            assertThat(uids(world.audit("expunged"))).isEqualTo(2);
            assertThat(world.audit("unseen")).isEmpty();
            world.assertHealthy();
            assertThatThrownBy(() -> world.restart(Set.of()))
                    .isInstanceOf(StateException.class)
                    .hasMessageContaining("was an archive");
            world.restart(Set.of(1));
            assertThat(world.archived().count()).isEqualTo(2);
        }
    }

    /// Somebody else's hand in the archive does not stay unnoticed.
    @Test
    void whatIsRemovedFromTheArchiveIsNamedAndStoredAgain() throws Exception {
        try (ArchiveWorld world = new ArchiveWorld(directory, "")) {
            try (WireClient client = new WireClient(world.through())) {
                append(client, "INBOX", "one");
                append(client, "INBOX", "two");
            }
            world.await();
            try (WireClient thief = new WireClient(Access.to(world.archive, 1))) {
                thief.command("SELECT INBOX").orFail();
                thief.command("STORE 1 +FLAGS.SILENT (\\Deleted)").orFail();
                thief.command("EXPUNGE").orFail();
            }
            try (WireClient client = new WireClient(world.through())) {
                client.command("SELECT INBOX").orFail();
                client.command("STORE 2 +FLAGS (\\Flagged)").orFail();
            }
            world.sweep();
            assertThat(ArchiveWorld.subjects(world.archived(), "INBOX"))
                    .containsExactly("one", "two");
            assertThat(world.audit("missing")).hasSize(1);
            assertThat(world.status().parked()).isOne();
            world.sweep();
            assertThat(world.audit("missing")).hasSize(1);
            assertThat(world.audit("stored")).hasSize(3);
            assertThat(world.verify().code()).isZero();
        }
    }
}
