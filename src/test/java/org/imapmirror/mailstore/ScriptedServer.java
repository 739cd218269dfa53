package org.imapmirror.mailstore;

import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Trust;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/// A server that answers as a test says, one line at a time.
final class ScriptedServer implements AutoCloseable {
    /// What happens on one connection.
    interface Script {
        void run(Dialogue dialogue) throws IOException;
    }

    private final ServerSocket listener;
    private final List<String> received = Collections.synchronizedList(new ArrayList<>());

    /// Serves one connection after the other.
    ScriptedServer(Script script) {
        try {
            listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual()
                .start(() -> {
                    while (!listener.isClosed()) {
                        try (Socket socket = listener.accept()) {
                            script.run(new Dialogue(socket));
                        } catch (IOException _) {
                            // The client or the test went away.
                        }
                    }
                });
    }

    /// Greets, lets everybody in as a server with these capabilities, then goes on with the script.
    static ScriptedServer loggedIn(String capabilities, Script then) {
        return new ScriptedServer(d -> {
            d.send("* OK [CAPABILITY IMAP4rev1] ready");
            d.answer("OK [CAPABILITY IMAP4rev1 " + capabilities + "] in");
            d.send("* LIST (\\Noselect) \"/\" \"\"");
            d.answer("OK listed");
            then.run(d);
        });
    }

    /// Answers to SELECT.
    static void select(Dialogue d, int exists) throws IOException {
        d.expect("SELECT");
        d.send("* FLAGS (\\Seen \\Deleted)");
        d.send("* " + exists + " EXISTS");
        d.send("* OK [UIDVALIDITY 7] ok");
        d.send("* OK [UIDNEXT 100] ok");
        d.send(d.tag() + " OK [READ-WRITE] selected");
    }

    Endpoint endpoint() {
        return endpoint(Endpoint.Tls.NONE);
    }

    Endpoint endpoint(Endpoint.Tls tls) {
        return new Endpoint(
                "scripted", "127.0.0.1", listener.getLocalPort(), tls, new Trust.System());
    }

    List<String> received() {
        return List.copyOf(received);
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    /// One connection, seen from the server.
    final class Dialogue {
        private final BufferedReader in;
        private final OutputStream out;
        private String tag = "";

        private Dialogue(Socket socket) throws IOException {
            in =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.ISO_8859_1));
            out = socket.getOutputStream();
        }

        /// The next line of the client; its first word becomes the tag.
        String line() throws IOException {
            String line = in.readLine();
            if (line == null) {
                throw new IOException("the client went away");
            }
            received.add(line);
            return line;
        }

        String expect(String verb) throws IOException {
            String line = line();
            tag = line.substring(0, line.indexOf(' '));
            if (!line.contains(verb)) {
                throw new IllegalStateException("expected " + verb);
            }
            return line;
        }

        String tag() {
            return Objects.requireNonNull(tag);
        }

        void send(String line) throws IOException {
            sendRaw(line + "\r\n");
        }

        void sendRaw(String octets) throws IOException {
            out.write(octets.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }

        void skip(int octets) throws IOException {
            for (int i = 0; i < octets; i++) {
                if (in.read() < 0) {
                    throw new IOException("the client went away");
                }
            }
        }

        /// Reads a command and completes it.
        void answer(String completion) throws IOException {
            expect(" ");
            send(tag + " " + completion);
        }

        /// Waits until the client logs out or hangs up.
        void untilGone() throws IOException {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.endsWith(" LOGOUT")) {
                    send("* BYE so long");
                    send(line.replace("LOGOUT", "OK done"));
                }
            }
        }
    }
}
