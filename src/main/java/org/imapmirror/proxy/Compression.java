package org.imapmirror.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;

import org.imapmirror.imap.Frame;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/// `COMPRESS DEFLATE` (RFC 4978) of a session whose client is logged in. The primary never sees it:
/// what is between it and the proxy stays as it is.
final class Compression {
    static final String COMMAND = "COMPRESS";

    private static final Logger LOG = LoggerFactory.getLogger(Compression.class);

    private final Session session;
    private final Channel client;
    private final int level;
    private boolean active;

    /// @param level of [Deflater]; 0 where the listener offers none
    Compression(Session session, Channel client, int level) {
        this.session = session;
        this.client = client;
        this.level = level;
    }

    boolean isOffered() {
        return level > 0;
    }

    /// Like STARTTLS it waits until earlier commands are answered.
    Step judge(Frame.Line line, String tag) {
        String text = new String(line.text(), StandardCharsets.ISO_8859_1);
        if (line.literal() != null || line.truncated() || !text.matches("[^ ]+ [^ ]+ [^ ]+")) {
            return new Step.Reject(Replies.bad(tag, "COMPRESS needs the name of a mechanism"));
        }
        if (active) {
            return new Step.Reject(Replies.no(tag, "[COMPRESSIONACTIVE] DEFLATE is active"));
        }
        if (!Words.third(line.text()).equals("DEFLATE")) {
            return new Step.Reject(Replies.no(tag, "Unknown compression mechanism"));
        }
        CompletableFuture<Step> done = new CompletableFuture<>();
        var unused =
                session.dialogue()
                        .quiet()
                        .thenRun(() -> session.between(() -> done.complete(begin(tag))));
        return new Step.Hold(done);
    }

    /// What the client sent behind the command may be compressed or not: then the session ends.
    private Step begin(String tag) {
        ChannelHandlerContext last = client.pipeline().context(ClientHandler.class);
        if (session.fromClient().behind() > 0 || last == null) {
            session.about(LOG.atWarn()).log("commands behind COMPRESS; the session ends");
            return new Step.Close(Replies.BEHIND_COMPRESS);
        }
        session.say(Replies.ok(tag, "Begin compression"));
        active = true;
        session.metrics().compressed.increment();
        client.pipeline()
                .addBefore(last.name(), "inflate", new Inflating(new Inflater(true), this::rest))
                .addBefore(last.name(), "deflate", new Deflating(() -> new Deflater(level, true)));
        return Step.SWALLOW;
    }

    /// Reads nothing more of the client until other sessions had their turn.
    private void rest() {
        Conduit fromClient = session.fromClient();
        fromClient.block(Conduit.Block.PAUSED);
        client.eventLoop().execute(() -> fromClient.unblock(Conduit.Block.PAUSED));
    }
}
