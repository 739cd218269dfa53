package org.imapmirror.proxy;

import io.netty.channel.Channel;

import org.imapmirror.imap.Endpoint;

/// The server behind a session, and what comes from it.
record Primary(Dialed.Upstream upstream, Conduit conduit) {
    Endpoint endpoint() {
        return upstream.endpoint();
    }

    Channel channel() {
        return upstream.channel();
    }
}
