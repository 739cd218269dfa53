package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.imapmirror.app.config.ConfigLoader;
import org.imapmirror.testing.Access;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.FaultRelay;
import org.imapmirror.testing.Mail;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.WireClient;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.SortedMap;
import java.util.stream.Stream;

/// The state of an archive is restored from an older backup, or lost: what is on the primary is
/// found by comparing, what was expunged there since and never reached the archive is taken from
/// the journal, and what the archive has is not stored again.
@Tag("dovecot")
class ArchiveLossIT {
    @TempDir Path directory;
    @TempDir Path backup;

    private interface Loss {
        void happen(Path state, Path oldState) throws IOException;
    }

    @Test
    void stateIsRestoredFromAnOlderBackup() throws Exception {
        check((state, old) -> StateLossIT.restore(old, state));
    }

    @Test
    void stateIsLost() throws Exception {
        check((state, _) -> {
            try (Stream<Path> all = Files.walk(state)) {
                for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(p);
                }
            }
        });
    }

    private void check(Loss loss) throws Exception {
        try (DovecotServer primary = DovecotServer.launch();
                DovecotServer mirror = DovecotServer.launch();
                DovecotServer archive = DovecotServer.launch();
                FaultRelay toMirror = FaultRelay.to(mirror.imapPort());
                FaultRelay toArchive = FaultRelay.to(archive.imapPort())) {
            Setup setup =
                    Setup.of(directory, primary, mirror, archive)
                            .withMirrorsBehind(toMirror, toArchive)
                            .withArchives(1)
                            .withLoginOfItsOwn();
            Path config =
                    setup.write(
                            "sweep: {watch: none}\n"
                                    + "retry: {first: 20ms, longest: 1s, unknown: 100ms}");
            Path old = backup.resolve("state");
            try (Service service = start(config);
                    WireClient client = new WireClient(setup.through(1))) {
                client.command("CREATE Work").orFail();
                append(client, "early");
                mirrored(service);
            }
            StateLossIT.copy(setup.stateFolder(), old);
            // The mirror is away, so that the journal keeps what the archive has.
            toMirror.refuse();
            try (Service service = start(config);
                    WireClient client = new WireClient(setup.through(1))) {
                append(client, "stays");
                append(client, "brief");
                expunge(client);
                append(client, "moves");
                client.command("MOVE " + last(client) + " Work").orFail();
                Awaitility.await("archived")
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> Mailboxes.read(Access.to(archive, 1)).count() == 4);
                toArchive.refuse();
                append(client, "briefer");
                expunge(client);
                append(client, "later");
                assertThat(service.overview().status().pending()).isPositive();
            }
            loss.happen(setup.stateFolder(), old);
            toMirror.accept();
            toArchive.accept();
            try (Service service = start(config);
                    WireClient client = new WireClient(setup.through(1))) {
                append(client, "after");
                mirrored(service);
                assertThat(Run.imapmirror("sweep", "--config", config.toString()).code()).isZero();
                mirrored(service);
                SortedMap<String, Integer> kept =
                        ArchiveWorld.subjects(Mailboxes.read(Access.to(archive, 1)));
                assertThat(kept)
                        .containsOnlyKeys(
                                "early", "stays", "brief", "moves", "briefer", "later", "after")
                        .allSatisfy((_, times) -> assertThat(times).isOne());
                assertThat(
                                Mailboxes.read(Access.to(mirror, 1))
                                        .differencesFrom(
                                                Mailboxes.read(Access.to(primary, 1)),
                                                Mailboxes.Order.ANY))
                        .isEmpty();
                assertThat(service.overview().status())
                        .satisfies(
                                s -> assertThat(s.parked()).isZero(),
                                s -> assertThat(s.suspect()).isZero());
            }
        }
    }

    private static Service start(Path config) throws Exception {
        return Service.start(ConfigLoader.load(config), (_, _) -> {});
    }

    private static void append(WireClient client, String subject) throws Exception {
        client.append("INBOX", "()", Mail.message(subject, "text of " + subject)).orFail();
    }

    private static int last(WireClient client) throws Exception {
        client.command("SELECT INBOX").orFail();
        return client.command("UID SEARCH ALL").untagged().stream()
                .filter(line -> line.startsWith("* SEARCH"))
                .mapToInt(line -> line.split(" ").length - 2)
                .findFirst()
                .orElseThrow();
    }

    /// The last message.
    private static void expunge(WireClient client) throws Exception {
        client.command("STORE " + last(client) + " +FLAGS.SILENT (\\Deleted)").orFail();
        client.command("EXPUNGE").orFail();
    }

    private static void mirrored(Service service) {
        Awaitility.await("pending 0")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() ->
                        assertThat(service.overview().status())
                                .satisfies(
                                        s -> assertThat(s.pending()).as("%s", s).isZero(),
                                        s -> assertThat(s.lanes()).hasSize(2)));
    }
}
