package org.imapmirror.testing;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A client for tests in which connections break: one command at a time, and each either has its
/// answer or throws. For servers' answers without literals, save those of FETCH.
public final class WireClient implements Closeable {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int TIMEOUT_MILLIS = 30_000;

    private final Socket socket = new Socket();
    private final InputStream in;
    private final OutputStream out;
    private int commands;

    /// What was said to one command: untagged responses, and last the tagged one without its tag.
    public record Reply(List<String> untagged, String tagged) {
        public boolean isOk() {
            return tagged.startsWith("OK");
        }

        /// This reply, when it is OK.
        public Reply orFail() {
            if (!isOk()) {
                throw new AssertionError(tagged);
            }
            return this;
        }
    }

    /// Connects and logs in.
    public WireClient(Access access) throws IOException {
        try {
            socket.connect(new InetSocketAddress(access.host(), access.port()), CONNECT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream());
            out = socket.getOutputStream();
            String greeting = line();
            if (!greeting.startsWith("* OK")) {
                throw new IOException(greeting);
            }
            Reply login = command("LOGIN " + access.user() + " " + access.password());
            if (!login.isOk()) {
                throw new IOException(login.tagged());
            }
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    public Reply command(String command) throws IOException {
        String tag = send(command + "\r\n");
        return reply(tag);
    }

    /// @param options flags and date as the command has them, for example `(\Seen)`
    public Reply append(String mailbox, String options, byte[] message) throws IOException {
        String tag = send("APPEND %s %s {%d}\r\n".formatted(mailbox, options, message.length));
        String go = line();
        if (!go.startsWith("+")) {
            return new Reply(List.of(), go.substring(tag.length() + 1));
        }
        out.write(message);
        out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
        out.flush();
        return reply(tag);
    }

    /// Begins IDLE; nobody reads what is pushed until the connection ends.
    public void idle() throws IOException {
        send("IDLE\r\n");
        String go = line();
        if (!go.startsWith("+")) {
            throw new IOException(go);
        }
    }

    private String send(String command) throws IOException {
        String tag = "t" + ++commands;
        out.write((tag + " " + command).getBytes(StandardCharsets.UTF_8));
        out.flush();
        return tag;
    }

    private Reply reply(String tag) throws IOException {
        List<String> untagged = new ArrayList<>();
        while (true) {
            String line = line();
            if (line.startsWith(tag + " ")) {
                return new Reply(untagged, line.substring(tag.length() + 1));
            }
            untagged.add(line);
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("connection closed");
            }
            if (b == '\n') {
                return line.toString().stripTrailing();
            }
            line.append((char) b);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
