package org.imapmirror.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/// Waits for the header of the PROXY protocol, which comes before anything else, TLS included, and
/// then lets the session begin. Without a good one in time the connection is closed: nothing can be
/// said to somebody who speaks another protocol.
final class HeaderHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(HeaderHandler.class);

    /// Octets of the fields behind the addresses in version 2; nothing of them is used.
    private static final int MOST_FIELDS = 4096;

    private final ProxyMetrics metrics;
    private final BiConsumer<Channel, Caller> then;
    private final ScheduledFuture<?> deadline;
    private boolean over;

    /// @param then puts what follows into the pipeline
    private HeaderHandler(
            Channel channel,
            Duration limit,
            ProxyMetrics metrics,
            BiConsumer<Channel, Caller> then) {
        this.metrics = metrics;
        this.then = then;
        this.deadline =
                channel.eventLoop()
                        .schedule(
                                () -> fail(channel, "no PROXY header in time"),
                                limit.toMillis(),
                                TimeUnit.MILLISECONDS);
    }

    static void await(
            Channel channel,
            Duration limit,
            ProxyMetrics metrics,
            BiConsumer<Channel, Caller> then) {
        channel.pipeline()
                .addLast(new HAProxyMessageDecoder(MOST_FIELDS))
                .addLast(new HeaderHandler(channel, limit, metrics, then));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        HAProxyMessage header = (HAProxyMessage) message;
        Caller caller;
        try {
            caller = caller(ctx.channel(), header);
        } catch (IllegalArgumentException _) {
            fail(ctx.channel(), "a PROXY header with an address that is none");
            return;
        } finally {
            header.release();
        }
        over = true;
        deadline.cancel(false);
        metrics.headersOk.increment();
        then.accept(ctx.channel(), caller);
        ctx.pipeline().remove(this);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            fail(ctx.channel(), "the connection ended before its PROXY header");
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        fail(ctx.channel(), "the connection ended before its PROXY header");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        fail(ctx.channel(), "no PROXY header, or a malformed one");
    }

    /// What a health check of the proxy itself sends, or a family that is not ours, says nothing
    /// about a client: then the socket's own addresses stand.
    private static Caller caller(Channel channel, HAProxyMessage header) {
        boolean tcp =
                header.proxiedProtocol() == HAProxyProxiedProtocol.TCP4
                        || header.proxiedProtocol() == HAProxyProxiedProtocol.TCP6;
        if (header.command() == HAProxyCommand.LOCAL || !tcp) {
            return Caller.of(channel);
        }
        return new Caller(
                end(header.sourceAddress(), header.sourcePort()),
                end(header.destinationAddress(), header.destinationPort()));
    }

    private static InetSocketAddress end(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    private void fail(Channel channel, String reason) {
        if (!over) {
            over = true;
            deadline.cancel(false);
            metrics.headersRefused.increment();
            LOG.atInfo()
                    .addKeyValue("peer", Caller.of(channel).describe())
                    .addKeyValue("reason", reason)
                    .log("connection refused");
            channel.close();
        }
    }
}
