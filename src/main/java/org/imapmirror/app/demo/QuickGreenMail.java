package org.imapmirror.app.demo;

import com.icegreen.greenmail.Managers;
import com.icegreen.greenmail.imap.ImapHandler;
import com.icegreen.greenmail.server.AbstractServer;
import com.icegreen.greenmail.server.ProtocolHandler;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;

import java.net.Socket;
import java.net.SocketException;
import java.util.HashMap;
import java.util.Map;

/// GreenMail's IMAP server, whose answers are sent at once. It writes an answer in several pieces,
/// and its own sockets hold the second piece back until the first is acknowledged: 40 ms for nearly
/// every command.
final class QuickGreenMail extends GreenMail {
    QuickGreenMail(ServerSetup setup) {
        super(setup);
    }

    int port() {
        return services.values().iterator().next().getPort();
    }

    @Override
    protected Map<String, AbstractServer> createServices(ServerSetup[] setups, Managers managers) {
        Map<String, AbstractServer> servers = new HashMap<>();
        for (ServerSetup setup : setups) {
            servers.put(setup.getProtocol(), new QuickImap(setup, managers));
        }
        return servers;
    }

    private static final class QuickImap extends AbstractServer {
        QuickImap(ServerSetup setup, Managers managers) {
            super(setup, managers);
        }

        @Override
        protected ProtocolHandler createProtocolHandler(Socket client) {
            return new QuietHandler(
                    new ImapHandler(
                            managers.getUserManager(), managers.getImapHostManager(), client));
        }

        @Override
        protected void handleClientSocket(Socket client) throws SocketException {
            client.setTcpNoDelay(true);
            super.handleClientSocket(client);
        }
    }

    /// GreenMail lets its thread die of an exception, which is printed, when a client leaves
    /// without LOGOUT; for a client that is ended that is normal.
    private record QuietHandler(ProtocolHandler handler) implements ProtocolHandler {
        @Override
        public void run() {
            try {
                handler.run();
            } catch (IllegalStateException _) {
                // The client is gone.
            }
        }

        @Override
        public void close() {
            handler.close();
        }
    }
}
