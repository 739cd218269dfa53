package org.imapmirror.proxy;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;

/// What both sockets of a session have in common.
final class Sockets {
    private static final int SMALLEST_READ = 512;
    private static final int FIRST_READ = 1024;
    private static final int LARGEST_READ = 32 * 1024;
    private static final int READS_PER_BATCH = 4;

    private static final RecvByteBufAllocator READS =
            new AdaptiveRecvByteBufAllocator(SMALLEST_READ, FIRST_READ, LARGEST_READ)
                    .maxMessagesPerRead(READS_PER_BATCH);
    private static final WriteBufferWaterMark WATER_MARK =
            new WriteBufferWaterMark(32 * 1024, 128 * 1024);

    private Sockets() {}

    /// `Bootstrap::option` or `ServerBootstrap::childOption`.
    @FunctionalInterface
    interface Setter {
        <T> Object set(ChannelOption<T> option, T value);
    }

    static void options(Setter setter) {
        // Without it small answers stall behind delayed acknowledgements.
        setter.set(ChannelOption.TCP_NODELAY, true);
        setter.set(ChannelOption.SO_KEEPALIVE, true);
        // The answer to LOGOUT must arrive when the client has ended its output behind it.
        setter.set(ChannelOption.ALLOW_HALF_CLOSURE, true);
        setter.set(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK);
        setter.set(ChannelOption.RECVBUF_ALLOCATOR, READS);
    }
}
