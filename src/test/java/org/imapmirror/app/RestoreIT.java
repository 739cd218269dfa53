package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.testing.Access;
import org.imapmirror.testing.Mail;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.Mailboxes.Order;
import org.imapmirror.testing.WireClient;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Messages come back from an archive and from a mirror.
@Tag("dovecot")
class RestoreIT {
    @TempDir Path directory;

    private static void append(WireClient client, String mailbox, String options, String subject)
            throws Exception {
        client.append(mailbox, options, Mail.message(subject, "text of " + subject)).orFail();
    }

    private Run restore(ArchiveWorld world, String... options) {
        List<String> all =
                new ArrayList<>(
                        List.of("restore", world.account(), "--config", world.config().toString()));
        all.addAll(List.of(options));
        return Run.imapmirror(all.toArray(String[]::new));
    }

    private static String summary(Run run) {
        assertThat(run.code()).as("%s", run).isZero();
        return run.out().lines().toList().getLast();
    }

    private static Mailboxes onPrimary(ArchiveWorld world) {
        return Mailboxes.read(Access.to(world.primary, 1));
    }

    @Test
    void whatWasDeletedComesBackOnce() throws Exception {
        try (ArchiveWorld world = new ArchiveWorld(directory, "")) {
            Mailboxes before;
            try (WireClient client = new WireClient(world.through())) {
                create(client, "Work");
                create(client, "Other");
                append(client, "INBOX", "(\\Seen kept) \"01-Nov-2025 10:00:00 +0000\"", "one");
                append(client, "INBOX", "(\\Flagged)", "stays");
                append(client, "Work", "() \"05-Nov-2025 10:00:00 +0000\"", "two");
                append(client, "Work", "() \"05-Nov-2025 10:00:00 +0000\"", "two");
                append(client, "Work", "()", "moved");
                client.command("SELECT Work").orFail();
                client.command("UID MOVE 3 Other").orFail();
                client.command("UID COPY 1 Other").orFail();
                world.await();
                before = onPrimary(world);
                client.command("DELETE Other").orFail();
                client.command("UID STORE 1:2 +FLAGS.SILENT (\\Deleted)").orFail();
                client.command("EXPUNGE").orFail();
                client.command("SELECT INBOX").orFail();
                client.command("UID STORE 1 +FLAGS.SILENT (\\Deleted)").orFail();
                client.command("EXPUNGE").orFail();
            }
            world.await();
            Mailboxes archived = world.archived();
            assertThat(summary(restore(world, "--deleted", "--dry-run", "--to", "old")))
                    .isEqualTo("5 to be stored, 0 already there, 0 refused");
            assertThat(onPrimary(world).count()).isEqualTo(1);
            assertThat(summary(restore(world, "--deleted", "--folder", "Work", "--to", "old")))
                    .isEqualTo("2 stored, 0 already there, 0 refused");
            assertThat(summary(restore(world, "--deleted", "--to", "old")))
                    .isEqualTo("3 stored, 2 already there, 0 refused");
            assertThat(onPrimary(world).differencesFrom(before, Order.ANY)).isEmpty();
            assertThat(summary(restore(world, "--deleted", "--to", "old")))
                    .isEqualTo("0 stored, 5 already there, 0 refused");
            // What came back is no longer missing, and the archive has it once.
            world.sweep();
            assertThat(ArchiveWorld.subjects(world.archived()))
                    .isEqualTo(ArchiveWorld.subjects(archived));
            assertThat(onPrimary(world).differencesFrom(before, Order.ANY)).isEmpty();
            world.assertHealthy();
        }
    }

    @Test
    void timesRestrictWhatComesBack() throws Exception {
        try (ArchiveWorld world = new ArchiveWorld(directory, "")) {
            Instant between;
            try (WireClient client = new WireClient(world.through())) {
                append(client, "INBOX", "() \"01-Nov-2025 10:00:00 +0000\"", "first");
                append(client, "INBOX", "() \"02-Nov-2025 10:00:00 +0000\"", "second");
                append(client, "INBOX", "() \"03-Nov-2025 10:00:00 +0000\"", "third");
                client.command("SELECT INBOX").orFail();
                client.command("UID STORE 3 +FLAGS.SILENT (\\Deleted)").orFail();
                client.command("EXPUNGE").orFail();
                between = Instant.now().plusMillis(1);
                client.command("UID STORE 1 +FLAGS.SILENT (\\Deleted)").orFail();
                client.command("EXPUNGE").orFail();
            }
            world.await();
            assertThat(
                            summary(
                                    restore(
                                            world,
                                            "--deleted",
                                            "--dry-run",
                                            "--until",
                                            between.toString(),
                                            "--to",
                                            "old")))
                    .startsWith("1 to be stored");
            assertThat(
                            summary(
                                    restore(
                                            world,
                                            "--deleted",
                                            "--since",
                                            between.toString(),
                                            "--to",
                                            "old")))
                    .startsWith("1 stored");
            assertThat(ArchiveWorld.subjects(onPrimary(world), "INBOX"))
                    .containsExactly("first", "second");
            assertThat(
                            summary(
                                    restore(
                                            world,
                                            "--since",
                                            "2025-11-02T10:00:00Z",
                                            "--until",
                                            "2025-11-03T10:00:00Z",
                                            "--to",
                                            "old")))
                    .isEqualTo("0 stored, 1 already there, 0 refused");
            assertThat(summary(restore(world, "--since", "2025-11-03T10:00:00Z", "--to", "old")))
                    .startsWith("1 stored");
            assertThat(ArchiveWorld.subjects(onPrimary(world), "INBOX"))
                    .containsExactly("first", "second", "third");
        }
    }

    /// Without the service, and to where something else is already.
    @Test
    void mirrorGivesBackWhatThePrimaryHad() throws Exception {
        try (ArchiveWorld world = new ArchiveWorld(directory, "")) {
            try (WireClient client = new WireClient(world.through())) {
                client.command("CREATE Work/Below").orFail();
                for (int i = 0; i < 120; i++) {
                    append(client, "Work/Below", i % 2 == 0 ? "(\\Seen)" : "(\\Draft)", "m" + i);
                }
                append(client, "INBOX", "()", "inbox");
            }
            world.await();
            world.stop();
            Mailboxes before = onPrimary(world);
            try (WireClient past = new WireClient(Access.to(world.primary, 1))) {
                past.command("DELETE Work/Below").orFail();
                past.command("CREATE Work/Below").orFail();
                append(past, "Work/Below", "()", "foreign");
                append(past, "Work/Below", "(\\Seen)", "m0");
            }
            assertThat(summary(restore(world, "--from", "mirror1", "--to", "old")))
                    .isEqualTo("119 stored, 2 already there, 0 refused");
            assertThat(summary(restore(world, "--from", "mirror1", "--to", "old")))
                    .isEqualTo("0 stored, 121 already there, 0 refused");
            assertThat(ArchiveWorld.subjects(onPrimary(world)))
                    .hasSize(122)
                    .allSatisfy((_, times) -> assertThat(times).isOne());
            assertThat(onPrimary(world).get("Work/Below").messages())
                    .filteredOn(m -> m.subject().equals("m1"))
                    .isEqualTo(
                            before.get("Work/Below").messages().stream()
                                    .filter(m -> m.subject().equals("m1"))
                                    .toList());
        }
    }

    @Test
    void wrongWordsAreExplained() throws Exception {
        try (ArchiveWorld world = new ArchiveWorld(directory, "")) {
            try (WireClient client = new WireClient(world.through())) {
                append(client, "INBOX", "()", "one");
            }
            world.await();
            assertThat(restore(world, "--to", "nowhere"))
                    .satisfies(
                            r -> assertThat(r.code()).isEqualTo(ExitCode.USAGE),
                            r -> assertThat(r.err()).contains("no such server"));
            assertThat(restore(world, "--to", "mirror2"))
                    .satisfies(
                            r -> assertThat(r.code()).isEqualTo(ExitCode.USAGE),
                            r -> assertThat(r.err()).contains("where the messages are kept"));
            assertThat(restore(world, "--from", "mirror1", "--deleted", "--to", "old").err())
                    .contains("--deleted needs an archive, or a mirror");
            assertThat(restore(world, "--since", "yesterday", "--to", "old").err())
                    .contains("--since yesterday");
            world.primary.stop();
            assertThat(restore(world, "--to", "old").code()).isEqualTo(ExitCode.UNAVAILABLE);
            world.primary.start();
        }
    }

    /// Where our STATUS meets a mailbox in the making, Dovecot says that it is there already.
    private static void create(WireClient client, String mailbox) throws IOException {
        WireClient.Reply reply = client.command("CREATE " + mailbox);
        if (!reply.tagged().contains("[ALREADYEXISTS]")) {
            reply.orFail();
        }
    }
}
