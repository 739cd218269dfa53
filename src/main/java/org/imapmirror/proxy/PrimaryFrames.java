package org.imapmirror.proxy;

import org.imapmirror.imap.Frame;
import org.jspecify.annotations.Nullable;

/// The primary's frames on their way to the client.
record PrimaryFrames(Session session, CapabilityView capabilities) implements Conduit.Owner {
    @Override
    public Step judge(Frame frame) {
        if (frame instanceof Frame.Line line && !line.continued()) {
            capabilities.learn(line.text());
        }
        return session.phase().server(frame);
    }

    @Override
    public byte @Nullable [] instead(Frame frame) {
        return frame instanceof Frame.Line line && !line.continued() && !line.truncated()
                ? capabilities.shown(line.text(), session.offered())
                : null;
    }

    @Override
    public void passed(Frame frame) {
        session.dialogue().received(frame);
        session.phase().serverPassed(frame);
        session.check();
    }

    @Override
    public void rejected(byte[] response) {
        throw new IllegalStateException("bug: a primary is not answered");
    }

    @Override
    public void close(byte[] farewell) {
        session.leave(farewell);
    }

    @Override
    public void drained() {
        session.primaryEnded();
    }
}
