package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.imapmirror.testing.Access;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.Mail;
import org.imapmirror.testing.RawImap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// `imapmirror verify` tells each kind of difference between two real accounts, for people and as
/// JSON.
@Tag("dovecot")
class VerifyCommandIT {
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

    @TempDir Path directory;
    private TwoServers servers;

    @BeforeEach
    void launch() throws Exception {
        servers =
                new TwoServers(
                        directory.resolve("state"),
                        DovecotServer.launch(1, ACL),
                        DovecotServer.launch(1, ""));
        servers.fill(1);
        TwoServers.with(servers.old, 1, "CREATE Locked");
        assertThat(servers.sync(1).code()).isZero();
        assertThat(verify().code()).isZero();
    }

    @AfterEach
    void close() {
        servers.close();
    }

    private Run verify(String... more) {
        List<String> words = new ArrayList<>(List.of("verify"));
        words.addAll(servers.sides(1));
        words.addAll(List.of(more));
        return Run.imapmirror(words.toArray(String[]::new));
    }

    /// One difference of each kind.
    private void change() throws Exception {
        try (RawImap there = RawImap.login(Access.to(servers.old, 1));
                RawImap here = RawImap.login(Access.to(servers.young, 1))) {
            byte[] message = Mail.message("longer", "text");
            there.append("Work", message);
            here.append(
                    "Work",
                    (new String(message, StandardCharsets.US_ASCII) + "\r\n\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            here.command("SELECT INBOX");
            here.command("STORE 1,2 +FLAGS (\\Deleted)");
            here.command("EXPUNGE");
            here.append("INBOX", Mail.message("in 0", "another body"));
            here.append("INBOX", Mail.message("only here", "body"));
            here.command("STORE 1 +FLAGS ($Label2)");
            there.command("CREATE OnlyThere");
            here.command("CREATE OnlyHere");
            here.command("UNSUBSCRIBE Sent");
        }
        Path maildir = servers.old.directory().resolve("mail").resolve(servers.old.user(1));
        Files.writeString(maildir.resolve("Maildir/.Locked/dovecot-acl"), "owner l\n");
    }

    @Test
    void everyKindIsToldForPeople() throws Exception {
        change();
        Run run = verify("--no-dates");
        assertThat(run.code()).as(run.out() + run.err()).isEqualTo(1);
        assertThat(run.out().lines())
                .anyMatch(line -> line.startsWith("body: INBOX, UID 1, target UID 8, <in-0@"))
                .anyMatch(line -> line.startsWith("missing: INBOX, UID 2, <in-1@"))
                .anyMatch(line -> line.startsWith("extra: INBOX, target UID 9, <only-here@"))
                .anyMatch(line -> line.startsWith("flags: INBOX, UID 3, target UID 3, <in-2@"))
                .anyMatch(line -> line.startsWith("size: Work, UID 2, target UID 2, <longer@"))
                .anyMatch(line -> line.startsWith("folder-missing: OnlyThere: "))
                .anyMatch(line -> line.startsWith("folder-extra: OnlyHere: "))
                .anyMatch(line -> line.startsWith("folder-unreadable: Locked: "))
                .anyMatch(line -> line.startsWith("subscription-missing: Sent: "))
                .anyMatch(line ->
                        line.contains("9 differences, but not everything could be compared"));
        assertThat(verify("--no-dates", "--no-extra").out())
                .doesNotContain("extra: ")
                .contains("7 differences");
        assertThat(verify("--no-dates", "--no-subscriptions").out())
                .doesNotContain("subscription-missing");
    }

    @Test
    void everyKindIsToldAsJson() throws Exception {
        change();
        TwoServers.with(servers.young, 1, "SELECT Sent", "STORE 1 +FLAGS (\\Deleted)", "EXPUNGE");
        try (RawImap here = RawImap.login(Access.to(servers.young, 1))) {
            here.append(
                    "Sent \"01-Feb-2003 04:05:06 +0000\"", Mail.message("sent", "body of sent"));
        }
        Run run = verify("--json");
        assertThat(run.code()).as(run.out() + run.err()).isEqualTo(1);
        JsonNode json = new ObjectMapper().readTree(run.out());
        assertThat(json.get("equal").asBoolean()).isFalse();
        assertThat(json.get("complete").asBoolean()).isFalse();
        assertThat(json.get("exit").asInt()).isEqualTo(1);
        TreeSet<String> kinds = new TreeSet<>();
        json.get("differences").forEach(each -> kinds.add(each.get("kind").asText()));
        assertThat(kinds)
                .containsExactly(
                        "body",
                        "date",
                        "extra",
                        "flags",
                        "folder-extra",
                        "folder-missing",
                        "folder-unreadable",
                        "missing",
                        "size",
                        "subscription-missing");
        for (JsonNode each : json.get("differences")) {
            if (each.get("kind").asText().equals("date")
                    && each.get("folder").asText().equals("Sent")) {
                assertThat(each.get("detail").asText()).contains("2003-02-01T04:05:06Z");
                assertThat(each.get("messageId").asText()).isEqualTo("<sent@example.org>");
            }
        }
        assertThat(run.out()).doesNotContain("another body", servers.old.password(1));
    }
}
