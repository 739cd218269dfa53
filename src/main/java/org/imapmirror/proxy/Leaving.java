package org.imapmirror.proxy;

import org.imapmirror.imap.Frame;

/// The farewell is said. Nothing goes on any more.
record Leaving() implements Phase {
    @Override
    public Step client(Frame frame) {
        return Step.SWALLOW;
    }

    @Override
    public Step server(Frame frame) {
        return Step.SWALLOW;
    }
}
