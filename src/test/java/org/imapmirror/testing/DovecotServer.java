package org.imapmirror.testing;

import java.util.Map;

/// Dovecot as Debian packages it. Tests that use it carry `@Tag("dovecot")`.
public final class DovecotServer extends RealServer {
    private DovecotServer(int users, Namespace namespace, Map<String, String> environment) {
        super("dovecot", users, namespace, environment);
    }

    /// Starts with ten users and the settings of `dovecot-up`.
    public static DovecotServer launch() {
        return launch(10, "");
    }

    /// Starts with `extra`, further lines of `dovecot.conf`, which win over the ones before.
    public static DovecotServer launch(int users, String extra) {
        return new DovecotServer(users, Namespace.PLAIN, Map.of("DOVECOT_EXTRA", extra));
    }

    /// Starts with another hierarchy separator and namespace prefix, for example `.` and `INBOX.`.
    public static DovecotServer withNamespace(char separator, String prefix) {
        return new DovecotServer(
                10,
                new Namespace(prefix, separator),
                Map.of("DOVECOT_SEPARATOR", separator + "", "DOVECOT_PREFIX", prefix));
    }

    public int lmtpPort() {
        return imapPort() + 2;
    }

    /// The login by which the master user acts for user `n`.
    public String masterLogin(int n) {
        return user(n) + "*master";
    }

    public String masterPassword() {
        return "masterpass";
    }
}
