package org.imapmirror.reconcile.sync;

import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Trust;
import org.imapmirror.mailstore.ClientLimits;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.LoginAs;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.testing.RealServer;

/// User 1 of a server, or who else a port and a login reach.
record TestSide(String server, String host, int port, String user, String password)
        implements Side {
    static TestSide of(String name, RealServer server, int user) {
        return new TestSide(
                name, server.host(), server.imapPort(), server.user(user), server.password(user));
    }

    @Override
    public String name() {
        return user + "@" + server;
    }

    @Override
    public String identity() {
        return name();
    }

    @Override
    public ImapStore open() throws StoreException {
        return ImapStore.open(
                new Endpoint(server, host, port, Endpoint.Tls.NONE, new Trust.Insecure()),
                new LoginAs.Plain(user, password),
                ClientLimits.DEFAULT);
    }
}
