package org.imapmirror.testing;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/// A client that does nothing but send and count: what it costs is small beside what it measures.
/// It knows literals only as octets to be passed over, so a hundred megabytes fit through it.
public final class RawImap implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 120_000;

    /// Small, because there may be thousands of clients; it grows with what comes.
    private static final int SMALLEST_BUFFER = 1024;

    private static final int LARGEST_BUFFER = 64 * 1024;
    private static final Consumer<String> IGNORED = _ -> {};

    /// Takes what a literal holds.
    @FunctionalInterface
    public interface Sink {
        void accept(byte[] octets, int from, int length) throws IOException;
    }

    private final Socket socket = new Socket();
    private InputStream in;
    private OutputStream out;
    private byte[] buffer = new byte[SMALLEST_BUFFER];
    private int position;
    private int limit;
    private int tags;
    private long octets;
    private Sink literals = (_, _, _) -> {};

    private RawImap(String host, int port, int receiveBuffer) throws IOException {
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
        in = socket.getInputStream();
        out = socket.getOutputStream();
        line();
    }

    /// Connects and reads the greeting.
    public static RawImap connect(String host, int port) throws IOException {
        return new RawImap(host, port, 0);
    }

    /// Connects with a small window, for a client that is going to be slow.
    public static RawImap connectWithSmallWindow(String host, int port) throws IOException {
        return new RawImap(host, port, 4096);
    }

    /// Connects and logs in.
    public static RawImap login(Access access) throws IOException {
        RawImap client = connect(access.host(), access.port());
        client.login(access.user(), access.password());
        return client;
    }

    public void login(String user, String password) throws IOException {
        command("LOGIN " + user + " " + password);
    }

    /// Goes on compressed (RFC 4978).
    public void compress() throws IOException {
        command("COMPRESS DEFLATE");
        in = new InflaterInputStream(in, new Inflater(true), buffer.length);
        out = new DeflaterOutputStream(out, new Deflater(6, true), buffer.length, true);
    }

    /// Sends a command and reads to its OK.
    public void command(String command) throws IOException {
        command(command, IGNORED);
    }

    /// The same, and shows every untagged line, without its literals.
    public void command(String command, Consumer<String> untagged) throws IOException {
        await(send(command), untagged);
    }

    /// Sends a command and does not read.
    ///
    /// @return its tag
    public String send(String command) throws IOException {
        String tag = "t" + ++tags;
        write(tag + " " + command + "\r\n");
        return tag;
    }

    /// Reads to the OK of a command that was sent.
    public void await(String tag, Consumer<String> untagged) throws IOException {
        while (true) {
            String line = line();
            if (line.startsWith(tag + " ")) {
                if (!line.startsWith("OK", tag.length() + 1)) {
                    throw new IOException("refused: " + line);
                }
                return;
            }
            untagged.accept(line);
        }
    }

    /// Reads untagged lines until one matches.
    public void awaitLine(String pattern) throws IOException {
        String line = line();
        while (!line.matches(pattern)) {
            line = line();
        }
    }

    /// Sends a line that is no command.
    public void line(String text) throws IOException {
        write(text + "\r\n");
    }

    /// Stores a message, by a literal for which permission is awaited.
    public void append(String mailbox, byte[] message) throws IOException {
        append(mailbox, message.length, to -> to.write(message));
    }

    /// Writes a message as it is sent.
    @FunctionalInterface
    public interface Body {
        void writeTo(OutputStream to) throws IOException;
    }

    /// Stores a message that is never in memory as a whole.
    public void append(String mailbox, long size, Body body) throws IOException {
        String tag = send("APPEND " + mailbox + " {" + size + "}");
        String line = line();
        while (line.startsWith("* ")) {
            line = line();
        }
        if (!line.startsWith("+")) {
            throw new IOException("refused: " + line);
        }
        body.writeTo(out);
        write("\r\n");
        await(tag, IGNORED);
    }

    /// Everything read so far.
    public long octets() {
        return octets;
    }

    /// Where the octets of literals go from now on.
    public void literalsTo(Sink sink) {
        literals = sink;
    }

    private void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    /// A whole response line, with what its literals hold left out.
    private String line() throws IOException {
        StringBuilder text = new StringBuilder();
        while (true) {
            part(text);
            int open =
                    text.length() > 0 && text.charAt(text.length() - 1) == '}'
                            ? text.lastIndexOf("{")
                            : -1;
            if (open < 0) {
                return text.toString();
            }
            pass(Long.parseLong(text.substring(open + 1, text.length() - 1)));
        }
    }

    private void part(StringBuilder text) throws IOException {
        while (true) {
            fill();
            int end = position;
            while (end < limit && buffer[end] != '\n') {
                end++;
            }
            text.append(new String(buffer, position, end - position, StandardCharsets.ISO_8859_1));
            boolean complete = end < limit;
            position = complete ? end + 1 : end;
            if (complete) {
                if (text.length() > 0 && text.charAt(text.length() - 1) == '\r') {
                    text.setLength(text.length() - 1);
                }
                return;
            }
        }
    }

    private void pass(long length) throws IOException {
        long left = length;
        while (left > 0) {
            fill();
            int now = (int) Math.min(left, limit - position);
            literals.accept(buffer, position, now);
            position += now;
            left -= now;
        }
    }

    private void fill() throws IOException {
        if (position == limit) {
            if (limit == buffer.length && limit < LARGEST_BUFFER) {
                buffer = new byte[4 * limit];
            }
            position = 0;
            limit = in.read(buffer);
            if (limit < 0) {
                limit = 0;
                throw new EOFException("the server closed the connection");
            }
            octets += limit;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
