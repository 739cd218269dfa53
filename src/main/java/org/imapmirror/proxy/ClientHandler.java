package org.imapmirror.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

/// The client's channel tells its session what happens.
final class ClientHandler extends ChannelInboundHandlerAdapter {
    private final Session session;

    ClientHandler(Session session) {
        this.session = session;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        session.accepted();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object octets) {
        session.fromClient().accept((ByteBuf) octets);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        session.fromClient().flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        session.clientWritable();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            session.clientSecured(handshake);
        } else if (event instanceof ChannelInputShutdownEvent) {
            session.clientEnded();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        session.clientGone();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        session.failed(ctx.channel(), cause);
    }
}
