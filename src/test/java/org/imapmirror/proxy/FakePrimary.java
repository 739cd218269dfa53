package org.imapmirror.proxy;

import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Trust;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/// A server whose part a test plays itself.
final class FakePrimary implements AutoCloseable {
    static final String GREETING = "* OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR IDLE] ready";

    private final ServerSocket socket;

    FakePrimary() throws IOException {
        socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        socket.setSoTimeout(10_000);
    }

    int port() {
        return socket.getLocalPort();
    }

    Endpoint endpoint(String name) {
        return endpoint(name, Endpoint.Tls.NONE, new Trust.System());
    }

    Endpoint endpoint(String name, Endpoint.Tls tls, Trust trust) {
        return new Endpoint(name, "127.0.0.1", port(), tls, trust);
    }

    Endpoint endpoint(String name, Endpoint.Passing passing) {
        return new Endpoint(
                name, "127.0.0.1", port(), Endpoint.Tls.NONE, new Trust.System(), passing);
    }

    /// The next connection of the proxy; nothing is said on it yet.
    Wire accept() throws IOException {
        return new Wire(socket.accept());
    }

    Wire greet() throws IOException {
        Wire wire = accept();
        wire.send(GREETING);
        return wire;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
