package org.imapmirror.proxy;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What the front end is made of.
///
/// @param tls needed where a listener uses TLS
public record ProxyConfig(
        List<ListenerConfig> listeners, @Nullable ProxyTls tls, ProxyLimits limits) {
    public ProxyConfig {
        listeners = List.copyOf(listeners);
        for (ListenerConfig listener : listeners) {
            if (listener.tls() != ListenerConfig.Tls.NONE && tls == null) {
                throw new IllegalArgumentException(
                        "listener "
                                + listener.describe()
                                + " uses TLS: set tls.certificate and tls.key");
            }
        }
    }
}
