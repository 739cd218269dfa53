package org.imapmirror.proxy;

import io.netty.channel.Channel;

import org.imapmirror.imap.Endpoint;

/// The server behind a session, and what comes from it.
record Primary(Endpoint endpoint, Channel channel, Conduit conduit) {}
