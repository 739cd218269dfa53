package org.imapmirror.proxy;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;

/// How sockets are waited for: with the JDK's selectors.
///
/// Not with Netty's own epoll, which in 4.2.18 loses a connection that is not being read when the
/// other side ends its output (ADR 0003): that is every answer to LOGOUT behind a slow reader.
final class Transport {
    static final String NAME = "nio";
    static final Class<? extends ServerSocketChannel> LISTENING = NioServerSocketChannel.class;
    static final Class<? extends SocketChannel> CONNECTING = NioSocketChannel.class;

    private Transport() {}

    static EventLoopGroup loops(String threads, int count) {
        return new MultiThreadIoEventLoopGroup(
                count, new DefaultThreadFactory(threads), NioIoHandler.newFactory());
    }
}
