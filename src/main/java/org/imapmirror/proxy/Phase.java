package org.imapmirror.proxy;

import org.imapmirror.imap.Frame;

/// How far a session has come. Each phase decides about frames and says which one follows; the
/// [Session] carries both out.
sealed interface Phase permits Arriving, Anonymous, LoggingIn, Relaying, Leaving {

    Step client(Frame frame);

    Step server(Frame frame);

    /// A frame of the primary went on to the client.
    default void serverPassed(@SuppressWarnings("unused") Frame frame) {}

    /// When the client is gone: somebody wants to know the answers that are outstanding.
    default boolean awaitsOutcome() {
        return false;
    }

    /// The session is over, both sides are closed.
    ///
    /// @param clean the primary answered everything that was forwarded to it
    default void ended(@SuppressWarnings("unused") boolean clean) {}
}
