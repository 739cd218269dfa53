package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.imapmirror.app.config.ConfigLoader;
import org.imapmirror.testing.Access;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.Mail;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.Ports;
import org.imapmirror.testing.RawImap;
import org.imapmirror.testing.RecordingRelay;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// Rates of a server hold for what imapmirror itself does there.
@Tag("dovecot")
class PaceIT {
    private static final int MESSAGES = 40;

    @TempDir Path directory;
    private DovecotServer primary;
    private DovecotServer mirror;
    private RecordingRelay toMirror;

    @BeforeEach
    void start() throws IOException {
        primary = DovecotServer.launch();
        mirror = DovecotServer.launch();
        toMirror = RecordingRelay.to(mirror.imapPort());
        try (RawImap client = RawImap.login(Access.to(primary, 1))) {
            for (int i = 0; i < MESSAGES; i++) {
                client.append("INBOX", Mail.message("m" + i, "x".repeat(10_000)));
            }
        }
    }

    @AfterEach
    void stop() {
        toMirror.close();
        primary.close();
        mirror.close();
    }

    private Service serve(String limitsOfOld, String limitsOfNew) throws Exception {
        Path file =
                Files.writeString(
                        directory.resolve("imapmirror.yaml"),
                        """
                        listeners: [{bind: "127.0.0.1:%d", tls: none}]
                        servers:
                          old: {address: "127.0.0.1:%d", tls: none, login: {method: master, user: "{user}*master", password: masterpass}, limits: {%s}}
                          new: {address: "127.0.0.1:%d", tls: none, login: {method: master, user: "{user}*master", password: masterpass}, limits: {%s}}
                        route: {primary: old, mirrors: [{server: new}]}
                        accounts: {include: [user0001]}
                        journal: {directory: "%s"}
                        state: {url: "jdbc:sqlite:%s"}
                        admin: {bind: "127.0.0.1:%d"}
                        sweep: {every: never, watch: none}
                        """
                                .formatted(
                                        Ports.one(),
                                        primary.imapPort(),
                                        limitsOfOld,
                                        toMirror.port(),
                                        limitsOfNew,
                                        directory.resolve("journal"),
                                        directory.resolve("state/state.db"),
                                        Ports.one()));
        return Service.start(ConfigLoader.load(file), (_, _) -> {});
    }

    private static void awaitMirrored(Service service) {
        Awaitility.await("pending 0")
                .atMost(Duration.ofSeconds(60))
                .until(() -> service.overview().status().pending() == 0);
    }

    private Mailboxes onMirror() {
        return Mailboxes.read(Access.to(mirror, 1));
    }

    private String difference() {
        return onMirror()
                .differencesFrom(Mailboxes.read(Access.to(primary, 1)), Mailboxes.Order.OF_UIDS);
    }

    @Test
    void messagesInASecond() throws Exception {
        long begun = System.nanoTime();
        try (Service service = serve("messages-per-second: 10", "")) {
            awaitMirrored(service);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .isGreaterThan(Duration.ofMillis(3900));
        assertThat(difference()).isEmpty();
    }

    @Test
    void octetsInASecond() throws Exception {
        long begun = System.nanoTime();
        try (Service service = serve("", "bytes-per-second: 100KB")) {
            awaitMirrored(service);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .isGreaterThan(Duration.ofMillis(3900));
        assertThat(difference()).isEmpty();
    }

    /// At this rate the first copy takes almost a minute. What was under way is found after the
    /// next start and not stored twice.
    @Test
    void aStopDoesNotWaitForIt() throws Exception {
        Service service = serve("", "bytes-per-second: 8KiB");
        Awaitility.await("a message is on its way")
                .atMost(Duration.ofSeconds(30))
                .until(() -> toMirror.commands().stream().anyMatch(c -> c.startsWith("APPEND")));
        long begun = System.nanoTime();
        service.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
        try (Service again = serve("", "")) {
            awaitMirrored(again);
        }
        assertThat(difference()).isEmpty();
    }
}
