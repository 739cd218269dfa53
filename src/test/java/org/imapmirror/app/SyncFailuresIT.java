package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import org.imapmirror.testing.Access;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.Mail;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.RawImap;
import org.imapmirror.testing.RefusingRelay;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// What a run says, and what it tells the shell, where a server cannot do what it is asked to: the
/// rest comes over all the same, and the next run brings what is possible then.
@Tag("dovecot")
class SyncFailuresIT {
    private static final String ACL =
            """
            mail_plugins = acl
            protocol imap {
              mail_plugins = acl imap_acl
            }
            plugin {
              acl = vfile
            }
            """;

    private static final String SMALL =
            """
            protocol imap {
              mail_plugins = quota
            }
            plugin {
              quota = count:User quota
              quota_vsizes = yes
              quota_max_mail_size = 2000
            }
            """;

    @TempDir Path directory;
    private TwoServers servers;

    @BeforeEach
    void launch() throws Exception {
        servers =
                new TwoServers(
                        directory.resolve("state"),
                        DovecotServer.launch(2, ACL),
                        DovecotServer.launch(2, SMALL));
        try (RawImap client = RawImap.login(Access.to(servers.old, 1))) {
            client.command("CREATE Work");
            for (int i = 0; i < 5; i++) {
                TwoServers.append(client, "INBOX", "in " + i);
                TwoServers.append(client, "Work", "work " + i);
            }
        }
    }

    @AfterEach
    void close() {
        servers.close();
    }

    /// Where a server keeps the mail of user 1.
    private static Path maildir(DovecotServer server) {
        return server.directory().resolve("mail").resolve(server.user(1)).resolve("Maildir");
    }

    /// The file of the message that contains a text.
    private static Path file(Path maildir, String text) throws IOException {
        try (Stream<Path> files = Files.walk(maildir)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (file.toString().matches(".*/(cur|new)/[^/]*")
                        && Files.readString(file, ISO_8859_1).contains(text)) {
                    return file;
                }
            }
        }
        throw new AssertionError("no message with " + text);
    }

    private void appendLarge(int count) throws IOException {
        try (RawImap client = RawImap.login(Access.to(servers.old, 1))) {
            for (int i = 0; i < count; i++) {
                client.append("INBOX", Mail.message("large " + i, "x ".repeat(4000)));
            }
        }
    }

    /// Without TLS through a relay in front of the target.
    private Run through(RefusingRelay relay) {
        return servers.imapsync(1, "--nossl2", "--notls2", "--port2", relay.port() + "");
    }

    private void assertCode(Run run, int code, String... said) {
        assertThat(run.code()).as(run.out() + run.err()).isEqualTo(code);
        assertThat(run.out()).contains(said);
    }

    @Test
    void errorsmaxEndsTheRunWith112() throws Exception {
        appendLarge(3);
        assertCode(
                servers.imapsync(1, "--errorsmax", "2"),
                112,
                "INBOX, UID 6, <large-0@example.org>",
                "ended after too many failures");
    }

    @Test
    void whatTheTargetDoesNotTakeIs114() throws Exception {
        appendLarge(3);
        Run run = servers.imapsync(1);
        assertThat(run.code()).as(run.out()).isIn(113, 114);
        assertThat(servers.target(1).count()).isEqualTo(10);
        assertThat(run.out()).contains("10 copied", "3 failed", "UID 6", "UID 7", "UID 8");
    }

    /// Files that cannot be opened, so that the server hangs up whatever it is asked about them.
    @Test
    void whatTheSourceCannotReadIs115() throws Exception {
        Map<Path, Path> kept = new HashMap<>();
        for (String text : List.of("body of in 2", "body of in 3", "body of work 4")) {
            Path file = file(maildir(servers.old), text);
            kept.put(file, Files.move(file, directory.resolve(text)));
            Files.createSymbolicLink(file, file.getFileName());
        }
        assertCode(
                servers.imapsync(1),
                115,
                "INBOX, UID 3: fetch: the connection ended 3 times while it was read",
                "INBOX, UID 4: fetch: ",
                "Work, UID 5: fetch: ",
                "7 copied",
                "3 failed");
        assertThat(servers.target(1).count()).isEqualTo(7);

        for (Map.Entry<Path, Path> file : kept.entrySet()) {
            Files.delete(file.getKey());
            Files.move(file.getValue(), file.getKey());
        }
        assertCode(servers.imapsync(1), 0, "3 copied", "7 there already");
        assertThat(servers.target(1).differencesFrom(servers.source(1), Mailboxes.Order.ANY))
                .isEmpty();
    }

    /// The file is shorter than its name says: the server hangs up in the middle of the message.
    @Test
    void whatEndsInTheMiddleIs115Too() throws Exception {
        Path file = file(maildir(servers.old), "body of in 2");
        String text = Files.readString(file, ISO_8859_1);
        Files.writeString(file, text.substring(0, text.length() - 20), ISO_8859_1);
        assertCode(
                servers.imapsync(1),
                115,
                "INBOX, UID 3: fetch: the connection ended 3 times while it was read",
                "9 copied",
                "1 failed");
        assertThat(servers.target(1).count()).isEqualTo(9);
        Files.writeString(file, text, ISO_8859_1);
        assertCode(servers.imapsync(1), 0, "1 copied", "9 there already");
        assertThat(servers.target(1).differencesFrom(servers.source(1), Mailboxes.Order.ANY))
                .isEmpty();
    }

    /// What the target has already is recognized all the same.
    @Test
    void whatCannotBeReadDoesNotKeepTheRestFromBeingRecognized() throws Exception {
        assertCode(servers.imapsync(1), 0, "10 copied");
        servers.forgetState();
        Path lost = file(maildir(servers.old), "body of in 2");
        Path kept = Files.move(lost, directory.resolve("kept"));
        Files.createSymbolicLink(lost, lost.getFileName());
        assertCode(servers.imapsync(1), 115, "INBOX, UID 3", "0 copied", "9 there", "1 failed");

        Files.delete(lost);
        Files.move(kept, lost);
        servers.forgetState();
        assertCode(servers.imapsync(1), 0, "0 copied", "10 there already");
        assertThat(servers.difference(1)).isEmpty();
    }

    /// A file is in the place of the mailbox.
    @Test
    void aMailboxThatCannotBeMadeIs116() throws Exception {
        TwoServers.with(servers.young, 1, "SELECT INBOX");
        Path there = Files.createFile(maildir(servers.young).resolve(".Work"));
        assertCode(servers.imapsync(1), 116, "Work: create: ", "5 copied", "1 failed");
        assertThat(servers.target(1).byName().keySet()).doesNotContain("Work");

        Files.delete(there);
        assertCode(servers.imapsync(1), 0, "5 copied");
        assertThat(servers.difference(1)).isEmpty();
    }

    /// Rights to see that there is a mailbox, and no more.
    @Test
    void aMailboxThatCannotBeOpenedIs117() throws Exception {
        Path rights =
                Files.writeString(
                        maildir(servers.old).resolve(".Work").resolve("dovecot-acl"), "owner l\n");
        assertCode(servers.imapsync(1), 117, "Work: select: ", "5 copied", "1 failed");
        Files.delete(rights);
        assertCode(servers.imapsync(1), 0, "5 copied");
        assertThat(servers.difference(1)).isEmpty();
    }

    private Run verify(String... more) {
        List<String> words = new java.util.ArrayList<>(List.of("verify"));
        words.addAll(servers.sides(1));
        words.addAll(List.of(more));
        return Run.imapmirror(words.toArray(String[]::new));
    }

    @Test
    void whatAVirusScannerRefusesIs119() throws Exception {
        try (RefusingRelay relay = RefusingRelay.to(servers.young.imapPort())) {
            relay.refuse(
                    "(?s)APPEND.*body of work 3", "NO message contains a virus (Test-Signature)");
            assertCode(through(relay), 119, "Work, UID 4", "virus", "9 copied", "1 failed");
            assertThat(servers.target(1).count()).isEqualTo(9);
            relay.relent();
            assertCode(through(relay), 0, "1 copied");
        }
        assertThat(servers.target(1).count()).isEqualTo(10);
    }

    @Test
    void flagsThatTheTargetDoesNotStoreAre120() throws Exception {
        try (RefusingRelay relay = RefusingRelay.to(servers.young.imapPort())) {
            assertCode(through(relay), 0, "10 copied");
            TwoServers.with(servers.old, 1, "SELECT INBOX", "STORE 2 +FLAGS (\\Flagged)");
            relay.refuse("^UID STORE", "NO [CANNOT] flags are not stored here");
            assertCode(through(relay), 120, "INBOX, UID 2", "flags: ", "1 failed");
            relay.relent();
            assertCode(through(relay), 0, "flags of 1 changed");
        }
        assertThat(servers.difference(1)).isEmpty();
    }

    /// Servers do not take such a message from clients; in a store it is after a full disk.
    @Test
    void aMessageOfNoOctetsIsNamedAndBreaksNothing() throws Exception {
        Path maildir = maildir(servers.old);
        Path empty = Files.createFile(maildir.resolve("cur/1700000000.empty.host,S=0,W=0:2,S"));
        TwoServers.with(servers.old, 1, "SELECT INBOX", "FETCH 6 (RFC822.SIZE BODY.PEEK[])");
        Run run = servers.imapsync(1);
        assertCode(run, 114, "INBOX, UID 6", "10 copied", "1 failed");
        assertThat(servers.target(1).count()).isEqualTo(10);
        assertCode(servers.imapsync(1), 114, "INBOX, UID 6", "0 copied", "1 failed");
        Run verify = verify();
        assertThat(verify.code()).as(verify.out() + verify.err()).isEqualTo(1);
        assertThat(verify.out()).contains("missing: INBOX, UID 6", "1 difference");
        Files.delete(empty);
        assertCode(servers.imapsync(1), 0, "0 copied");
        assertThat(verify().code()).isZero();
    }

    @Test
    void expunge1RemovesFromTheSourceWhatIsDeletedThere() throws Exception {
        TwoServers.with(
                servers.old,
                1,
                "SELECT INBOX",
                "STORE 2,4 +FLAGS (\\Deleted)",
                "SELECT Work",
                "STORE 1 +FLAGS (\\Deleted)");
        Run dry = servers.imapsync(1, "--expunge1", "--dry");
        assertCode(dry, 0, "host1: INBOX: 2 messages would be expunged");
        assertThat(servers.source(1).count()).isEqualTo(10);

        Run run = servers.imapsync(1, "--expunge1", "--exclude", "^Work$");
        assertCode(run, 0, "host1: INBOX: 2 messages expunged", "3 copied");
        assertThat(servers.source(1).count()).isEqualTo(8);
        assertThat(servers.target(1).count()).isEqualTo(3);
        assertCode(servers.imapsync(1, "--expunge1"), 0, "host1: Work: 1 messages expunged");
        assertThat(servers.difference(1)).isEmpty();
    }

    @Test
    void logfileGetsTheReportToo() throws Exception {
        Path logs = directory.resolve("logs");
        Path log = logs.resolve("run.txt");
        Run run = servers.imapsync(1, "--logdir", logs.toString(), "--logfile", "run.txt");
        assertCode(run, 0, "10 copied");
        assertThat(Files.readString(log)).isEqualTo(run.out());
        assertThat(Files.readString(log))
                .contains("MAILBOX", "10 copied")
                .doesNotContain(servers.old.password(1), servers.young.password(1));

        // The next one takes its place; without --log there is none.
        Run second = servers.imapsync(1, "--logfile", log.toString());
        assertThat(Files.readString(log)).isEqualTo(second.out()).contains("0 copied");
        assertCode(servers.imapsync(1, "--logfile", log.toString(), "--nolog"), 0, "0 copied");
        assertThat(Files.readString(log)).isEqualTo(second.out());
        Path inTheWay = Files.write(directory.resolve("file"), "x".getBytes(US_ASCII));
        Run refused = servers.imapsync(1, "--logfile", inTheWay.resolve("log").toString());
        assertThat(refused.code()).isEqualTo(69);
        assertThat(refused.err()).contains("--logfile: cannot write " + inTheWay);
    }
}
