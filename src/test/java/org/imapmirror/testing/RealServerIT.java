package org.imapmirror.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;

class RealServerIT {
    @Test
    @Tag("dovecot")
    void dovecotKeepsDataAndPortsOverStopAndKill() throws IOException {
        DovecotServer server = DovecotServer.launch();
        try (server) {
            int port = server.imapPort();
            session(server, "x CREATE Kept");
            server.stop();
            assertThatThrownBy(() -> session(server, "x NOOP")).isInstanceOf(IOException.class);
            server.start();
            assertThat(server.imapPort()).isEqualTo(port);
            assertThat(session(server, "x LIST \"\" *")).contains("Kept");
            server.kill();
            assertThatThrownBy(() -> session(server, "x NOOP")).isInstanceOf(IOException.class);
            server.start();
            assertThat(session(server, "x LIST \"\" *")).contains("Kept");
            assertThat(server.certificate()).exists();
            assertThat(server.log()).contains("starting up");
        }
        assertThat(Files.exists(server.directory())).isFalse();
    }

    @Test
    @Tag("dovecot")
    void brokenConfigurationIsAnErrorThatTellsWhy() {
        assertThatThrownBy(() -> DovecotServer.launch(1, "no_such_setting = yes"))
                .hasMessageContaining("no_such_setting");
    }

    @Test
    @Tag("cyrus")
    void cyrusServesItsUsers() throws IOException {
        try (CyrusServer server = CyrusServer.launch()) {
            assertThat(session(server, "x CREATE Outbox (USE (\\Sent))")).contains("x OK");
            server.kill();
            server.start();
            assertThat(session(server, "x LIST (SPECIAL-USE) \"\" *")).contains("Outbox");
        }
    }

    @Test
    @Tag("courier")
    void courierServesItsUsers() throws IOException {
        try (CourierServer server = CourierServer.launch()) {
            assertThat(session(server, "x CREATE INBOX.Kept")).contains("x OK");
            server.kill();
            server.start();
            assertThat(session(server, "x LIST \"\" *")).contains("INBOX.Kept");
        }
    }

    /// Logs in as user 1, sends one command, and returns all that the server said. Each answer is
    /// awaited: Courier loses what is sent behind LOGIN before its answer.
    private static String session(RealServer server, String command) throws IOException {
        try (Socket socket = new Socket(server.host(), server.imapPort());
                BufferedReader in =
                        new BufferedReader(
                                new InputStreamReader(
                                        socket.getInputStream(), StandardCharsets.UTF_8))) {
            socket.setSoTimeout(20_000);
            StringBuilder said = new StringBuilder();
            String login = "a LOGIN %s %s".formatted(server.user(1), server.password(1));
            for (String next : List.of(login, command, "z LOGOUT")) {
                socket.getOutputStream().write((next + "\r\n").getBytes(StandardCharsets.US_ASCII));
                String tag = next.substring(0, 2);
                String line;
                do {
                    line = in.readLine();
                    if (line == null) {
                        throw new IOException("connection closed after: " + said);
                    }
                    said.append(line).append('\n');
                } while (!line.startsWith(tag));
            }
            return said.toString();
        }
    }
}
