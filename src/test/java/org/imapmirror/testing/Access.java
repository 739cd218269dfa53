package org.imapmirror.testing;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;

/// How a client reaches an account: a port of a server or of the proxy, and a login.
///
/// @param certificate PEM file of what a TLS port shows; needed by clients when `tls` is not
///   [Tls#NONE]
public record Access(
        String host, int port, Tls tls, @Nullable Path certificate, String user, String password) {
    /// How the connection is protected.
    public enum Tls {
        NONE,
        STARTTLS,
        IMPLICIT
    }

    /// Without TLS.
    public static Access plain(String host, int port, String user, String password) {
        return new Access(host, port, Tls.NONE, null, user, password);
    }

    /// User `n` of a server for tests, without TLS.
    public static Access to(RealServer server, int n) {
        return plain(server.host(), server.imapPort(), server.user(n), server.password(n));
    }

    /// The same account through another port, for example the proxy's.
    public Access through(int otherPort) {
        return new Access(host, otherPort, tls, certificate, user, password);
    }

    /// The same account over TLS: STARTTLS on this port, or a port that speaks TLS from the start.
    public Access withTls(Tls kind, int tlsPort, Path shown) {
        return new Access(host, tlsPort, kind, shown, user, password);
    }

    /// The certificate's file, for clients that must be told which one to trust.
    Path trusted() {
        if (certificate == null) {
            throw new IllegalArgumentException("TLS needs the certificate that the port shows");
        }
        return certificate;
    }
}
