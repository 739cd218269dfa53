package org.imapmirror.proxy;

import org.imapmirror.imap.Frame;
import org.jspecify.annotations.Nullable;

/// The client's frames on their way to the primary.
final class ClientFrames implements Conduit.Owner {
    private final Session session;
    private final CommandLimits limits;
    private final IdFields idFields = new IdFields();

    ClientFrames(Session session) {
        this.session = session;
        this.limits = new CommandLimits(session.limits().commands(), session.metrics()::limited);
    }

    @Override
    public Step judge(Frame frame) {
        if (frame instanceof Frame.Line line && line.truncated() && session.isLoggedIn()) {
            session.metrics().limited(Limit.LINE);
        }
        Step limited =
                session.dialogue().inExchange() ? null : limits.check(frame, session.isLoggedIn());
        return limited == null ? session.phase().client(frame) : limited;
    }

    @Override
    public byte @Nullable [] instead(Frame frame) {
        return idFields.instead(frame);
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
