package org.imapmirror.proxy;

import org.imapmirror.imap.Frame;

/// The client has connected; the primary does not stand behind it yet, so that nothing is read.
record Arriving() implements Phase {
    @Override
    public Step client(Frame frame) {
        throw new IllegalStateException("bug: a client is heard before its primary is there");
    }

    @Override
    public Step server(Frame frame) {
        throw new IllegalStateException("bug: a primary is heard before it is there");
    }

    Anonymous greeted(Session session) {
        return new Anonymous(session);
    }
}
