package org.imapmirror.proxy;

import org.imapmirror.imap.Frame;

/// Follows one session after its login. Every method is called on the session's event loop, in the
/// order of the bytes, before the frame's bytes are forwarded; none may block.
///
/// The relay owns framing: it scans both directions, waits with reading from the client while a
/// synchronizing literal is undecided, and drops the client's literal when the primary answers the
/// command instead of asking for it. Continuation requests are lines like any other.
public interface SessionTap {

    /// A frame from the client. For [Frame.LiteralData] the view is valid only during the call.
    Step client(Frame frame);

    /// A frame from the primary. [Step.Reject] and [Step.Probe] are not allowed here.
    Step server(Frame frame);

    /// True while commands are unanswered whose outcome matters: when the client is gone, the relay
    /// reads the primary on for a bounded time until this turns false.
    boolean awaitsOutcome();

    /// Both sides are closed, or the relay gave up waiting. The last call.
    ///
    /// @param clean the primary answered everything that was forwarded to it
    void closed(boolean clean);
}
