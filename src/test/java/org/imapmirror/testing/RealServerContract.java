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

    @Test
    final void accountIsReadAsItWasWritten() {
        byte[] message = Mail.message("read back", "body");
        try (RealServer server = launch();
                ForeignClients clients = new ForeignClients(Access.to(server, 2))) {
            clients.curl().command("CREATE " + mailbox()).orFail();
            clients.curl().command("SUBSCRIBE " + mailbox()).orFail();
            clients.curl().append(mailbox(), message).orFail();
            clients.curl().command(mailbox(), "STORE 1 +FLAGS (\\Flagged Work)").orFail();
            Mailboxes account = Mailboxes.read(Access.to(server, 2));
            assertThat(account.byName()).containsOnlyKeys("INBOX", "Kept");
            assertThat(account.subscribed()).contains("Kept");
            assertThat(account.count()).isEqualTo(1);
            Mailboxes.Message found = account.get("Kept").messages().getFirst();
            assertThat(found.flags()).containsExactly("\\Flagged", "\\Seen", "work");
            assertThat(found.size()).isEqualTo(message.length);
            Access overTls =
                    Access.to(server, 2)
                            .withTls(Access.Tls.IMPLICIT, server.imapsPort(), server.certificate());
            assertThat(Mailboxes.read(overTls)).isEqualTo(account);
        }
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
