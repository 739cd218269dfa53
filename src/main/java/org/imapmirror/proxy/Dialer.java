package org.imapmirror.proxy;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.NetUtil;

import org.imapmirror.imap.Endpoint;
import org.jspecify.annotations.Nullable;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/// Connects to servers.
final class Dialer {
    private final TlsContexts tls;
    private final Duration limit;

    /// @param limit for everything from the name to the greeting
    Dialer(TlsContexts tls, Duration limit) {
        this.tls = tls;
        this.limit = limit;
    }

    /// Connects, and completes on `loop`, where the channel will live. Never completes
    /// exceptionally.
    ///
    /// @param opening what is said to the server at once, see [Greeting]
    CompletableFuture<Dialed> dial(Endpoint endpoint, Greeting.Opening opening, EventLoop loop) {
        Attempt attempt = new Attempt(endpoint, opening, loop);
        attempt.begin();
        return attempt.outcome;
    }

    /// One connection: the server's addresses are tried in turn until one greets.
    private final class Attempt {
        private final Endpoint endpoint;
        private final Greeting.Opening opening;
        private final EventLoop loop;
        private final CompletableFuture<Dialed> outcome = new CompletableFuture<>();
        private final ScheduledFuture<?> deadline;
        private @Nullable ChannelFuture connecting;

        Attempt(Endpoint endpoint, Greeting.Opening opening, EventLoop loop) {
            this.endpoint = endpoint;
            this.opening = opening;
            this.loop = loop;
            this.deadline =
                    loop.schedule(
                            () -> end(DialFailures.slow(endpoint, limit)),
                            limit.toMillis(),
                            TimeUnit.MILLISECONDS);
        }

        void begin() {
            String host = endpoint.host();
            // It would lose a zone.
            InetAddress literal =
                    host.indexOf('%') < 0
                            ? NetUtil.createInetAddressFromIpAddressString(host)
                            : null;
            if (literal == null) {
                resolve();
            } else {
                loop.execute(() -> connect(List.of(literal).iterator()));
            }
        }

        /// The JDK's resolver blocks, so it gets a thread.
        private void resolve() {
            Thread.ofVirtual()
                    .name("resolve " + endpoint.host())
                    .start(() -> {
                        try {
                            var all = InetAddress.getAllByName(endpoint.host());
                            loop.execute(() -> connect(Arrays.asList(all).iterator()));
                        } catch (UnknownHostException e) {
                            loop.execute(() -> end(DialFailures.explain(endpoint, e)));
                        }
                    });
        }

        private void connect(Iterator<InetAddress> addresses) {
            if (outcome.isDone()) {
                return;
            }
            Bootstrap bootstrap =
                    new Bootstrap()
                            .group(loop)
                            .channel(Transport.CONNECTING)
                            // The attempt has a deadline of its own.
                            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
                            .handler(new Initializer());
            Sockets.options(bootstrap::option);
            ChannelFuture future =
                    bootstrap.connect(new InetSocketAddress(addresses.next(), endpoint.port()));
            connecting = future;
            future.addListener(_ -> {
                if (future.isSuccess()) {
                    return;
                }
                if (addresses.hasNext()) {
                    connect(addresses);
                } else {
                    end(DialFailures.explain(endpoint, failure(future)));
                }
            });
        }

        private static Throwable failure(ChannelFuture future) {
            Throwable cause = future.cause();
            return cause == null ? new ConnectException("cancelled") : cause;
        }

        private void end(Dialed result) {
            deadline.cancel(false);
            boolean mine = outcome.complete(result);
            switch (result) {
                case Dialed.Unreachable _ -> {
                    if (connecting != null) {
                        connecting.cancel(false);
                        connecting.channel().close();
                    }
                }
                case Dialed.Upstream upstream -> {
                    if (!mine) {
                        upstream.close();
                    }
                }
            }
        }

        /// The pipeline while the server is greeted: the PROXY header, TLS where it begins at once,
        /// then the greeting.
        private final class Initializer extends ChannelInitializer<SocketChannel> {
            @Override
            protected void initChannel(SocketChannel channel) {
                byte[] header = opening.caller().header(endpoint.passing().header());
                if (header.length > 0) {
                    channel.pipeline().addLast(new HeaderSender(header));
                }
                if (endpoint.tls() == Endpoint.Tls.IMPLICIT) {
                    channel.pipeline().addLast(tls.forServer(channel.alloc(), endpoint));
                }
                channel.pipeline()
                        .addLast(
                                new GreetingHandler(
                                        endpoint,
                                        new Greeting(endpoint, opening),
                                        tls,
                                        Attempt.this::end));
            }
        }
    }
}
