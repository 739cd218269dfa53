package org.imapmirror.proxy;

import org.imapmirror.imap.Frame;

import java.util.List;

/// The client has connected; the primary does not stand behind it yet, so that nothing is read.
record Arriving(Session session) implements Phase {

    /// Connects to the server that clients see before they say who they are.
    void connect() {
        session.fromClient().block(Conduit.Block.PAUSED);
        session.connect(session.facilities().routes().defaultPrimary(), List.of())
                .thenAccept(this::greet);
    }

    private void greet(byte[] greeting) {
        session.become(new Anonymous(session));
        session.greet(greeting);
        session.fromClient().unblock(Conduit.Block.PAUSED);
    }

    @Override
    public Step client(Frame frame) {
        throw new IllegalStateException("bug: a client is heard before its primary is there");
    }

    @Override
    public Step server(Frame frame) {
        throw new IllegalStateException("bug: a primary is heard before it is there");
    }
}
