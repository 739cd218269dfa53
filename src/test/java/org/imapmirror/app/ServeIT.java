package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.Folder;
import jakarta.mail.Store;

import org.awaitility.Awaitility;
import org.imapmirror.app.demo.DemoServer;
import org.imapmirror.app.demo.MailClient;
import org.imapmirror.app.demo.SampleMail;
import org.imapmirror.testing.Ports;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// `imapmirror serve` as a process of its own.
class ServeIT {
    private static final String PASSWORD = "s3cret-of-anna";

    private final DemoServer old = DemoServer.start("old", Map.of("anna", PASSWORD));
    private final DemoServer next = DemoServer.start("new", Map.of("anna", PASSWORD));
    private final List<ServeProcess> started = new ArrayList<>();

    @TempDir Path folder;

    @AfterEach
    void stop() {
        started.forEach(ServeProcess::close);
        old.close();
        next.close();
    }

    @Test
    void runsUntilSigtermAndTakesUpWhereItStopped() throws Exception {
        int port = Ports.one();
        Path config = config(port, Ports.one());
        Process process = serve(config);
        started.getLast().awaitPort(port);
        try (Store client = MailClient.connect("127.0.0.1", port, "anna", PASSWORD)) {
            client.getFolder("INBOX")
                    .appendMessages(
                            new jakarta.mail.Message[] {SampleMail.plain("anna", 1, "One")});
            client.getFolder("Later").create(Folder.HOLDS_MESSAGES);
        }
        awaitEqual();
        Run status = Run.imapmirror("status", "--config", config.toString(), "--json");
        assertThat(status.out()).contains("\"accounts\":1");
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(folder.resolve("journal"))))
                .isEqualTo("rwx------");

        Process second = serve(config);
        assertThat(second.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(second.exitValue()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(log()).contains("another imapmirror");

        process.destroy();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(Run.imapmirror("status", "--config", config.toString()).code()).isEqualTo(2);

        serve(config);
        started.getLast().awaitPort(port);
        try (Store client = MailClient.connect("127.0.0.1", port, "anna", PASSWORD)) {
            client.getFolder("Later").delete(false);
        }
        awaitEqual();
        assertThat(log()).doesNotContain(PASSWORD).doesNotContain("\tat ");
    }

    @Test
    void takenPortIsToldWithItsKey() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Process process = serve(config(taken.getLocalPort(), Ports.one()));
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(ExitCode.UNAVAILABLE);
            assertThat(log())
                    .contains(String.valueOf(taken.getLocalPort()))
                    .doesNotContain("\tat ");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "journal, rwxr-x---",
        "journal/journal.db, rw-r-----",
        "state, rwx-----x",
        "state/state.db, rw----r--",
    })
    void whatOthersMayReadIsRefused(String name, String mode) throws Exception {
        layOut();
        Path open = folder.resolve(name);
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString(mode));
        assertRefused("%s has the mode %s".formatted(open, mode), "remedy: chmod go= " + open);
    }

    @Test
    void whatBelongsToAnotherUserIsRefused() throws Exception {
        layOut();
        Path foreign = folder.resolve("state/state.db");
        UserPrincipal nobody =
                folder.getFileSystem()
                        .getUserPrincipalLookupService()
                        .lookupPrincipalByName("nobody");
        try {
            Files.setOwner(foreign, nobody);
        } catch (FileSystemException e) {
            Assumptions.abort("only root can give a file away: " + e.getMessage());
        }
        assertRefused(foreign + " belongs to the user nobody", "chown ");
    }

    private void layOut() throws IOException {
        for (String name : List.of("journal", "state")) {
            Path made = Files.createDirectory(folder.resolve(name));
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwx------"));
            Path file = Files.createFile(made.resolve(name + ".db"));
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        }
    }

    private void assertRefused(String... words) throws Exception {
        Process process = serve(config(Ports.one(), Ports.one()));
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(ExitCode.UNAVAILABLE).isEqualTo(69);
        assertThat(log()).contains(words).doesNotContain("\tat ");
    }

    private Path config(int port, int adminPort) throws IOException {
        return Files.writeString(
                folder.resolve("imapmirror.yaml"),
                """
                listeners: [{bind: "127.0.0.1:%d", tls: none}]
                servers:
                  old: {address: "127.0.0.1:%d", tls: none}
                  new: {address: "127.0.0.1:%d", tls: none}
                route: {primary: old, mirrors: [{server: new}]}
                journal: {directory: %s}
                state: {url: "jdbc:sqlite:%s"}
                admin: {bind: "127.0.0.1:%d"}
                """
                        .formatted(
                                port,
                                old.port(),
                                next.port(),
                                folder.resolve("journal"),
                                folder.resolve("state/state.db"),
                                adminPort));
    }

    private Process serve(Path config) throws IOException {
        ServeProcess process = ServeProcess.start(config);
        started.add(process);
        return process.process();
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("log"));
    }

    private void awaitEqual() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(
                        () -> assertThat(next.picture("anna")).isEqualTo(old.picture("anna")));
    }
}
