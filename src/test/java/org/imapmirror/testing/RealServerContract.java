package org.imapmirror.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;

/// What every server for tests does.
abstract class RealServerContract {
    abstract RealServer launch();

    /// A mailbox name that the server's namespace allows.
    abstract String mailbox();

    @Test
    final void keepsDataAndPortsOverStopAndKill() throws IOException {
        RealServer server = launch();
        try (server) {
            int port = server.imapPort();
            assertThat(session(server, "x CREATE " + mailbox())).contains("x OK");
            server.stop();
            assertThatThrownBy(() -> session(server, "x NOOP")).isInstanceOf(IOException.class);
            server.start();
            assertThat(server.imapPort()).isEqualTo(port);
            assertThat(session(server, "x LIST \"\" *")).contains(mailbox());
            server.kill();
            assertThatThrownBy(() -> session(server, "x NOOP")).isInstanceOf(IOException.class);
            server.start();
            assertThat(session(server, "x LIST \"\" *")).contains(mailbox());
            assertThat(server.certificate()).exists();
        }
        assertThat(Files.exists(server.directory())).isFalse();
    }

    /// Logs in as user 1, sends one command, and returns all that the server said. Each answer is
    /// awaited: Courier loses what is sent behind LOGIN before its answer.
    static String session(RealServer server, String command) throws IOException {
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
