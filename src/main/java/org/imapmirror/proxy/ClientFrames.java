package org.imapmirror.proxy;

import org.imapmirror.imap.Frame;
import org.jspecify.annotations.Nullable;

/// The client's frames on their way to the primary.
record ClientFrames(Session session) implements Conduit.Owner {
    @Override
    public Step judge(Frame frame) {
        return session.phase().client(frame);
    }

    @Override
    public byte @Nullable [] instead(Frame frame) {
        return null;
    }

    @Override
    public void passed(Frame frame) {
        session.dialogue().sent(frame);
    }

    @Override
    public void rejected(byte[] response) {
        session.say(response);
    }

    @Override
    public void close(byte[] farewell) {
        session.leave(farewell);
    }

    @Override
    public void drained() {
        session.check();
    }
}
