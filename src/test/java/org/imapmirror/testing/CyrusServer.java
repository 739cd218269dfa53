package org.imapmirror.testing;

import java.util.Map;

/// Cyrus IMAP as Debian packages it. Tests that use it carry `@Tag("cyrus")`.
public final class CyrusServer extends RealServer {
    private CyrusServer(Namespace namespace, Map<String, String> environment) {
        super("cyrus", 10, namespace, environment);
    }

    /// Starts with ten users, separator `/` and no prefix.
    public static CyrusServer launch() {
        return new CyrusServer(Namespace.PLAIN, Map.of());
    }

    /// Starts with the traditional namespace: prefix `INBOX.`, separator `.`.
    public static CyrusServer withTraditionalNamespace() {
        return new CyrusServer(
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
