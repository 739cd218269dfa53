package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.imapmirror.state.MasterKey;
import org.imapmirror.testing.Access;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.Mail;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.WireClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

/// What is on the disk, and what a process that was killed makes of it.
@Tag("dovecot")
class AtRestIT {
    private static final String TELLTALE = "Nobody may read this sentence on a disk.\r\n";

    @TempDir Path directory;
    private DovecotServer primary;
    private DovecotServer mirror;
    private Setup setup;

    @BeforeEach
    void start() {
        primary = DovecotServer.launch();
        mirror = DovecotServer.launch();
        setup = Setup.of(directory, primary, mirror);
    }

    @AfterEach
    void stop() {
        primary.close();
        mirror.close();
    }

    private static String key() {
        return Base64.getEncoder().encodeToString(MasterKey.random());
    }

    private List<Path> kept(String text) throws IOException {
        try (Stream<Path> journal = Files.walk(directory.resolve("journal"));
                Stream<Path> state = Files.walk(directory.resolve("state"))) {
            return Stream.concat(journal, state)
                    .filter(Files::isRegularFile)
                    .filter(f -> holds(f, text))
                    .toList();
        }
    }

    private static boolean holds(Path file, String text) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1).contains(text);
        } catch (java.nio.file.NoSuchFileException _) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Also while the mirror has nothing of it and the process was killed; with a new key the old
    /// one still opens what is there, and the primary is not needed.
    @Test
    void encryptedMessagesAreNowhereInThePlainAndSurviveAKill() throws Exception {
        String first = key();
        Path config = setup.write("  encryption: {key: \"" + first + "\"}");
        try (ServeProcess serve = ServeProcess.start(config).awaitPort(setup.port())) {
            try (WireClient client = new WireClient(setup.through(1))) {
                client.append("INBOX", dated(), Mail.message("before", "x")).orFail();
                awaitEqual(Mailboxes.read(Access.to(primary, 1)));
                mirror.stop();
                for (int size : new int[] {10, 500, 20_000}) {
                    client.append("INBOX", dated(), Mail.message("m", TELLTALE.repeat(size)))
                            .orFail();
                }
            }
            assertThat(kept("Nobody may read")).isEmpty();
            serve.kill();
        }
        assertThat(kept("Nobody may read")).isEmpty();
        setup.write("  encryption: {key: \"" + key() + "\", old-keys: [\"" + first + "\"]}");
        Mailboxes before = Mailboxes.read(Access.to(primary, 1));
        primary.stop();
        mirror.start();
        try (ServeProcess serve = ServeProcess.start(config).awaitPort(setup.port())) {
            awaitEqual(before);
            assertThat(serve.said()).doesNotContain("sentence", first);
        }
    }

    @Test
    void withoutTheKeyMessagesComeFromThePrimary() throws Exception {
        Path config = setup.write("  encryption: {key: \"" + key() + "\"}");
        try (ServeProcess serve = ServeProcess.start(config).awaitPort(setup.port())) {
            try (WireClient client = new WireClient(setup.through(1))) {
                client.append("INBOX", dated(), Mail.message("before", "x")).orFail();
                awaitEqual(Mailboxes.read(Access.to(primary, 1)));
                mirror.stop();
                client.append("INBOX", dated(), Mail.message("m", TELLTALE)).orFail();
                client.append("INBOX", dated(), Mail.message("n", TELLTALE.repeat(9000))).orFail();
            }
            serve.kill();
        }
        setup.withLoginOfItsOwn().write("");
        mirror.start();
        try (ServeProcess serve = ServeProcess.start(config).awaitPort(setup.port())) {
            awaitEqual(Mailboxes.read(Access.to(primary, 1)));
            assertThat(serve.said())
                    .contains("sealed with a key that is not in journal.encryption");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void onlySealedLoginsAreThereAfterAKill(boolean sealed) throws Exception {
        String key = key();
        Path config =
                setup.write(
                        "sweep: {every: 1s}\n"
                                + (sealed
                                        ? "login: {keep: sealed, key: \"" + key + "\"}"
                                        : "login: {keep: memory}"));
        try (ServeProcess serve = ServeProcess.start(config).awaitPort(setup.port())) {
            try (WireClient client = new WireClient(setup.through(1))) {
                client.append("INBOX", dated(), Mail.message("before", "x")).orFail();
                awaitEqual(Mailboxes.read(Access.to(primary, 1)));
            }
            assertThat(kept(primary.password(1))).isEmpty();
            if (sealed) {
                serve.kill();
            } else {
                serve.process().destroy();
                serve.process().waitFor();
            }
        }
        assertThat(kept(primary.password(1))).isEmpty();
        try (WireClient delivery = new WireClient(Access.to(primary, 1))) {
            delivery.append("INBOX", dated(), Mail.message("delivered", "x")).orFail();
        }
        try (ServeProcess serve = ServeProcess.start(config).awaitPort(setup.port())) {
            if (sealed) {
                awaitEqual(Mailboxes.read(Access.to(primary, 1)));
            } else {
                Awaitility.await("waits for a login")
                        .atMost(Duration.ofSeconds(30))
                        .until(() ->
                                Run.imapmirror("status", "--config", config.toString(), "--json")
                                        .out()
                                        .contains("waiting-for-login"));
            }
            assertThat(serve.said()).doesNotContain(primary.password(1), key);
        }
        if (sealed) {
            // Without the wish to keep them, nothing of them stays.
            setup.write("");
            try (ServeProcess _ = ServeProcess.start(config).awaitPort(setup.port())) {
                Awaitility.await("waits for a login")
                        .atMost(Duration.ofSeconds(30))
                        .until(() ->
                                Run.imapmirror("status", "--config", config.toString(), "--json")
                                        .out()
                                        .contains("\"accounts\":1"));
            }
            setup.write("login: {keep: sealed, key: \"" + key + "\"}\nsweep: {every: 1s}");
            try (ServeProcess _ = ServeProcess.start(config).awaitPort(setup.port())) {
                Awaitility.await("waits for a login")
                        .atMost(Duration.ofSeconds(30))
                        .until(() ->
                                Run.imapmirror("status", "--config", config.toString(), "--json")
                                        .out()
                                        .contains("waiting-for-login"));
            }
        }
    }

    private static String dated() {
        return "(\\Seen) \"24-Nov-2026 10:00:00 +0100\"";
    }

    private void awaitEqual(Mailboxes expected) {
        Awaitility.await("equal")
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() ->
                        assertThat(
                                        Mailboxes.read(Access.to(mirror, 1))
                                                .differencesFrom(expected, Mailboxes.Order.OF_UIDS))
                                .isEmpty());
    }
}
