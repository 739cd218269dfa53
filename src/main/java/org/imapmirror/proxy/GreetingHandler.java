package org.imapmirror.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

import org.imapmirror.imap.Endpoint;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/// Carries out a [Greeting] on a fresh connection, then leaves the pipeline.
final class GreetingHandler extends ChannelInboundHandlerAdapter {
    /// More than a server has to say before the first command.
    private static final int MOST = 64 * 1024;

    private final Endpoint endpoint;
    private final TlsContexts tls;
    private final Consumer<Dialed> done;
    private final Greeting greeting;
    private final ByteBuf received = Unpooled.buffer(256);
    private boolean over;

    GreetingHandler(Endpoint endpoint, Greeting greeting, TlsContexts tls, Consumer<Dialed> done) {
        this.endpoint = endpoint;
        this.greeting = greeting;
        this.tls = tls;
        this.done = done;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf octets = (ByteBuf) message;
        try {
            received.writeBytes(octets);
        } finally {
            octets.release();
        }
        int end;
        while (!over && (end = received.bytesBefore((byte) '\n')) >= 0) {
            String line = received.readCharSequence(end, StandardCharsets.ISO_8859_1).toString();
            received.skipBytes(1);
            follow(ctx, greeting.line(line.endsWith("\r") ? line.substring(0, end - 1) : line));
        }
        if (!over && received.readableBytes() > MOST) {
            fail(ctx, "sends too much before the first command", "check that it speaks IMAP");
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (!handshake.isSuccess()) {
                fail(ctx, handshake.cause());
            } else if (endpoint.tls() == Endpoint.Tls.STARTTLS) {
                follow(ctx, greeting.secured());
            }
        } else if (event instanceof ChannelInputShutdownEvent) {
            channelInactive(ctx);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        fail(
                ctx,
                "closed the connection before its greeting",
                "see the server's own log; check servers." + endpoint.name() + ".tls");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        fail(ctx, cause);
    }

    private void follow(ChannelHandlerContext ctx, Greeting.Next next) {
        switch (next) {
            case Greeting.Next.Read _ -> {}
            case Greeting.Next.Send(byte[] octets) ->
                    ctx.writeAndFlush(Unpooled.wrappedBuffer(octets));
            case Greeting.Next.StartTls _ -> {
                received.clear();
                ctx.pipeline().addFirst(tls.forServer(ctx.alloc(), endpoint));
            }
            case Greeting.Next.Ready(String line, byte[] rest) -> {
                over = true;
                ctx.writeAndFlush(Unpooled.wrappedBuffer(rest));
                ctx.pipeline().remove(this);
                done.accept(new Dialed.Upstream(endpoint, ctx.channel(), line, received));
            }
            case Greeting.Next.Failed(String reason, String remedy, String farewell) ->
                    fail(ctx, new Dialed.Unreachable(endpoint, reason, remedy, farewell));
        }
    }

    private void fail(ChannelHandlerContext ctx, Throwable cause) {
        fail(ctx, DialFailures.explain(endpoint, cause));
    }

    private void fail(ChannelHandlerContext ctx, String reason, String remedy) {
        fail(ctx, new Dialed.Unreachable(endpoint, reason, remedy));
    }

    private void fail(ChannelHandlerContext ctx, Dialed.Unreachable failure) {
        if (!over) {
            over = true;
            received.release();
            ctx.close();
            done.accept(failure);
        }
    }
}
