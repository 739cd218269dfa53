package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.imapmirror.app.config.ConfigLoader;
import org.imapmirror.testing.Access;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.Mail;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.WireClient;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/// What was deleted on the primary comes back from a mirror that holds it.
@Tag("dovecot")
class RestoreHeldIT {
    @TempDir Path directory;

    @Test
    void whatAMirrorHoldsComesBackOnce() throws Exception {
        try (DovecotServer primary = DovecotServer.launch();
                DovecotServer mirror = DovecotServer.launch()) {
            Setup setup = Setup.of(directory, primary, mirror).withLoginOfItsOwn();
            Path config = setup.write("sweep: {watch: none}");
            Files.writeString(
                    config,
                    Files.readString(config)
                            .replace("{server: mirror1}", "{server: mirror1, deletes: never}"));
            try (Service service = Service.start(ConfigLoader.load(config), (_, _) -> {})) {
                try (WireClient client = new WireClient(setup.through(1))) {
                    client.command("CREATE Gone").orFail();
                    client.append("Gone", "(\\Answered)", Mail.message("gone", "x")).orFail();
                    for (String subject : List.of("one", "two", "twin", "twin")) {
                        client.append("INBOX", "(\\Flagged)", Mail.message(subject, "x")).orFail();
                    }
                    mirrored(service);
                    client.command("SELECT INBOX").orFail();
                    client.command("STORE 1,2 +FLAGS.SILENT (\\Seen \\Deleted)").orFail();
                    client.command("EXPUNGE").orFail();
                    client.command("DELETE Gone").orFail();
                    mirrored(service);
                }
                assertThat(restore(config, "--dry-run")).contains("\"stored\":3");
                assertThat(restore(config)).contains("\"stored\":3", "\"refused\":[]");
                mirrored(service);
                assertThat(restore(config)).contains("\"stored\":0");
                Mailboxes now = Mailboxes.read(Access.to(primary, 1));
                assertThat(ArchiveWorld.subjects(now, "INBOX"))
                        .containsExactly("one", "twin", "twin", "two");
                assertThat(ArchiveWorld.subjects(now, "Gone")).containsExactly("gone");
                assertThat(
                                now.get("INBOX").messages().stream()
                                        .filter(m -> m.subject().equals("one"))
                                        .map(m -> m.flags().toString())
                                        .toList())
                        .singleElement()
                        .asString()
                        .containsIgnoringCase("\\Seen")
                        .containsIgnoringCase("\\Flagged")
                        .doesNotContainIgnoringCase("\\Deleted");
                assertThat(service.overview().status().parked()).isZero();
            }
        }
    }

    private static String restore(Path config, String... more) {
        String[] words = {
            "restore",
            "user0001",
            "--deleted",
            "--to",
            "old",
            "--json",
            "--config",
            config.toString()
        };
        String[] all = Arrays.copyOf(words, words.length + more.length);
        System.arraycopy(more, 0, all, words.length, more.length);
        Run run = Run.imapmirror(all);
        assertThat(run.code()).as("%s", run).isZero();
        return run.out().replace(" ", "");
    }

    private static void mirrored(Service service) {
        Awaitility.await("pending 0")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() ->
                        assertThat(service.overview().status())
                                .satisfies(
                                        s -> assertThat(s.pending()).as("%s", s).isZero(),
                                        s -> assertThat(s.lanes()).isNotEmpty()));
    }
}
