package org.imapmirror.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A TCP relay on loopback in front of a server that writes down what clients ask, and how often
/// they wait for an answer before they go on. For connections without TLS. Thread-safe.
public final class RecordingRelay implements AutoCloseable {
    private final int targetPort;
    private final ServerSocket listener;

    /// Guarded by this.
    private final List<String> commands = new ArrayList<>();

    /// Guarded by this.
    private final List<Socket> sockets = new ArrayList<>();

    /// Guarded by this.
    private int roundTrips;

    private RecordingRelay(int targetPort) throws IOException {
        this.targetPort = targetPort;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    /// @param targetPort of the server, on loopback
    public static RecordingRelay to(int targetPort) {
        try {
            return new RecordingRelay(targetPort);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return listener.getLocalPort();
    }

    /// Forgets everything.
    public synchronized void clear() {
        commands.clear();
        roundTrips = 0;
    }

    /// The lines that clients sent, without their tags.
    public synchronized List<String> commands() {
        return List.copyOf(commands);
    }

    /// How often a client sent something after the server had said something.
    public synchronized int roundTrips() {
        return roundTrips;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), targetPort);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                synchronized (this) {
                    sockets.add(client);
                    sockets.add(server);
                }
                Pair pair = new Pair();
                Thread.ofVirtual().start(() -> pump(client, server, pair::asked));
                Thread.ofVirtual().start(() -> pump(server, client, pair::answered));
            } catch (IOException _) {
                // Closed, or this one client is gone.
                Thread.onSpinWait();
            }
        }
    }

    private interface Seen {
        void octets(byte[] buffer, int length);
    }

    private final class Pair {
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();
        private boolean serverSpokeLast = true;

        void asked(byte[] buffer, int length) {
            synchronized (RecordingRelay.this) {
                if (serverSpokeLast) {
                    serverSpokeLast = false;
                    roundTrips++;
                }
                for (int i = 0; i < length; i++) {
                    if (buffer[i] == '\n') {
                        String text = line.toString(StandardCharsets.UTF_8).strip();
                        commands.add(text.substring(text.indexOf(' ') + 1));
                        line.reset();
                    } else {
                        line.write(buffer[i]);
                    }
                }
            }
        }

        void answered(byte[] buffer, int length) {
            synchronized (RecordingRelay.this) {
                serverSpokeLast = true;
            }
        }
    }

    private static void pump(Socket from, Socket to, Seen seen) {
        byte[] buffer = new byte[16 * 1024];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                seen.octets(buffer, n);
                out.write(buffer, 0, n);
            }
        } catch (IOException _) {
            // One side hung up.
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
            List<Socket> open;
            synchronized (this) {
                open = List.copyOf(sockets);
            }
            for (Socket s : open) {
                s.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
