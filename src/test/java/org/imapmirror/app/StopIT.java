package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.awaitility.Awaitility;
import org.imapmirror.testing.Access;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.Mail;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.RawImap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// How a running process ends, and who may follow it.
@Tag("dovecot")
class StopIT {
    @TempDir Path directory;
    private DovecotServer primary;
    private DovecotServer mirror;

    @BeforeEach
    void start() {
        primary = DovecotServer.launch();
        mirror = DovecotServer.launch();
    }

    @AfterEach
    void stop() {
        primary.close();
        mirror.close();
    }

    /// Says what it is told, line by line.
    private final class Client implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader in;
        private final OutputStream out;

        Client(Access access) throws IOException {
            socket = new Socket(access.host(), access.port());
            socket.setSoTimeout(30_000);
            in =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.ISO_8859_1));
            out = socket.getOutputStream();
            in.readLine();
            say("a LOGIN " + access.user() + " " + access.password() + "\r\n");
            until("a OK");
        }

        void say(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }

        String until(String start) throws IOException {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith(start)) {
                    return line;
                }
            }
            throw new AssertionError("closed before " + start);
        }

        String last() throws IOException {
            String last = "";
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                last = line;
            }
            return last;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void commandsUnderWayGetTheirAnswersAndEverybodyAFarewell() throws Exception {
        Setup setup = Setup.of(directory, primary, mirror);
        Path config = setup.write("limits: {stop-time: 30s}");
        byte[] message = Mail.message("midway", "x".repeat(200_000));
        String text = new String(message, StandardCharsets.ISO_8859_1);
        try (ServeProcess serve = ServeProcess.start(config).awaitPort(setup.port());
                Client uploading = new Client(setup.through(1));
                Client idling = new Client(setup.through(1));
                Client quiet = new Client(setup.through(1))) {
            uploading.say("b APPEND INBOX {" + text.length() + "}\r\n");
            uploading.until("+");
            uploading.say(text.substring(0, 70_000));
            idling.say("b SELECT INBOX\r\n");
            idling.until("b OK");
            idling.say("c IDLE\r\n");
            idling.until("+");
            serve.process().destroy();
            assertThat(quiet.last()).startsWith("* BYE [UNAVAILABLE]");
            assertThat(idling.last()).startsWith("* BYE [UNAVAILABLE]");
            // Java's selectors close a listening socket some time after it was asked for.
            Awaitility.await("the port is closed")
                    .atMost(Duration.ofSeconds(30))
                    .untilAsserted(() ->
                            assertThatThrownBy(() ->
                                            new Socket(
                                                            InetAddress.getLoopbackAddress(),
                                                            setup.port())
                                                    .close())
                                    .isInstanceOf(IOException.class));
            assertThat(serve.process().isAlive()).isTrue();
            uploading.say(text.substring(70_000) + "\r\n");
            assertThat(uploading.until("b ")).startsWith("b OK");
            assertThat(uploading.last()).startsWith("* BYE [UNAVAILABLE]");
            assertThat(serve.process().waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(serve.process().exitValue()).as(serve.said()).isZero();
        }
        try (ServeProcess serve = ServeProcess.start(config).awaitPort(setup.port());
                RawImap client = RawImap.login(setup.through(1))) {
            client.command("NOOP");
            awaitMirrored(serve);
            assertThat(serve.said()).doesNotContain("not clean");
        }
    }

    @Test
    void whoIsNotDoneInTimeIsCutOffWithAFarewell() throws Exception {
        Setup setup = Setup.of(directory, primary, mirror);
        Path config = setup.write("limits: {stop-time: 1s}");
        try (ServeProcess serve = ServeProcess.start(config).awaitPort(setup.port());
                Client uploading = new Client(setup.through(1))) {
            uploading.say("b APPEND INBOX {100000}\r\n");
            uploading.until("+");
            uploading.say("Subject: never\r\n");
            serve.process().destroy();
            assertThat(uploading.last()).startsWith("* BYE [UNAVAILABLE]");
            assertThat(serve.process().waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(serve.process().exitValue()).as(serve.said()).isZero();
        }
        assertThat(Mailboxes.read(Access.to(primary, 1)).byName().values())
                .allSatisfy(m -> assertThat(m.messages()).isEmpty());
    }

    @Test
    void journalAndStateHaveOneOwnerUntilItEndsHoweverItEnds() throws Exception {
        Setup setup = Setup.of(directory, primary, mirror);
        Path config = setup.write("");
        Path other = Files.createDirectory(directory.resolve("other"));
        try (ServeProcess first = ServeProcess.start(config).awaitPort(setup.port())) {
            for (String shared : new String[] {"journal", "state"}) {
                Setup second = Setup.of(other, primary, mirror);
                Path theirs = second.write("");
                Files.writeString(
                        theirs,
                        Files.readString(theirs)
                                .replace(
                                        other.resolve(shared).toString(),
                                        directory.resolve(shared).toString()));
                try (ServeProcess refused = ServeProcess.start(theirs)) {
                    assertThat(refused.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
                    assertThat(refused.process().exitValue()).isEqualTo(ExitCode.UNAVAILABLE);
                    assertThat(refused.said())
                            .contains("another imapmirror runs on the folder")
                            .contains(directory.resolve(shared).toString());
                }
            }
            try (RawImap client = RawImap.login(setup.through(1))) {
                client.append("INBOX", Mail.message("one", "x"));
            }
            first.kill();
        }
        try (ServeProcess serve = ServeProcess.start(config).awaitPort(setup.port());
                RawImap client = RawImap.login(setup.through(1))) {
            client.append("INBOX", Mail.message("two", "x"));
            awaitMirrored(serve);
        }
    }

    private void awaitMirrored(ServeProcess serve) throws IOException {
        String log = serve.said();
        Awaitility.await("equal")
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() ->
                        assertThat(
                                        Mailboxes.read(Access.to(mirror, 1))
                                                .differencesFrom(
                                                        Mailboxes.read(Access.to(primary, 1)),
                                                        Mailboxes.Order.OF_UIDS))
                                .as(log)
                                .isEmpty());
    }
}
