package org.imapmirror.proxy;

import org.imapmirror.imap.Endpoint;
import org.imapmirror.route.Routes;

import java.util.Map;

/// What all sessions share.
record Facilities(
        ProxyLimits limits,
        Routes routes,
        Map<String, Endpoint> servers,
        TlsContexts tls,
        Dialer dialer,
        Tap tap,
        ProxyMetrics metrics) {

    Facilities withLimits(ProxyLimits newer) {
        return new Facilities(newer, routes, servers, tls, dialer, tap, metrics);
    }

    Endpoint server(String name) {
        Endpoint endpoint = servers.get(name);
        if (endpoint == null) {
            throw new IllegalStateException("bug: no server is called " + name);
        }
        return endpoint;
    }
}
