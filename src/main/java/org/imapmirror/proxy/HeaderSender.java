package org.imapmirror.proxy;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/// Sends the PROXY header as the first octets of a connection, before TLS, and leaves the pipeline.
final class HeaderSender extends ChannelInboundHandlerAdapter {
    private final byte[] header;

    HeaderSender(byte[] header) {
        this.header = header;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.writeAndFlush(Unpooled.wrappedBuffer(header));
        ctx.fireChannelActive();
        ctx.pipeline().remove(this);
    }
}
