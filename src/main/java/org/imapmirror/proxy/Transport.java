package org.imapmirror.proxy;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;

/// How sockets are waited for: epoll on Linux, NIO elsewhere.
record Transport(
        String name,
        Class<? extends ServerSocketChannel> listening,
        Class<? extends SocketChannel> connecting,
        IoHandlerFactory io) {

    static Transport best() {
        return Epoll.isAvailable()
                ? new Transport(
                        "epoll",
                        EpollServerSocketChannel.class,
                        EpollSocketChannel.class,
                        EpollIoHandler.newFactory())
                : new Transport(
                        "nio",
                        NioServerSocketChannel.class,
                        NioSocketChannel.class,
                        NioIoHandler.newFactory());
    }

    EventLoopGroup loops(String threads, int count) {
        return new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory(threads), io);
    }
}
