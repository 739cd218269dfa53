package org.imapmirror.proxy;

import com.github.benmanes.caffeine.cache.Ticker;

import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.EventLoopGroup;

import org.imapmirror.imap.Endpoint;
import org.imapmirror.route.Routes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/// The IMAP front end: clients connect to its listeners and find their primary behind them.
public final class Proxy implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Proxy.class);
    private static final Duration LAST_WORDS = Duration.ofSeconds(3);

    private final ProxyConfig config;
    private final Routes routes;
    private final Map<String, Endpoint> servers;
    private final Tap tap;
    private final ProxyMetrics metrics;
    private final Sessions sessions;
    private final List<Listener> listeners = new ArrayList<>();
    private @Nullable EventLoopGroup loops;
    private @Nullable TlsContexts tls;
    private volatile @Nullable Facilities facilities;
    private ProxyLimits limits;

    /// @param servers by their keys in the configuration; `routes` names only such
    public Proxy(
            ProxyConfig config,
            Routes routes,
            Map<String, Endpoint> servers,
            Tap tap,
            MeterRegistry meters) {
        this.config = config;
        this.limits = config.limits();
        this.routes = routes;
        this.servers = Map.copyOf(servers);
        this.tap = tap;
        this.sessions =
                new Sessions(
                        config.limits().login().connections(),
                        new Guests(config.limits().clients(), Ticker.systemTicker()));
        this.metrics = new ProxyMetrics(meters, sessions::count);
        if (!servers.containsKey(routes.defaultPrimary())) {
            throw new IllegalArgumentException(
                    "route.primary: there is no server " + routes.defaultPrimary());
        }
    }

    /// Opens the ports.
    ///
    /// @throws IOException where a certificate cannot be read or a port cannot be had; nothing is
    ///   open then
    public synchronized void start() throws IOException {
        if (loops != null) {
            throw new IllegalStateException("started already");
        }
        TlsContexts contexts =
                TlsContexts.load(config.tls(), servers.values(), limits.times().connect());
        tls = contexts;
        Dialer dialer = new Dialer(contexts, limits.times().connect());
        Facilities shared = new Facilities(limits, routes, servers, contexts, dialer, tap, metrics);
        facilities = shared;
        loops = Transport.loops("proxy", Runtime.getRuntime().availableProcessors());
        try {
            for (ListenerConfig listener : config.listeners()) {
                listeners.add(Listener.open(listener, loops, this::facilities, sessions));
            }
        } catch (IOException e) {
            close();
            throw e;
        }
        LOG.atInfo()
                .addKeyValue("addresses", addresses())
                .addKeyValue("transport", Transport.NAME)
                .addKeyValue("tls", TlsContexts.PROVIDER)
                .log("listening");
    }

    private Facilities facilities() {
        return Objects.requireNonNull(facilities, "bug: a connection before the start");
    }

    /// Connections that come from now on find this certificate and these limits; those that are
    /// there go on with what they have. Where limits of addresses and accounts change, these are
    /// counted anew.
    ///
    /// @param shown null where no listener has TLS
    /// @throws IOException where the certificate cannot be read; nothing changes then
    public synchronized void reload(@Nullable ProxyTls shown, ProxyLimits newer)
            throws IOException {
        TlsContexts contexts = tls;
        if (contexts == null) {
            throw new IllegalStateException("not started");
        }
        if (shown != null) {
            contexts.show(shown);
        }
        sessions.guests().limit(newer.clients());
        sessions.limit(newer.login().connections());
        limits = newer;
        facilities = facilities().withLimits(newer);
    }

    /// The routes may mirror other accounts now. Sessions of theirs that nobody follows end as soon
    /// as nobody waits for an answer, so that their clients log in anew and are followed.
    public void reconsider() {
        sessions.reconsider();
    }

    /// The ports of the listeners, in the order of the configuration; none before [#start].
    public synchronized List<Integer> ports() {
        return addresses().stream().map(InetSocketAddress::getPort).toList();
    }

    /// Where the listeners are bound.
    public synchronized List<InetSocketAddress> addresses() {
        return listeners.stream().map(Listener::address).toList();
    }

    /// Client connections at this moment, logged in or not.
    public int sessions() {
        return sessions.count();
    }

    /// Stops accepting, lets sessions end where nobody waits for an answer, waits for the others as
    /// long as the limits say, and ends them. Returns when everything is closed.
    @Override
    public synchronized void close() {
        EventLoopGroup running = loops;
        if (running == null) {
            return;
        }
        loops = null;
        listeners.forEach(Listener::close);
        listeners.clear();
        sessions.stop();
        await(limits.times().grace());
        sessions.end();
        await(LAST_WORDS);
        running.shutdownGracefully(0, LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly();
        if (tls != null) {
            tls.close();
            tls = null;
        }
    }

    private void await(Duration limit) {
        try {
            sessions.awaitNone(limit);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
