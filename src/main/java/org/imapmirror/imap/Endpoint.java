package org.imapmirror.imap;

/// Where an IMAP server listens, how the connection to it is secured, and how it is told who is
/// behind us.
///
/// @param name the server's key in the configuration; every message about it says it
/// @param port 1 to 65535
public record Endpoint(String name, String host, int port, Tls tls, Trust trust, Passing passing) {
    public enum Tls {
        NONE,
        STARTTLS,
        IMPLICIT
    }

    /// How the server is told whose connection it is.
    ///
    /// @param header the first octets of every connection, also of those that no client is behind
    /// @param id the ID command names the client's address before anybody logs in
    public record Passing(ProxyHeader.Version header, boolean id) {
        public static final Passing NONE = new Passing(ProxyHeader.Version.NONE, false);
    }

    /// A server that is told nothing.
    public Endpoint(String name, String host, int port, Tls tls, Trust trust) {
        this(name, host, port, tls, trust, Passing.NONE);
    }

    /// For messages: `old (imap.old.example:993)`.
    public String describe() {
        return name + " (" + host + ":" + port + ")";
    }
}
