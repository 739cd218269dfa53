package org.imapmirror.mailstore;

import org.imapmirror.imap.Endpoint;

/// What a server shows to somebody who does not log in.
///
/// @param loginDisabled it allows no login on this connection
public record ServerProbe(boolean loginDisabled) {

    /// Connects, secures the connection, and leaves.
    ///
    /// @throws StoreException where that does not work
    public static ServerProbe of(Endpoint server, ClientLimits limits) throws StoreException {
        Connection connection = Authentication.greeted(server, limits);
        try {
            return new ServerProbe(connection.has("LOGINDISABLED"));
        } finally {
            connection.logout();
        }
    }
}
