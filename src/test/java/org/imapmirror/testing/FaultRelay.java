package org.imapmirror.testing;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/// A TCP relay on loopback in front of a server, for networks as they are: it refuses, hangs, is
/// slow, and cuts connections at a given octet. What it does concerns new and open connections
/// alike. Thread-safe.
public final class FaultRelay implements AutoCloseable {
    private static final int BUFFER = 16 * 1024;
    private static final long NEVER = Long.MAX_VALUE;

    private final int targetPort;
    private final int port;
    private final Set<Pair> pairs = ConcurrentHashMap.newKeySet();
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong cuts = new AtomicLong();

    /// Octets that clients may send, over all connections, until one is cut.
    private final AtomicLong untilCut = new AtomicLong(NEVER);

    private volatile @Nullable ServerSocket listener;
    private volatile @Nullable Thread acceptor;
    private volatile boolean closed;

    /// Guarded by this.
    private boolean stalled;

    /// What the next command that is held has in it.
    private final AtomicReference<@Nullable String> heldText = new AtomicReference<>();

    /// What the next answer with that text meets.
    private final AtomicReference<@Nullable Trap> trap = new AtomicReference<>();

    /// @param cut else nothing goes through any more
    private record Trap(String text, boolean cut) {}

    /// 0: as fast as it goes.
    private volatile long octetsPerSecond;

    private FaultRelay(int targetPort) throws IOException {
        this.targetPort = targetPort;
        ServerSocket first = listenAnywhere();
        this.port = first.getLocalPort();
        serve(first);
    }

    /// @param targetPort of the server, on loopback
    public static FaultRelay to(int targetPort) {
        try {
            return new FaultRelay(targetPort);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return port;
    }

    /// Connections that were accepted so far.
    public long accepted() {
        return accepted.get();
    }

    /// Connections that were cut so far.
    public long cuts() {
        return cuts.get();
    }

    /// Cuts every open connection: both sides see a reset.
    public void cut() {
        pairs.forEach(Pair::cut);
    }

    /// Cuts a connection in the middle: the one by which clients have sent this many octets more,
    /// in total. Then goes on as usual.
    public void cutAfter(long octets) {
        untilCut.set(octets);
    }

    /// Cuts the connection on which the server answers with that text, once, and the answer does
    /// not arrive: what it confirms was done, and nobody was told. For connections without TLS.
    public void cutBeforeAnswer(String text) {
        trap.set(new Trap(text, true));
    }

    /// As [#cutBeforeAnswer], with [#stall] in place of the cut.
    public void stallBeforeAnswer(String text) {
        trap.set(new Trap(text, false));
    }

    /// True after the answer that was waited for came.
    public boolean isSprung() {
        return trap.get() == null;
    }

    /// Connections stay open, new ones are accepted, and nothing goes through any more.
    public synchronized void stall() {
        stalled = true;
    }

    /// Holds what comes on the connection on which a client next sends that text, once, from there
    /// on; other connections go on. With [#flow] it arrives at the server all the same, even when
    /// the client has given up, as at a server that hangs with a command that it has read. For
    /// connections without TLS.
    public void holdBefore(String text) {
        heldText.set(text);
    }

    /// True while a command is held.
    public boolean isHolding() {
        return pairs.stream().anyMatch(pair -> pair.held);
    }

    /// Ends [#stall], [#holdBefore] and [#slow].
    public synchronized void flow() {
        stalled = false;
        octetsPerSecond = 0;
        pairs.forEach(pair -> pair.held = false);
        notifyAll();
    }

    /// @param rate octets per second in each direction of each connection, more than 0
    public void slow(long rate) {
        octetsPerSecond = rate;
    }

    /// Closes everything: connecting is refused.
    public synchronized void refuse() {
        ServerSocket open = listener;
        listener = null;
        if (open != null) {
            close(open);
            // The port is free only when nobody waits at it any more.
            awaitEnd(acceptor);
        }
        cut();
    }

    /// Ends [#refuse], on the same port.
    public synchronized void accept() {
        if (listener == null && !closed) {
            try {
                serve(listen(port));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        flow();
        refuse();
    }

    /// On a port that the system never gives to outgoing connections, so that it is still free when
    /// the relay accepts again.
    private static ServerSocket listenAnywhere() throws IOException {
        IOException last = new IOException("no free port between 20000 and 24000");
        for (int attempt = 0; attempt < 100; attempt++) {
            try {
                return listen(ThreadLocalRandom.current().nextInt(20_000, 24_000));
            } catch (IOException e) {
                last = e;
            }
        }
        throw last;
    }

    private static ServerSocket listen(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return socket;
    }

    private void serve(ServerSocket socket) {
        listener = socket;
        acceptor =
                Thread.startVirtualThread(() -> {
                    while (listener == socket) {
                        try {
                            connect(socket.accept());
                        } catch (IOException _) {
                            // Closed, or this one client is gone.
                            Thread.onSpinWait();
                        }
                    }
                });
    }

    private void connect(Socket client) {
        accepted.incrementAndGet();
        Socket server;
        try {
            server = new Socket(InetAddress.getLoopbackAddress(), targetPort);
            server.setTcpNoDelay(true);
            client.setTcpNoDelay(true);
        } catch (IOException _) {
            reset(client);
            return;
        }
        Pair pair = new Pair(client, server);
        pairs.add(pair);
        if (listener == null) {
            pair.cut();
        }
        Thread.ofVirtual().start(() -> pair.pump(client, server, true));
        Thread.ofVirtual().start(() -> pair.pump(server, client, false));
    }

    private synchronized void awaitFlow(Pair pair) throws InterruptedException {
        while (stalled || pair.held) {
            pair.late |= pair.held;
            wait();
        }
    }

    private final class Pair {
        private final Socket client;
        private final Socket server;
        private final AtomicInteger ended = new AtomicInteger();

        private volatile boolean held;

        /// The client may be gone, and the server is to do what it sent.
        private volatile boolean late;

        Pair(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void pump(Socket from, Socket to, boolean counted) {
            byte[] buffer = new byte[BUFFER];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    if (counted) {
                        holdIfAsked(buffer, n);
                    } else if (springs(buffer, n)) {
                        return;
                    }
                    awaitFlow(this);
                    int may = counted ? (int) Math.min(n, left(n)) : n;
                    out.write(buffer, 0, may);
                    if (may < n) {
                        cut();
                        return;
                    }
                    pace(n);
                }
                to.shutdownOutput();
                if (ended.incrementAndGet() == 2) {
                    pairs.remove(this);
                    close(client);
                    close(server);
                }
            } catch (IOException _) {
                if (counted && late) {
                    end(to);
                } else if (!late) {
                    cut();
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }

        private static void end(Socket server) {
            try {
                server.shutdownOutput();
            } catch (IOException _) {
                // It is gone either way.
                Thread.onSpinWait();
            }
        }

        private void holdIfAsked(byte[] buffer, int n) {
            String text = heldText.get();
            if (text != null
                    && new String(buffer, 0, n, StandardCharsets.ISO_8859_1).contains(text)
                    && heldText.compareAndSet(text, null)) {
                held = true;
            }
        }

        /// @return whether the connection was cut
        private boolean springs(byte[] buffer, int n) {
            Trap set = trap.get();
            if (set == null
                    || !new String(buffer, 0, n, StandardCharsets.ISO_8859_1)
                            .contains(set.text())) {
                return false;
            }
            if (set.cut()) {
                cut();
            } else {
                stall();
            }
            trap.set(null);
            return set.cut();
        }

        /// How many of these octets still go through before the cut.
        private long left(int n) {
            return untilCut.getAndUpdate(at -> at == NEVER || at <= n ? NEVER : at - n);
        }

        private void pace(int n) {
            long rate = octetsPerSecond;
            if (rate > 0) {
                LockSupport.parkNanos(n * 1_000_000_000L / rate);
            }
        }

        void cut() {
            if (pairs.remove(this)) {
                cuts.incrementAndGet();
            }
            reset(client);
            reset(server);
        }
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException _) {
            // Closed already.
        }
        close(socket);
    }

    private static void awaitEnd(@Nullable Thread thread) {
        try {
            if (thread != null) {
                thread.join();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void close(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception _) {
            // It is gone either way.
        }
    }
}
