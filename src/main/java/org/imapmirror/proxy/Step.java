package org.imapmirror.proxy;

import java.util.concurrent.CompletionStage;

/// What the relay does with a frame.
public sealed interface Step {
    Step FORWARD = new Forward();
    Step SWALLOW = new Swallow();

    /// On it goes, in its place.
    record Forward() implements Step {}

    /// The other side never sees it. Only for the primary's frames.
    record Swallow() implements Step {}

    /// The frame, and everything behind it in its direction, waits until the stage completes with
    /// what to do. The other direction flows on. The stage may complete on any thread and must not
    /// complete exceptionally.
    record Hold(CompletionStage<Step> then) implements Step {}

    /// The frame goes on at once; the next frame of this direction waits for the stage. For back
    /// pressure.
    record Pace(CompletionStage<?> until) implements Step {}

    /// `command` (with CRLF) is sent to the primary first; the client's frame waits for the stage,
    /// like [Hold]. The tap recognises the answer by its tag and swallows it.
    record Probe(byte[] command, CompletionStage<Step> then) implements Step {}

    /// The primary's frame is taken out of the stream, and `questions` (whole commands) are sent to
    /// the primary; when the stage completes, its octets (whole lines) go to the client in the
    /// frame's place. What comes in between goes on as the tap says. Only for a whole line, while
    /// no command of the client is outstanding or under way.
    record Inquire(byte[] questions, CompletionStage<byte[]> then) implements Step {}

    /// The client's command is answered with `response` (with CRLF), nothing of it is forwarded,
    /// and the rest of the command is discarded: the literals that its non-synchronizing headers
    /// announce, and their following lines. Only for a command's first line.
    record Reject(byte[] response) implements Step {}

    /// The session ends: the client gets `farewell` (with CRLF) and both sides are closed.
    record Close(byte[] farewell) implements Step {}
}
