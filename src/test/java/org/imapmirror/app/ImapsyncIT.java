package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.testing.Mailboxes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// The forms of a published guide for imapsync, with only the name of the program changed.
@Tag("dovecot")
class ImapsyncIT {
    @TempDir Path directory;
    private TwoServers servers;

    @BeforeEach
    void launch() throws Exception {
        servers = new TwoServers(directory.resolve("state"));
        servers.fill(1);
    }

    @AfterEach
    void close() {
        servers.close();
    }

    @Test
    void dryRunTouchesNothing() throws Exception {
        Mailboxes source = servers.source(1);
        Mailboxes target = servers.target(1);
        Run run = servers.imapsync(1, "--dry", "--automap");
        assertThat(run.code()).as(run.out() + run.err()).isZero();
        assertThat(run.out()).contains("14 would be copied").contains("to be made");
        assertThat(servers.source(1)).isEqualTo(source);
        assertThat(servers.target(1)).isEqualTo(target);
        assertThat(servers.stateFiles()).isEmpty();
        assertThat(run.out() + run.err()).doesNotContain(servers.old.password(1));
    }

    @Test
    void firstPassThenDeltaWithDeletions() throws Exception {
        Run first = servers.imapsync(1, "--automap", "--usecache", "--syncinternaldates");
        assertThat(first.code()).as(first.out() + first.err()).isZero();
        assertThat(servers.difference(1)).isEmpty();

        TwoServers.with(
                servers.old,
                1,
                "SELECT INBOX",
                "STORE 3 FLAGS (\\Seen)",
                "CREATE Later",
                "COPY 4:5 Later");
        TwoServers.with(servers.young, 1, "SELECT INBOX", "STORE 6 +FLAGS (\\Deleted)");
        Run delta =
                servers.imapsync(1, "--automap", "--usecache", "--syncinternaldates", "--expunge2");
        assertThat(delta.code()).as(delta.out() + delta.err()).isZero();
        assertThat(delta.out())
                .contains("3 copied", "flags of 1 changed", "1 deleted")
                .doesNotContain(servers.old.password(1));
        assertThat(servers.target(1).differencesFrom(servers.source(1), Mailboxes.Order.ANY))
                .as("the new mailbox is there and subscriptions stay")
                .isEmpty();
    }

    @Test
    void loopOverLinesOfAFile() throws Exception {
        servers.fill(2);
        Path lines = directory.resolve("accounts");
        Files.write(
                lines,
                List.of(1, 2).stream()
                        .map(n ->
                                servers.old.user(n)
                                        + "|"
                                        + servers.old.password(n)
                                        + "|"
                                        + servers.young.user(n)
                                        + "|"
                                        + servers.young.password(n))
                        .toList());
        for (String line : Files.readAllLines(lines)) {
            String[] field = line.split("\\|");
            Run run =
                    Run.imapmirror(
                            "imapsync",
                            "--host1",
                            "localhost",
                            "--port1",
                            servers.old.imapPort() + "",
                            "--user1",
                            field[0],
                            "--password1",
                            field[1],
                            "--host2",
                            "localhost",
                            "--port2",
                            servers.young.imapPort() + "",
                            "--user2",
                            field[2],
                            "--password2",
                            field[3],
                            "--tmpdir",
                            directory.resolve("state").toString(),
                            "--automap",
                            "--useheader",
                            "Message-ID",
                            "--syncinternaldates");
            assertThat(run.code()).as(run.out() + run.err()).isZero();
        }
        assertThat(servers.difference(1)).isEmpty();
        assertThat(servers.difference(2)).isEmpty();
        assertThat(servers.stateFiles().keySet())
                .filteredOn(name -> name.endsWith(".db"))
                .hasSize(2);
    }

    @Test
    void cronJobWithPasswordFiles() throws Exception {
        for (int pass = 0; pass < 3; pass++) {
            List<String> words = servers.hosts(1);
            words.addAll(
                    List.of(
                            "--passfile1",
                            servers.secret(servers.old.password(1)).toString(),
                            "--passfile2",
                            servers.secret(servers.young.password(1)).toString(),
                            "--automap",
                            "--useheader",
                            "Message-ID"));
            Run run = Run.imapmirror(words.toArray(String[]::new));
            assertThat(run.code()).as(run.out() + run.err()).isZero();
            assertThat(servers.difference(1)).isEmpty();
        }
    }

    @Test
    void strictMirrorWithDelete2() throws Exception {
        assertThat(servers.imapsync(1).code()).isZero();
        TwoServers.with(
                servers.young, 1, "SELECT INBOX", "COPY 1:3 INBOX", "STORE 1 -FLAGS (\\Seen)");
        TwoServers.with(servers.old, 1, "SELECT INBOX", "STORE 2:3 +FLAGS (\\Deleted)", "EXPUNGE");
        Run run = servers.imapsync(1, "--delete2");
        assertThat(run.code()).as(run.out() + run.err()).isZero();
        assertThat(servers.target(1).differencesFrom(servers.source(1), Mailboxes.Order.ANY))
                .isEmpty();
    }

    @Test
    void moveWithDelete1() throws Exception {
        Mailboxes before = servers.source(1);
        Run run = servers.imapsync(1, "--delete1", "--delete1emptyfolders");
        assertThat(run.code()).as(run.out() + run.err()).isZero();
        assertThat(servers.target(1).count()).isEqualTo(before.count());
        assertThat(servers.source(1).count()).isZero();
        assertThat(servers.source(1).byName().keySet()).doesNotContain("Work/Deep", "Empty");
        assertThat(servers.imapsync(1, "--delete1").code()).isZero();
        assertThat(servers.target(1).count()).isEqualTo(before.count());
    }

    @Test
    void foldersOfTheTargetAloneGoOnlyWhereTheyMay() throws Exception {
        TwoServers.with(servers.old, 1, "CREATE \"Gesendete Objekte\"", "CREATE Unchosen");
        TwoServers.with(
                servers.young,
                1,
                "CREATE Extra/Below",
                "CREATE Tasks",
                "CREATE Unchosen",
                "CREATE Sent",
                "CREATE Renamed");
        Run dry = servers.imapsync(1, "--delete2folders", "--dry", "--exclude", "^Unchosen|^Sent");
        assertThat(dry.code()).as(dry.out() + dry.err()).isZero();
        assertThat(servers.target(1).byName().keySet()).contains("Extra/Below", "Tasks");
        Run run =
                servers.imapsync(
                        1,
                        "--delete2foldersbutnot",
                        "/^Tasks$/",
                        "--exclude",
                        "^Unchosen|^Sent|^Empty",
                        "--regextrans2",
                        "s/^Empty$/Renamed/");
        assertThat(run.code()).as(run.out() + run.err()).isZero();
        assertThat(servers.target(1).byName().keySet())
                .contains("Tasks", "Unchosen", "Sent", "Renamed", "Work/Deep")
                .doesNotContain("Extra/Below");
    }

    @Test
    void exitCodesTellWhatWentWrong() {
        List<String> words = servers.hosts(1);
        words.addAll(List.of("--password1", "wrong", "--password2", servers.young.password(1)));
        assertThat(Run.imapmirror(words.toArray(String[]::new)).code()).isEqualTo(161);

        words = servers.hosts(1);
        words.addAll(List.of("--password1", servers.old.password(1), "--password2", "wrong"));
        assertThat(Run.imapmirror(words.toArray(String[]::new)).code()).isEqualTo(162);

        assertThat(servers.imapsync(1, "--port1", "1").code()).isEqualTo(101);
        assertThat(servers.imapsync(1, "--port2", "1").code()).isEqualTo(102);
        assertThat(servers.imapsync(1, "--sslargs2", "SSL_verify_mode=1").code()).isEqualTo(12);
        assertThat(servers.imapsync(1, "--subfolder1", "Nowhere").code()).isEqualTo(21);
        assertThat(servers.imapsync(1, "--exitwhenover", "1").code()).isEqualTo(118);
        Run unknown = servers.imapsync(1, "--nosuchoption");
        assertThat(unknown.code()).isEqualTo(64);
        assertThat(unknown.err()).contains("unknown option: --nosuchoption");
        Run refused = servers.imapsync(1, "--pipemess", "cat");
        assertThat(refused.code()).isEqualTo(64);
        assertThat(refused.err()).contains("--pipemess cannot be honoured");
    }

    /// Linux takes 0.0.0.0 for this machine too; imapmirror does not.
    @Test
    void certificatesAreCheckedUnlessTheCommandLineSaysOtherwise() {
        Run refused = servers.imapsync(1, "--host2", "0.0.0.0");
        assertThat(refused.code()).as(refused.out() + refused.err()).isEqualTo(12);
        assertThat(refused.err())
                .contains(
                        "host2 (0.0.0.0:" + servers.young.imapsPort() + ")",
                        "--sslargs2 SSL_verify_mode=0",
                        "--sslargs2 SSL_ca_file=");
        assertThat(servers.target(1).count()).isZero();
        Run asked = servers.imapsync(1, "--host2", "0.0.0.0", "--justconnect");
        assertThat(asked.code()).as(asked.out() + asked.err()).isEqualTo(12);

        Run here = servers.imapsync(1, "--justlogin");
        assertThat(here.code()).as(here.err()).isZero();
        assertThat(here.err()).contains("host2", "going on all the same, because it is on this");

        Run known =
                servers.imapsync(
                        1,
                        "--sslargs1",
                        "SSL_ca_file=" + servers.old.certificate(),
                        "--sslargs2",
                        "SSL_ca_file=" + servers.young.certificate());
        assertThat(known.code()).as(known.out() + known.err()).isZero();
        assertThat(known.err()).doesNotContain("certificate");
        assertThat(servers.difference(1)).isEmpty();

        Run any = servers.imapsync(1, "--host2", "0.0.0.0", "--sslargs2", "SSL_verify_mode=0");
        assertThat(any.code()).as(any.out() + any.err()).isZero();
    }

    @Test
    void neverFallsBackToClearText() throws Exception {
        try (TwoServers clear =
                new TwoServers(
                        directory.resolve("clear"),
                        org.imapmirror.testing.DovecotServer.launch(1, "ssl = no"),
                        org.imapmirror.testing.DovecotServer.launch(1, ""))) {
            Run run = clear.imapsync(1);
            assertThat(run.code()).as(run.err()).isEqualTo(12);
            assertThat(clear.imapsync(1, "--nossl1", "--notls1").code()).isZero();
        }
    }

    @Test
    void administratorActsForTheUser() {
        Run run =
                Run.imapmirror(
                        "imapsync",
                        "--host1",
                        "localhost",
                        "--port1",
                        servers.old.imapPort() + "",
                        "--user1",
                        servers.old.user(1),
                        "--authuser1",
                        "master",
                        "--password1",
                        servers.old.masterPassword(),
                        "--host2",
                        "localhost",
                        "--port2",
                        servers.young.imapPort() + "",
                        "--user2",
                        servers.young.user(1),
                        "--authuser2",
                        "master",
                        "--password2",
                        servers.young.masterPassword(),
                        "--tmpdir",
                        directory.resolve("state").toString());
        assertThat(run.code()).as(run.out() + run.err()).isZero();
        assertThat(servers.difference(1)).isEmpty();
    }

    @Test
    void looksThatChangeNothing() throws Exception {
        Map<String, String> state = servers.stateFiles();
        Mailboxes target = servers.target(1);
        assertThat(servers.imapsync(1, "--justconnect").code()).isZero();
        assertThat(servers.imapsync(1, "--justlogin").out()).contains("logged in as");
        assertThat(servers.imapsync(1, "--justfolderlists").out()).contains("host1: Work/Deep");
        assertThat(servers.imapsync(1, "--justfoldersizes").out())
                .contains("host1: INBOX: 7 messages");
        assertThat(servers.imapsync(1, "--justautomap").out()).contains("Sent -> Sent");
        assertThat(servers.target(1)).isEqualTo(target);
        assertThat(servers.stateFiles()).isEqualTo(state);
    }
}
