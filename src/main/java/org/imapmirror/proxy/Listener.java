package org.imapmirror.proxy;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/// One open port.
final class Listener {
    private static final int BACKLOG = 1024;

    private final Channel channel;

    private Listener(Channel channel) {
        this.channel = channel;
    }

    /// @param facilities asked for each connection
    /// @throws IOException where the port cannot be had; the message names it
    static Listener open(
            ListenerConfig config,
            EventLoopGroup loops,
            Supplier<Facilities> facilities,
            Sessions sessions)
            throws IOException {
        ServerBootstrap bootstrap =
                new ServerBootstrap()
                        .group(loops)
                        .channel(Transport.LISTENING)
                        .option(ChannelOption.SO_BACKLOG, BACKLOG)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childHandler(new Pipeline(config, facilities, sessions));
        Sockets.options(bootstrap::childOption);
        var bound = bootstrap.bind(new InetSocketAddress(config.host(), config.port()));
        bound.awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "cannot listen on " + config.describe() + ": " + bound.cause().getMessage(),
                    bound.cause());
        }
        return new Listener(bound.channel());
    }

    InetSocketAddress address() {
        return (InetSocketAddress) channel.localAddress();
    }

    void close() {
        channel.close().awaitUninterruptibly();
    }

    /// The pipeline of a client's channel.
    private static final class Pipeline extends ChannelInitializer<SocketChannel> {
        private final ListenerConfig config;
        private final Supplier<Facilities> now;
        private final Sessions sessions;

        Pipeline(ListenerConfig config, Supplier<Facilities> now, Sessions sessions) {
            this.config = config;
            this.now = now;
            this.sessions = sessions;
        }

        @Override
        protected void initChannel(SocketChannel channel) {
            Facilities facilities = now.get();
            if (!sessions.admit()) {
                facilities.metrics().limited(Limit.BEFORE_LOGIN);
                channel.writeAndFlush(
                                config.tls() == ListenerConfig.Tls.IMPLICIT
                                        ? Unpooled.EMPTY_BUFFER
                                        : Unpooled.wrappedBuffer(Replies.CROWDED))
                        .addListener(ChannelFutureListener.CLOSE);
                return;
            }
            Caller peer = Caller.of(channel);
            if (Network.anyContains(config.headerFrom(), peer.address())) {
                AtomicBoolean begun = new AtomicBoolean();
                channel.closeFuture()
                        .addListener(_ -> {
                            if (!begun.get()) {
                                sessions.turnedAway();
                            }
                        });
                HeaderHandler.await(
                        channel,
                        facilities.limits().login().time(),
                        facilities.metrics(),
                        (_, caller) -> {
                            begun.set(true);
                            begin(channel, caller, facilities).accepted();
                        });
            } else {
                begin(channel, peer, facilities);
            }
        }

        private Session begin(Channel channel, Caller caller, Facilities facilities) {
            if (config.tls() == ListenerConfig.Tls.IMPLICIT) {
                channel.pipeline().addLast(facilities.tls().forClient(channel.alloc()));
            }
            Session session = new Session(channel, caller, config, facilities, sessions);
            sessions.add(session);
            channel.pipeline().addLast(new ClientHandler(session));
            return session;
        }
    }
}
