package org.imapmirror.proxy;

import io.netty.channel.Channel;

import org.imapmirror.imap.ProxyHeader;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/// The two ends of a client's connection: as the socket has them, or as a proxy in front of us told
/// them.
///
/// @param listener what the client connected to
record Caller(InetSocketAddress client, InetSocketAddress listener) {
    private static final InetSocketAddress UNKNOWN =
            new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 0);

    static Caller of(Channel channel) {
        return new Caller(
                channel.remoteAddress() instanceof InetSocketAddress client ? client : UNKNOWN,
                channel.localAddress() instanceof InetSocketAddress listener ? listener : UNKNOWN);
    }

    InetAddress address() {
        return client.getAddress();
    }

    /// For logs and the origin of events; without a name that somebody could have given it.
    String describe() {
        return text(client) + ":" + client.getPort();
    }

    byte[] header(ProxyHeader.Version version) {
        return ProxyHeader.of(version, end(client), end(listener));
    }

    /// The ID command that tells a server which trusts us who the client is, as Dovecot reads it.
    byte[] id(String tag, String session) {
        return Replies.line(
                "%s ID (\"x-originating-ip\" \"%s\" \"x-originating-port\" \"%d\" \"x-connected-ip\" \"%s\" \"x-connected-port\" \"%d\" \"x-session-id\" \"%s\")"
                        .formatted(
                                tag,
                                text(client),
                                client.getPort(),
                                text(listener),
                                listener.getPort(),
                                session));
    }

    private static ProxyHeader.End end(InetSocketAddress end) {
        return new ProxyHeader.End(end.getAddress().getAddress(), end.getPort());
    }

    private static String text(InetSocketAddress end) {
        String text = end.getAddress().getHostAddress();
        int scope = text.indexOf('%');
        return scope < 0 ? text : text.substring(0, scope);
    }
}
