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
/// @param compress how hard COMPRESS=DEFLATE tries, 1 to 9; 0 where it is not offered
public record ListenerConfig(
        String host,
        int port,
        Tls tls,
        List<Network> headerFrom,
        boolean loginWithoutTls,
        int compress) {
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
        if (compress < 0 || compress > 9) {
            throw new IllegalArgumentException(
                    "listeners: compress " + compress + " is not 0 to 9");
        }
    }

    public ListenerConfig(String host, int port, Tls tls) {
        this(host, port, tls, List.of(), true, 6);
    }

    /// For messages: `0.0.0.0:143 (starttls)`.
    public String describe() {
        return host + ":" + port + " (" + tls.name().toLowerCase(Locale.ROOT) + ")";
    }
}
