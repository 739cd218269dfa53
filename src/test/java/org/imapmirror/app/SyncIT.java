package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.imapmirror.testing.Access;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.Mailboxes.Order;
import org.imapmirror.testing.RawImap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// `imapmirror sync` and `imapmirror verify` between two servers.
@Tag("dovecot")
class SyncIT {
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

    private Run verify(String... more) {
        List<String> words = new java.util.ArrayList<>(List.of("verify"));
        words.addAll(servers.sides(1));
        words.addAll(List.of(more));
        return Run.imapmirror(words.toArray(String[]::new));
    }

    private static JsonNode json(Run run) throws Exception {
        return new ObjectMapper().readTree(run.out());
    }

    @Test
    void copyIsExactRepeatableAndVerified() throws Exception {
        Run differing = verify();
        assertThat(differing.code()).as(differing.err()).isEqualTo(1);
        assertThat(differing.out()).contains("folder-missing: Work/Deep");

        Run first = servers.sync(1);
        assertThat(first.code()).as(first.out() + first.err()).isZero();
        assertThat(servers.difference(1)).isEmpty();
        assertThat(verify().code()).isZero();

        Run again = servers.sync(1);
        assertThat(again.code()).isZero();
        assertThat(again.out()).contains("0 copied");
        assertThat(servers.difference(1)).isEmpty();

        TwoServers.with(
                servers.young,
                1,
                "SELECT INBOX",
                "STORE 1 FLAGS (\\Draft)",
                "STORE 4 +FLAGS (\\Deleted)",
                "EXPUNGE");
        Run found = verify("--json");
        assertThat(found.code()).isEqualTo(1);
        JsonNode report = json(found);
        assertThat(report.get("equal").asBoolean()).isFalse();
        assertThat(report.get("differences").findValuesAsText("kind"))
                .containsExactlyInAnyOrder("flags", "missing");
        assertThat(report.get("differences").findValuesAsText("folder")).containsOnly("INBOX");
    }

    @Test
    void dryRunIsAPlanAndTouchesNothing() throws Exception {
        assertThat(servers.sync(1, "--folder", "Work").code()).isZero();
        Map<String, String> state = servers.stateFiles();
        Mailboxes source = servers.source(1);
        Mailboxes target = servers.target(1);
        Run plan = servers.sync(1, "--dry-run", "--json", "--max-size", "150");
        assertThat(plan.code()).as(plan.out() + plan.err()).isZero();
        JsonNode report = json(plan);
        assertThat(report.get("dryRun").asBoolean()).isTrue();
        assertThat(report.get("warnings").toString()).contains("larger than 150");
        assertThat(report.get("folders").findValuesAsText("source"))
                .containsExactlyInAnyOrder("INBOX", "Sent", "Work", "Work/Deep", "Empty");
        assertThat(servers.stateFiles()).isEqualTo(state);
        assertThat(servers.source(1)).isEqualTo(source);
        assertThat(servers.target(1)).isEqualTo(target);
    }

    @Test
    void mirrorTakesAwayWhatTheSourceLacks() throws Exception {
        assertThat(servers.sync(1).code()).isZero();
        TwoServers.with(servers.young, 1, "SELECT INBOX", "COPY 1:2 INBOX", "COPY 3 Sent");
        TwoServers.with(
                servers.old, 1, "SELECT Work/Deep", "STORE 1:2 +FLAGS (\\Deleted)", "EXPUNGE");
        Run run = servers.sync(1, "--mode", "mirror");
        assertThat(run.code()).as(run.out() + run.err()).isZero();
        assertThat(servers.target(1).differencesFrom(servers.source(1), Order.ANY)).isEmpty();
    }

    @Test
    void mirrorOfAnEmptyAccountDeletesNothing() throws Exception {
        assertThat(servers.sync(1).code()).isZero();
        Mailboxes before = servers.target(1);
        TwoServers.with(
                servers.old,
                1,
                "SELECT INBOX",
                "STORE 1:* +FLAGS (\\Deleted)",
                "EXPUNGE",
                "SELECT Work",
                "STORE 1:* +FLAGS (\\Deleted)",
                "EXPUNGE",
                "SELECT Work/Deep",
                "STORE 1:* +FLAGS (\\Deleted)",
                "EXPUNGE",
                "SELECT Sent",
                "STORE 1:* +FLAGS (\\Deleted)",
                "EXPUNGE");
        Run held = servers.sync(1, "--mode", "mirror", "--lift-brake");
        assertThat(held.code()).as(held.out() + held.err()).isEqualTo(1);
        assertThat(held.out()).contains("held deletions:");
        assertThat(servers.target(1)).isEqualTo(before);
    }

    @Test
    void foldersAreChosenMappedAndRenamed() throws Exception {
        try (TwoServers others =
                new TwoServers(
                        directory.resolve("other-state"),
                        DovecotServer.launch(),
                        DovecotServer.withNamespace('.', "INBOX."))) {
            others.fill(1);
            TwoServers.with(others.old, 1, "CREATE \"Gesendete Objekte\"");
            TwoServers.with(others.young, 1, "CREATE INBOX.Sent");
            Run run =
                    others.sync(
                            1,
                            "--automap",
                            "--exclude",
                            "^Empty$",
                            "--map",
                            "Work=INBOX.Job",
                            "--rename",
                            "s/Deep/Tief/",
                            "--folder-last",
                            "INBOX");
            assertThat(run.code()).as(run.out() + run.err()).isZero();
            Mailboxes target = others.target(1);
            assertThat(target.byName().keySet())
                    .contains("INBOX", "Sent", "Job", "Work/Tief", "Gesendete Objekte")
                    .doesNotContain("Empty");
            assertThat(target.get("Sent").messages()).hasSize(1);
            assertThat(target.get("Job").messages()).hasSize(1);
            List<String> into =
                    new java.util.ArrayList<>(
                            List.of("sync", "--state", directory + "/third", "--into", "Backup"));
            into.addAll(others.sides(1));
            Run below = Run.imapmirror(into.toArray(String[]::new));
            assertThat(below.code()).as(below.out() + below.err()).isZero();
            assertThat(others.target(1).get("Backup/INBOX").messages()).hasSize(7);
            assertThat(others.target(1).get("Backup/Work/Deep").messages()).hasSize(5);
        }
    }

    @Test
    void configurationNamesServersAndLogins() throws Exception {
        Path config =
                Files.writeString(
                        directory.resolve("imapmirror.yaml"),
                        """
                        listeners: [{bind: "127.0.0.1:1143", tls: none}]
                        servers:
                          old:
                            address: "localhost:%d"
                            tls: starttls
                            trust: %s
                            login: {method: master, user: "{user}*master", password: "masterpass"}
                          new:
                            address: "localhost:%d"
                            tls: implicit
                            trust: %s
                            login: {method: authzid, user: "master", password: "masterpass"}
                        route: {primary: old, mirrors: [{server: new}]}
                        """
                                .formatted(
                                        servers.old.imapPort(),
                                        servers.old.certificate(),
                                        servers.young.imapsPort(),
                                        servers.young.certificate()));
        String[] words = {
            "sync",
            "--state",
            directory.resolve("state").toString(),
            "--config",
            config.toString(),
            "--source-server",
            "old",
            "--target-server",
            "new",
            "--account",
            servers.old.user(1)
        };
        Run run = Run.imapmirror(words);
        assertThat(run.code()).as(run.out() + run.err()).isZero();
        assertThat(servers.difference(1)).isEmpty();
        words[6] = "older";
        Run unknown = Run.imapmirror(words);
        assertThat(unknown.code()).isEqualTo(64);
        assertThat(unknown.err()).contains("no server older, only old, new");
    }

    @Test
    void manyAccountsGoOnBesideOneThatFails() throws Exception {
        for (int n = 2; n <= 5; n++) {
            servers.fill(n);
        }
        StringBuilder table =
                new StringBuilder("source_user|source_password|target_user|target_password\n");
        for (int n = 1; n <= 5; n++) {
            table.append(servers.old.user(n))
                    .append('|')
                    .append(n == 3 ? "wrong" : servers.old.password(n))
                    .append('|')
                    .append(servers.young.user(n))
                    .append('|')
                    .append(servers.young.password(n))
                    .append('\n');
        }
        Path file = Files.writeString(directory.resolve("accounts.csv"), table);
        List<String> words =
                new java.util.ArrayList<>(
                        List.of(
                                "sync",
                                "--state",
                                directory.resolve("state").toString(),
                                "--source",
                                "imaps://localhost:" + servers.old.imapsPort(),
                                "--source-trust",
                                servers.old.certificate().toString(),
                                "--target",
                                "imaps://localhost:" + servers.young.imapsPort(),
                                "--target-trust",
                                servers.young.certificate().toString(),
                                "--accounts",
                                file.toString(),
                                "--parallel",
                                "3"));
        Run run = Run.imapmirror(words.toArray(String[]::new));
        assertThat(run.code()).as(run.out() + run.err()).isEqualTo(161);
        assertThat(run.out()).contains("4 of 5 accounts are done").contains("exit 161");
        assertThat(run.out() + run.err()).doesNotContain(servers.old.password(1));
        for (int n : new int[] {1, 2, 4, 5}) {
            assertThat(servers.difference(n)).as("user %d", n).isEmpty();
        }
        Files.writeString(file, table.toString().replace("wrong", servers.old.password(3)));
        words.add("--json");
        Run again = Run.imapmirror(words.toArray(String[]::new));
        assertThat(again.code()).as(again.out() + again.err()).isZero();
        JsonNode accounts = json(again).get("accounts");
        assertThat(accounts).hasSize(5);
        for (int n = 1; n <= 5; n++) {
            assertThat(servers.difference(n)).as("user %d", n).isEmpty();
            long copied = 0;
            for (JsonNode folder : accounts.get(n - 1).get("folders")) {
                copied += folder.get("copied").asLong();
            }
            assertThat(copied).as("copied of user %d", n).isEqualTo(n == 3 ? 14 : 0);
        }
    }

    @Test
    void eachMessageThatIsNotBroughtOverIsNamed() throws Exception {
        try (TwoServers small =
                new TwoServers(
                        directory.resolve("small"),
                        DovecotServer.launch(1, ""),
                        DovecotServer.launch(
                                1,
                                """
                                protocol imap {
                                  mail_plugins = quota
                                }
                                plugin {
                                  quota = count:User quota
                                  quota_vsizes = yes
                                  quota_max_mail_size = 2000
                                }
                                """))) {
            try (RawImap client = RawImap.login(Access.to(small.old, 1))) {
                TwoServers.append(client, "INBOX", "small");
                client.append(
                        "INBOX", org.imapmirror.testing.Mail.message("large", "x ".repeat(4000)));
            }
            Run run = small.sync(1, "--json");
            assertThat(run.code()).as(run.out() + run.err()).isIn(113, 114);
            JsonNode failure = json(run).get("failures").get(0);
            assertThat(failure.get("uid").asLong()).isEqualTo(2);
            assertThat(failure.get("messageId").asText()).contains("large@example.org");
            assertThat(failure.get("reason").asText()).isNotBlank();
            assertThat(small.target(1).count()).isOne();
        }
    }

    @Test
    void passwordsComeFromCommandsAndTheEnvironment() {
        List<String> words =
                List.of(
                        "sync",
                        "--state",
                        directory.resolve("state").toString(),
                        "--source",
                        "imap+insecure://"
                                + servers.old.user(1)
                                + "@127.0.0.1:"
                                + servers.old.imapPort(),
                        "--source-password-command",
                        "echo " + servers.old.password(1) + "; echo more",
                        "--target",
                        "imap+insecure://"
                                + servers.young.user(1)
                                + "@127.0.0.1:"
                                + servers.young.imapPort(),
                        "--target-password-env",
                        "NO_SUCH_VARIABLE");
        Run missing = Run.imapmirror(words.toArray(String[]::new));
        assertThat(missing.code()).isEqualTo(69);
        assertThat(missing.err()).contains("NO_SUCH_VARIABLE is empty or not set");
        List<String> both = new java.util.ArrayList<>(words.subList(0, words.size() - 2));
        both.addAll(List.of("--target-password-command", "echo " + servers.young.password(1)));
        Run run = Run.imapmirror(both.toArray(String[]::new));
        assertThat(run.code()).as(run.err()).isZero();
    }

    /// A process of its own, because a signal ends it.
    private ProcessBuilder process(String... more) {
        List<String> words =
                new java.util.ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "org.imapmirror.app.Main",
                                "sync",
                                "--state",
                                directory.resolve("state").toString()));
        words.addAll(servers.sides(1));
        words.addAll(List.of(more));
        return new ProcessBuilder(words)
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile());
    }

    @Test
    void signalEndsARunInOrderAndTheNextOneGoesOn() throws Exception {
        try (RawImap client = RawImap.login(Access.to(servers.old, 1))) {
            for (int i = 0; i < 500; i++) {
                TwoServers.append(client, "Work", "many " + i);
            }
        }
        Process process =
                process("--messages-per-second", "40", "--json", "--progress", "lines").start();
        try {
            org.awaitility.Awaitility.await()
                    .atMost(java.time.Duration.ofSeconds(30))
                    .until(() -> servers.target(1).count() >= 2);
            Run second = servers.sync(1);
            assertThat(second.code()).as("a second run of the pair").isEqualTo(69);
            process.destroy();
            assertThat(process.waitFor(20, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly().waitFor();
        }
        String out = Files.readString(directory.resolve("out"));
        String err = Files.readString(directory.resolve("err"));
        assertThat(process.exitValue()).as(out + err).isEqualTo(6);
        assertThat(out).contains("\"outcome\":\"stopped\"");
        assertThat(servers.target(1).count()).isLessThan(514);
        Run next = servers.sync(1);
        assertThat(next.code()).as(next.out() + next.err()).isZero();
        assertThat(servers.difference(1)).isEmpty();
    }

    @Test
    void mistakesAreSaidBeforeAnyServerIsAsked() {
        assertThat(Run.imapmirror("sync").code()).isEqualTo(64);
        assertThat(servers.sync(1, "--max-size", "20XB").err()).contains("20XB");
        assertThat(servers.sync(1, "--mode", "mirror", "--delete-source").code()).isEqualTo(64);
        assertThat(servers.sync(1, "--include", "(").err()).contains("--include");
        assertThat(servers.sync(1, "--map", "x").err()).contains("--map");
        assertThat(servers.sync(1, "--folder", "a", "--folder", "b", "--rename", "x").err())
                .contains("--rename");
        Run twice = servers.sync(1, "--source-trust", "insecure");
        assertThat(twice.code()).isEqualTo(64);
        assertThat(twice.err()).contains("--source-trust");
        Run trust =
                Run.imapmirror(
                        "sync", "--source", "imaps://a@localhost", "--source-trust", "/nowhere");
        assertThat(trust.code()).isEqualTo(64);
        assertThat(trust.err()).contains("--source-trust").contains("/nowhere");
    }
}
