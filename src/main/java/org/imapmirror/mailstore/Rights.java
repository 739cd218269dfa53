package org.imapmirror.mailstore;

import org.imapmirror.imap.Response;

import java.util.HashMap;
import java.util.Map;

/// Who may do what with a mailbox (RFC 4314), and how much room there is (RFC 9208).
final class Rights {
    private static final long UNIT = 1024;

    private final Connection connection;

    Rights(Connection connection) {
        this.connection = connection;
    }

    /// Rights by identifier.
    Map<String, String> of(String mailbox) throws StoreException {
        Map<String, String> out = new HashMap<>();
        connection.run(
                CommandText.of("GETACL").mailbox(mailbox),
                response -> {
                    if (!(response instanceof Response.Acl acl)) {
                        return false;
                    }
                    out.putAll(acl.rights());
                    return true;
                });
        return out;
    }

    void set(String mailbox, String identifier, String rights) throws StoreException {
        connection.run(CommandText.of("SETACL").mailbox(mailbox).string(identifier).string(rights));
    }

    /// Octets that still find room; Long.MAX_VALUE where nothing limits them.
    long room(String mailbox) throws StoreException {
        long[] left = {Long.MAX_VALUE};
        connection.run(
                CommandText.of("GETQUOTAROOT").mailbox(mailbox),
                response -> {
                    if (!(response instanceof Response.Quota quota)) {
                        return false;
                    }
                    Response.Resource storage = quota.resources().get("STORAGE");
                    if (storage != null) {
                        long free = Math.max(0, storage.limit() - storage.usage());
                        left[0] = Math.min(left[0], free * UNIT);
                    }
                    return true;
                });
        return left[0];
    }
}
