package org.imapmirror.testing;

import java.util.Map;

/// Cyrus IMAP as Debian packages it. Tests that use it carry `@Tag("cyrus")`.
public final class CyrusServer extends RealServer {
    private CyrusServer(int users, Namespace namespace, Map<String, String> environment) {
        super("cyrus", users, namespace, environment);
    }

    /// Starts with ten users, separator `/` and no prefix.
    public static CyrusServer launch() {
        return launch(10);
    }

    public static CyrusServer launch(int users) {
        return new CyrusServer(users, Namespace.PLAIN, Map.of());
    }

    /// Starts with the traditional namespace: prefix `INBOX.`, separator `.`.
    public static CyrusServer withTraditionalNamespace() {
        return new CyrusServer(
                10,
                Namespace.BELOW_INBOX,
                Map.of("CYRUS_ALTNAMESPACE", "no", "CYRUS_UNIXHIERARCHYSEP", "no"));
    }

    public int lmtpPort() {
        return imapPort() + 2;
    }

    /// The administrator: acts for any user by PLAIN with authzid.
    public String adminLogin() {
        return "cyrus";
    }

    public String adminPassword() {
        return "pass-cyrus";
    }
}
