package org.imapmirror.proxy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.imapmirror.event.Account;
import org.imapmirror.imap.Endpoint;
import org.imapmirror.route.AccountRules;
import org.imapmirror.route.Mirror;
import org.imapmirror.route.Routes;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A running proxy on free ports of loopback, in front of the server `old`.
final class TestProxy implements AutoCloseable {
    static final ProxyLimits LIMITS =
            new ProxyLimits(
                    64 * 1024,
                    1024,
                    ProxyLimits.Login.DEFAULTS,
                    new ProxyLimits.Times(
                            Duration.ofSeconds(5),
                            Duration.ofMinutes(30),
                            Duration.ofSeconds(5),
                            Duration.ofMillis(500)));

    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final Proxy proxy;
    private final Routes routes;

    private TestProxy(Builder builder) throws IOException {
        routes =
                new Routes(
                        "old",
                        builder.moved,
                        List.of(new Mirror("new", Mirror.Mode.MIRROR, Mirror.Deletes.APPLY)),
                        excluding(builder.excluded));
        proxy =
                new Proxy(
                        new ProxyConfig(builder.listeners, builder.tls, builder.limits),
                        routes,
                        builder.servers,
                        builder.tap,
                        meters);
        proxy.start();
    }

    private static AccountRules excluding(List<String> accounts) {
        return new AccountRules("", List.of(), List.of("*"), accounts);
    }

    /// From now on no account is excluded.
    void excludeNobody() {
        routes.rules(excluding(List.of()));
        proxy.reconsider();
    }

    static Builder before(Endpoint primary) {
        return new Builder(primary);
    }

    int port() {
        return proxy.ports().getFirst();
    }

    Wire connect() throws IOException {
        return Wire.to(port());
    }

    @Override
    public void close() {
        proxy.close();
    }

    static final class Builder {
        private final Map<String, Endpoint> servers = new HashMap<>();
        private final List<ListenerConfig> listeners = new ArrayList<>();
        private final Map<Account, String> moved = new HashMap<>();
        private List<String> excluded = List.of();
        private @Nullable ProxyTls tls;
        private ProxyLimits limits = LIMITS;
        private Tap tap = new RecordingTap();

        private Builder(Endpoint primary) {
            servers.put("old", primary);
        }

        /// A further server, and the account that is there.
        Builder moved(String account, Endpoint server) {
            servers.put(server.name(), server);
            moved.put(new Account(account), server.name());
            return this;
        }

        Builder tap(Tap tap) {
            this.tap = tap;
            return this;
        }

        Builder limits(ProxyLimits limits) {
            this.limits = limits;
            return this;
        }

        Builder excluding(String... accounts) {
            this.excluded = List.of(accounts);
            return this;
        }

        Builder tls(ProxyTls tls) {
            this.tls = tls;
            return this;
        }

        Builder listener(ListenerConfig.Tls tls) {
            return listener(new ListenerConfig("127.0.0.1", 0, tls));
        }

        Builder listener(ListenerConfig listener) {
            listeners.add(listener);
            return this;
        }

        TestProxy start() throws IOException {
            if (listeners.isEmpty()) {
                listener(ListenerConfig.Tls.NONE);
            }
            return new TestProxy(this);
        }
    }
}
