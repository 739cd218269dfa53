package org.imapmirror.proxy;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/// One end of a connection in a test. Text is octets; reading gives up after ten seconds.
final class Wire implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 10_000;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    Wire(Socket socket) throws IOException {
        this(socket, socket.getInputStream(), socket.getOutputStream());
    }

    private Wire(Socket socket, InputStream in, OutputStream out) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        this.in = new BufferedInputStream(in);
        this.out = out;
    }

    static Wire to(int port) throws IOException {
        return new Wire(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /// The same connection, secured from here on.
    ///
    /// @param server true for the side that shows the certificate
    Wire secured(SSLContext context, boolean server) throws IOException {
        SSLSocket tls =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(socket, "localhost", socket.getPort(), true);
        tls.setUseClientMode(!server);
        tls.startHandshake();
        return new Wire(tls);
    }

    /// The same connection, compressed from here on. A client that ends its output says so in the
    /// stream first.
    Wire compressed() throws IOException {
        return new Wire(
                socket,
                new InflaterInputStream(in, new Inflater(true)),
                new DeflaterOutputStream(out, new Deflater(6, true), 512, true));
    }

    Socket socket() {
        return socket;
    }

    /// Sends lines, each with CRLF, in one write.
    void send(String... lines) throws IOException {
        raw(String.join("\r\n", lines) + "\r\n");
    }

    void raw(String octets) throws IOException {
        raw(octets.getBytes(StandardCharsets.ISO_8859_1));
    }

    void raw(byte[] octets) throws IOException {
        out.write(octets);
        out.flush();
    }

    /// The next line without its end.
    String line() throws IOException {
        String line = wholeLine();
        return line.substring(0, line.length() - (line.endsWith("\r\n") ? 2 : 1));
    }

    /// The next line with its end, CRLF or LF.
    String wholeLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int b;
        do {
            b = in.read();
            if (b < 0) {
                throw new IOException("end of the connection behind: " + line);
            }
            line.write(b);
        } while (b != '\n');
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    /// Hands on the next line with its end, if there is one.
    ///
    /// @return true where there is none, however the connection ended
    boolean isEndedOr(Consumer<String> line) throws IOException {
        in.mark(1);
        if (isOver()) {
            return true;
        }
        in.reset();
        line.accept(wholeLine());
        return false;
    }

    /// The next line that begins with this; those before it are thrown away.
    String until(String beginning) throws IOException {
        String line = line();
        while (!line.startsWith(beginning)) {
            line = line();
        }
        return line;
    }

    /// Sends a command and gives its tagged answer.
    String ask(String tag, String command) throws IOException {
        send(tag + " " + command);
        return until(tag + " ");
    }

    String octets(int count) throws IOException {
        return new String(bytes(count), StandardCharsets.ISO_8859_1);
    }

    byte[] bytes(int count) throws IOException {
        byte[] octets = in.readNBytes(count);
        if (octets.length < count) {
            throw new IOException(
                    "end of the connection behind: "
                            + new String(octets, StandardCharsets.ISO_8859_1));
        }
        return octets;
    }

    /// True where the other side has ended its output and nothing is left; a reset is no end.
    boolean atEnd() throws IOException {
        try {
            return in.read() < 0;
        } catch (EOFException _) {
            // What is compressed has no end of its own.
            return true;
        }
    }

    /// True where the connection is over, however it ended.
    boolean isOver() throws IOException {
        try {
            return atEnd();
        } catch (SocketException _) {
            return true;
        }
    }

    /// True where nothing comes for a while.
    boolean isQuiet() throws IOException {
        socket.setSoTimeout(100);
        try {
            in.mark(1);
            in.read();
            in.reset();
            return false;
        } catch (SocketTimeoutException _) {
            return true;
        } finally {
            socket.setSoTimeout(PATIENCE_MILLIS);
        }
    }

    void endOutput() throws IOException {
        if (out instanceof DeflaterOutputStream compressed) {
            compressed.finish();
        }
        socket.shutdownOutput();
    }

    /// Ends the connection by a reset.
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
