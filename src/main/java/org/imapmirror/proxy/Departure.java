package org.imapmirror.proxy;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// Closes a client's connection so that what was said last arrives: a socket that is closed while
/// octets from the client are unread would reset the connection and lose it.
final class Departure {
    /// For the client to close its side.
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private Departure() {}

    /// @param limit for a client that reads slowly
    static void of(Channel client, boolean clientEnded, Duration limit) {
        if (!client.isActive()) {
            client.close();
            return;
        }
        if (client.pipeline().get(Inflating.class) != null) {
            // What still comes is thrown away as it is.
            client.pipeline().remove(Inflating.class);
        }
        client.eventLoop().schedule(() -> client.close(), limit.toMillis(), TimeUnit.MILLISECONDS);
        client.writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(_ -> {
                    if (clientEnded || !client.isActive()) {
                        client.close();
                    } else {
                        endOutput(client);
                    }
                });
    }

    private static void endOutput(Channel client) {
        SslHandler tls = client.pipeline().get(SslHandler.class);
        if (tls == null) {
            shutDown(client);
        } else {
            tls.closeOutbound().addListener(_ -> shutDown(client));
        }
    }

    private static void shutDown(Channel client) {
        ((SocketChannel) client).shutdownOutput();
        client.eventLoop()
                .schedule(() -> client.close(), PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        client.config().setAutoRead(true);
    }
}
