package org.imapmirror.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;

/// The primary's channel tells its session what happens.
final class PrimaryHandler extends ChannelInboundHandlerAdapter {
    private final Session session;
    private final Conduit fromPrimary;

    PrimaryHandler(Session session, Conduit fromPrimary) {
        this.session = session;
        this.fromPrimary = fromPrimary;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object octets) {
        fromPrimary.accept((ByteBuf) octets);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        fromPrimary.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        session.fromClient().updateReading();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            fromPrimary.sourceEnded();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        fromPrimary.sourceEnded();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        session.failed(ctx.channel(), cause);
    }
}
