package org.imapmirror.app.sync;

import org.imapmirror.imap.Endpoint;
import org.imapmirror.mailstore.ClientLimits;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.LoginAs;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.reconcile.sync.Side;

import java.util.Locale;

/// An account on a server, as it is reached from the command line.
///
/// @param user whose mailboxes these are
record ServerSide(Candidates servers, String user, LoginAs login, ClientLimits limits)
        implements Side {
    @Override
    public String name() {
        return user + "@" + servers.preferred().host();
    }

    /// The well-known ports are one server, so that it does not matter which of them was used.
    @Override
    public String identity() {
        Endpoint first = servers.preferred();
        boolean usual = first.port() == ServerAddress.IMAPS || first.port() == ServerAddress.IMAP;
        String host = first.host().toLowerCase(Locale.ROOT);
        return user + "@" + host + (usual ? "" : ":" + first.port());
    }

    /// True where a failure is about this side.
    boolean isConcerned(StoreException e) {
        return servers.contains(e.server());
    }

    @Override
    public ImapStore open() throws StoreException {
        return servers.reach(server -> ImapStore.open(server, login, limits));
    }
}
