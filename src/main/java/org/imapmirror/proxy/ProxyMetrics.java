package org.imapmirror.proxy;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/// What the front end counts.
final class ProxyMetrics {
    final Counter loginsOk;
    final Counter loginsFailed;
    final Counter bytesFromClients;
    final Counter bytesFromPrimary;
    final Counter unavailable;

    /// Headers of the PROXY protocol.
    final Counter headersOk;

    final Counter headersRefused;

    private final Map<Limit, Counter> limited = new EnumMap<>(Limit.class);

    /// Sessions that began COMPRESS, and those that ended because of what came then.
    final Counter compressed;

    final Counter corrupt;

    /// How long frames waited for their [Step.Hold].
    final Timer hold;

    ProxyMetrics(MeterRegistry registry, Supplier<Number> sessions) {
        Gauge.builder("imapmirror.proxy.sessions", sessions)
                .description("Client connections")
                .register(registry);
        loginsOk = logins("ok").register(registry);
        loginsFailed = logins("failed").register(registry);
        bytesFromClients = bytes("from-client").register(registry);
        bytesFromPrimary = bytes("from-primary").register(registry);
        unavailable =
                Counter.builder("imapmirror.proxy.unavailable")
                        .description("Connections to a primary that did not come about")
                        .register(registry);
        headersOk = headers("ok").register(registry);
        headersRefused = headers("refused").register(registry);
        for (Limit limit : Limit.values()) {
            limited.put(
                    limit,
                    Counter.builder("imapmirror.proxy.limited")
                            .description("Clients that ran into a limit")
                            .tag("limit", limit.key())
                            .register(registry));
        }
        compressed =
                Counter.builder("imapmirror.proxy.compressed")
                        .description("Sessions that began to be compressed")
                        .register(registry);
        corrupt =
                Counter.builder("imapmirror.proxy.corrupt")
                        .description("Sessions that ended because compressed data was corrupt")
                        .register(registry);
        hold =
                Timer.builder("imapmirror.proxy.hold")
                        .description("Time that frames waited for capture")
                        .publishPercentileHistogram()
                        .register(registry);
    }

    void limited(Limit limit) {
        Objects.requireNonNull(limited.get(limit)).increment();
    }

    private static Counter.Builder logins(String result) {
        return Counter.builder("imapmirror.proxy.logins").tag("result", result);
    }

    private static Counter.Builder headers(String result) {
        return Counter.builder("imapmirror.proxy.headers")
                .description("Headers of the PROXY protocol from those who must send one")
                .tag("result", result);
    }

    private static Counter.Builder bytes(String direction) {
        return Counter.builder("imapmirror.proxy.bytes")
                .baseUnit("bytes")
                .tag("direction", direction);
    }
}
