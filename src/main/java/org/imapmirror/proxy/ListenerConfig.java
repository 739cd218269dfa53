package org.imapmirror.proxy;

import java.util.List;
import java.util.Locale;

/// Where clients connect.
///
/// @param host an address to bind to, or a name that resolves to one
/// @param port 0 to 65535; 0 takes a free one, see [Proxy#ports]
/// @param headerFrom networks whose connections begin with a header of the PROXY protocol, which is
///   believed; to those of others it is garbage
/// @param loginWithoutTls nobody is kept from logging in in clear text, unless by the primary
public record ListenerConfig(
        String host, int port, Tls tls, List<Network> headerFrom, boolean loginWithoutTls) {
    public enum Tls {
        NONE,
        STARTTLS,
        IMPLICIT
    }

    public ListenerConfig {
        headerFrom = List.copyOf(headerFrom);
        if (host.isBlank()) {
            throw new IllegalArgumentException("listeners: bind needs an address");
        }
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("listeners: port " + port + " is not 0 to 65535");
        }
        if (tls == Tls.NONE && !loginWithoutTls) {
            throw new IllegalArgumentException(
                    "listeners: nobody could log in without TLS where there is none");
        }
    }

    public ListenerConfig(String host, int port, Tls tls) {
        this(host, port, tls, List.of(), true);
    }

    /// For messages: `0.0.0.0:143 (starttls)`.
    public String describe() {
        return host + ":" + port + " (" + tls.name().toLowerCase(Locale.ROOT) + ")";
    }
}
