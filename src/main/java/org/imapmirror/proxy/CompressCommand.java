package org.imapmirror.proxy;

import org.imapmirror.imap.Frame;

import java.nio.charset.StandardCharsets;

/// `COMPRESS DEFLATE` (RFC 4978) of somebody who is logged in. The primary never sees it: what is
/// between it and the proxy stays as it is.
final class CompressCommand {
    static final String NAME = "COMPRESS";

    private CompressCommand() {}

    /// Like STARTTLS it waits until earlier commands are answered.
    static Step judge(Frame.Line line, String tag, Session session) {
        String text = new String(line.text(), StandardCharsets.ISO_8859_1);
        if (line.literal() != null || line.truncated() || !text.matches("[^ ]+ [^ ]+ [^ ]+")) {
            return new Step.Reject(Replies.bad(tag, "COMPRESS needs the name of a mechanism"));
        }
        if (session.isCompressed()) {
            return new Step.Reject(Replies.no(tag, "[COMPRESSIONACTIVE] DEFLATE is active"));
        }
        if (!Words.third(line.text()).equals("DEFLATE")) {
            return new Step.Reject(Replies.no(tag, "Unknown compression mechanism"));
        }
        return new Step.Hold(session.dialogue().quiet().thenCompose(_ -> session.compress(tag)));
    }
}
