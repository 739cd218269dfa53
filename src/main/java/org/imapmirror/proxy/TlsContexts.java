package org.imapmirror.proxy;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;

import org.imapmirror.imap.Endpoint;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/// The TLS settings of the listeners and of every server, read once.
final class TlsContexts implements AutoCloseable {
    /// BoringSSL where its native library loads, else the JDK's.
    static final SslProvider PROVIDER =
            OpenSsl.isAvailable() ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK;

    private volatile @Nullable SslContext listeners;

    /// Earlier ones of the listeners: a connection may just be taking one.
    private final List<SslContext> retired = new CopyOnWriteArrayList<>();

    private final Map<String, SslContext> servers = new HashMap<>();
    private final Duration handshake;

    /// @param handshake the longest time that one may take
    /// @throws IOException where a certificate or key cannot be read; the message names the file
    static TlsContexts load(
            @Nullable ProxyTls tls, Iterable<Endpoint> endpoints, Duration handshake)
            throws IOException {
        TlsContexts contexts = new TlsContexts(tls == null ? null : listening(tls), handshake);
        try {
            for (Endpoint endpoint : endpoints) {
                if (endpoint.tls() != Endpoint.Tls.NONE) {
                    contexts.servers.put(endpoint.name(), connecting(endpoint));
                }
            }
        } catch (IOException e) {
            contexts.close();
            throw e;
        }
        return contexts;
    }

    private TlsContexts(@Nullable SslContext listeners, Duration handshake) {
        this.listeners = listeners;
        this.handshake = handshake;
    }

    /// For a client's connection; it shakes hands as soon as it is in the pipeline.
    SslHandler forClient(ByteBufAllocator allocator) {
        SslContext context = listeners;
        if (context == null) {
            throw new IllegalStateException("bug: a listener has TLS without a certificate");
        }
        SslHandler handler = context.newHandler(allocator);
        handler.setHandshakeTimeoutMillis(handshake.toMillis());
        return handler;
    }

    SslHandler forServer(ByteBufAllocator allocator, Endpoint endpoint) {
        SslContext context = servers.get(endpoint.name());
        if (context == null) {
            throw new IllegalStateException("bug: no TLS settings for " + endpoint.name());
        }
        SslHandler handler = context.newHandler(allocator, endpoint.host(), endpoint.port());
        handler.setHandshakeTimeoutMillis(handshake.toMillis());
        return handler;
    }

    /// Shows this certificate to connections that come from now on.
    ///
    /// @throws IOException where it cannot be read; the earlier one stays
    synchronized void show(ProxyTls tls) throws IOException {
        SslContext before = listeners;
        listeners = listening(tls);
        if (before != null) {
            retired.add(before);
        }
    }

    /// Frees what BoringSSL holds. No connection may be left.
    @Override
    public void close() {
        ReferenceCountUtil.release(listeners);
        retired.forEach(ReferenceCountUtil::release);
        servers.values().forEach(ReferenceCountUtil::release);
    }

    private static SslContext listening(ProxyTls tls) throws IOException {
        for (Path file : new Path[] {tls.certificate(), tls.key()}) {
            if (!Files.isReadable(file)) {
                throw new IOException("tls: cannot read " + file);
            }
        }
        try {
            return SslContextBuilder.forServer(tls.certificate().toFile(), tls.key().toFile())
                    .sslProvider(PROVIDER)
                    .build();
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException(
                    "tls: "
                            + tls.certificate()
                            + " and "
                            + tls.key()
                            + " are not a PEM certificate and its key: "
                            + e.getMessage(),
                    e);
        }
    }

    private static SslContext connecting(Endpoint endpoint) throws IOException {
        try {
            return SslContextBuilder.forClient()
                    .sslProvider(PROVIDER)
                    .trustManager(endpoint.trust().manager())
                    .endpointIdentificationAlgorithm(
                            endpoint.trust().checksHostName() ? "HTTPS" : null)
                    .build();
        } catch (IOException e) {
            throw new IOException("servers." + endpoint.name() + ".trust: " + e.getMessage(), e);
        }
    }
}
