package org.imapmirror.mailstore;

import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Frame;
import org.imapmirror.imap.FrameScanner;
import org.imapmirror.imap.ProxyHeader;
import org.imapmirror.mailstore.StoreException.Kind;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// The octets of one connection: a socket, TLS on it, a buffer for each direction, and the scanner
/// that cuts what arrives. Java's sockets have no time limit for writes, so a watch closes the
/// socket under a write that stands still.
final class Wire {
    private static final int BUFFER = 64 * 1024;

    /// A line longer than this is not IMAP: an ESEARCH of a million scattered UIDs is 8 MB.
    private static final int MAX_LINE = 64 * 1024 * 1024;

    private final Endpoint server;
    private final ClientLimits limits;
    private final Socket plain;
    private Socket socket;
    private InputStream in;
    private OutputStream out;
    private final byte[] outgoing = new byte[BUFFER];
    private int waiting;
    private final byte[] incomingOctets = new byte[BUFFER];
    private final ByteBuffer incoming = ByteBuffer.wrap(incomingOctets).limit(0);
    private FrameScanner scanner = new FrameScanner(FrameScanner.Side.SERVER, MAX_LINE);
    private int timeoutMillis = -1;

    /// System.nanoTime() when the write that is going on began; 0 for none.
    private volatile long writingSince;

    private volatile boolean stoodStill;
    private volatile boolean closed;
    private @Nullable Thread watch;

    private Wire(Endpoint server, ClientLimits limits, Socket plain) throws IOException {
        this.server = server;
        this.limits = limits;
        this.plain = plain;
        this.socket = plain;
        this.in = plain.getInputStream();
        this.out = plain.getOutputStream();
    }

    static Wire connect(Endpoint server, ClientLimits limits) throws StoreException {
        IOException last = new IOException("no address");
        for (InetAddress address : Tls.addresses(server)) {
            Socket socket = new Socket();
            try {
                socket.setTcpNoDelay(true);
                socket.setKeepAlive(true);
                socket.connect(
                        new InetSocketAddress(address, server.port()),
                        (int) limits.connect().toMillis());
                Wire wire = new Wire(server, limits, socket);
                wire.out.write(ProxyHeader.own(server.passing().header()));
                wire.watch();
                return wire;
            } catch (IOException e) {
                last = e;
                closeQuietly(socket);
            }
        }
        throw new StoreException(
                Kind.UNREACHABLE,
                server,
                null,
                "cannot connect ("
                        + last.getMessage()
                        + "); is the server running, and are address and port right?",
                last);
    }

    private void watch() {
        watch =
                Thread.ofVirtual()
                        .name("write-watch " + server.name())
                        .start(() -> {
                            long limit = limits.write().toNanos();
                            while (!closed) {
                                LockSupport.parkNanos(limit / 4 + 1);
                                long since = writingSince;
                                if (since != 0 && System.nanoTime() - since > limit) {
                                    stoodStill = true;
                                    close();
                                }
                            }
                        });
    }

    /// Switches to TLS. Whatever came before the handshake is thrown away, because anybody could
    /// have sent it.
    void startTls() throws StoreException {
        incoming.position(0).limit(0);
        scanner = new FrameScanner(FrameScanner.Side.SERVER, MAX_LINE);
        try {
            socket = Tls.wrap(plain, server, limits.connect());
            timeoutMillis = -1;
            in = socket.getInputStream();
            out = socket.getOutputStream();
        } catch (IOException e) {
            throw gone("the connection ended after the TLS handshake", e);
        }
    }

    /// The next frame.
    ///
    /// @param timeout without any octet arriving
    /// @return null after that time
    /// @throws StoreException where the connection ended
    @Nullable Frame next(Duration timeout) throws StoreException {
        while (true) {
            Frame frame = scanner.next(incoming);
            if (frame != null) {
                return frame;
            }
            try {
                int millis = (int) Math.clamp(timeout.toMillis(), 1, Integer.MAX_VALUE);
                if (millis != timeoutMillis) {
                    timeoutMillis = millis;
                    socket.setSoTimeout(millis);
                }
                int n = in.read(incomingOctets);
                if (n < 0) {
                    throw gone("the server closed the connection", null);
                }
                incoming.position(0).limit(n);
            } catch (SocketTimeoutException _) {
                return null;
            } catch (IOException e) {
                throw gone("the connection broke: " + e.getMessage(), e);
            }
        }
    }

    /// The next frame, within the time that the server has for an answer.
    Frame next() throws StoreException {
        Frame frame = next(limits.read());
        if (frame == null) {
            throw gone("no answer for " + limits.read().toSeconds() + " s", null);
        }
        return frame;
    }

    /// True where there is something to read without waiting.
    boolean readable() throws StoreException {
        try {
            return incoming.hasRemaining() || in.available() > 0;
        } catch (IOException e) {
            throw gone("the connection broke: " + e.getMessage(), e);
        }
    }

    void write(byte[] octets, int offset, int length) throws StoreException {
        if (length > outgoing.length - waiting) {
            flushBuffer();
            if (length >= outgoing.length) {
                send(octets, offset, length);
                return;
            }
        }
        System.arraycopy(octets, offset, outgoing, waiting, length);
        waiting += length;
    }

    void write(byte[] octets) throws StoreException {
        write(octets, 0, octets.length);
    }

    void flush() throws StoreException {
        flushBuffer();
    }

    private void flushBuffer() throws StoreException {
        if (waiting > 0) {
            int length = waiting;
            waiting = 0;
            send(outgoing, 0, length);
        }
    }

    private void send(byte[] octets, int offset, int length) throws StoreException {
        try {
            writingSince = System.nanoTime() | 1;
            out.write(octets, offset, length);
            writingSince = 0;
        } catch (IOException e) {
            throw gone(
                    stoodStill
                            ? "it took nothing for " + limits.write().toSeconds() + " s"
                            : "the connection broke: " + e.getMessage(),
                    e);
        } finally {
            writingSince = 0;
        }
    }

    private StoreException gone(String text, @Nullable Throwable cause) {
        return new StoreException(Kind.GONE, server, null, text, cause);
    }

    boolean secure() {
        return socket != plain;
    }

    /// Ends the connection at once, whatever is under way; without TLS's farewell, which could
    /// wait.
    void close() {
        closed = true;
        closeQuietly(plain);
        Thread thread = watch;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }

    /// As [#close], and what the server has not read yet is thrown away, as far as that can be had
    /// (TCP's reset): it should not do later what nobody waits for any more.
    void reset() {
        try {
            plain.setSoLinger(true, 0);
        } catch (IOException _) {
            // Closed already.
        }
        close();
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException _) {
            // It is gone, which is what was wanted.
        }
    }
}
