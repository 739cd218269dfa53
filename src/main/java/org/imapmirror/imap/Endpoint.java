package org.imapmirror.imap;

/// Where an IMAP server listens and how the connection to it is secured.
///
/// @param name the server's key in the configuration; every message about it says it
/// @param port 1 to 65535
public record Endpoint(String name, String host, int port, Tls tls, Trust trust) {
    public enum Tls {
        NONE,
        STARTTLS,
        IMPLICIT
    }

    /// For messages: `old (imap.old.example:993)`.
    public String describe() {
        return name + " (" + host + ":" + port + ")";
    }
}
