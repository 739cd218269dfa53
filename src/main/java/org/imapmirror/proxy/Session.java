package org.imapmirror.proxy;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

import org.imapmirror.event.Account;
import org.imapmirror.event.Origin;
import org.imapmirror.imap.Frame;
import org.imapmirror.imap.FrameScanner;
import org.imapmirror.imap.FrameScanner.Side;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

import java.io.IOException;
import java.net.InetSocketAddress;

/// A client's connection and the primary's behind it. It carries out what its [Phase] decides.
/// Everything happens on the client channel's event loop, where the primary's channel lives too.
final class Session {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    private final String id;
    private final Channel client;
    private final String clientAddress;
    private final ListenerConfig.Tls listener;
    private final Facilities facilities;
    private final Sessions sessions;
    private final Conduit fromClient;
    private final Dialogue dialogue;
    private final Timers timers;
    private final CapabilityView capabilities = new CapabilityView();
    private Phase phase = new Arriving();
    private Dialed.@Nullable Upstream upstream;
    private @Nullable Conduit fromPrimary;
    private @Nullable Account account;
    private boolean loggedIn;
    private boolean secure;
    private boolean clientEnded;
    private boolean stopping;

    Session(Channel client, ListenerConfig.Tls listener, Facilities facilities, Sessions sessions) {
        this.id = sessions.nextId();
        this.client = client;
        this.clientAddress =
                client.remoteAddress() instanceof InetSocketAddress address
                        ? address.getHostString() + ":" + address.getPort()
                        : "";
        this.listener = listener;
        this.facilities = facilities;
        this.sessions = sessions;
        this.fromClient =
                new Conduit(
                        client,
                        new FrameScanner(Side.CLIENT, facilities.limits().login().line()),
                        new ClientFrames(),
                        facilities.metrics().bytesFromClients);
        this.dialogue = new Dialogue(fromClient, facilities.limits().pipeline());
        this.timers = new Timers(client.eventLoop());
    }

    String id() {
        return id;
    }

    Facilities facilities() {
        return facilities;
    }

    ProxyLimits limits() {
        return facilities.limits();
    }

    ProxyMetrics metrics() {
        return facilities.metrics();
    }

    Dialogue dialogue() {
        return dialogue;
    }

    Conduit fromClient() {
        return fromClient;
    }

    /// For a message about this session.
    LoggingEventBuilder about(LoggingEventBuilder event) {
        LoggingEventBuilder builder =
                event.addKeyValue("session", id).addKeyValue("client", clientAddress);
        if (account != null) {
            builder = builder.addKeyValue("account", account);
        }
        return upstream == null
                ? builder
                : builder.addKeyValue("server", upstream.endpoint().describe());
    }

    void become(Phase next) {
        about(LOG.atDebug()).addKeyValue("phase", next).log("session goes on");
        phase = next;
    }

    // The beginning.

    void accepted() {
        timers.after(limits().login().time(), () -> leave(Replies.LATE));
        if (listener != ListenerConfig.Tls.IMPLICIT) {
            connect();
        }
    }

    void clientSecured(SslHandshakeCompletionEvent handshake) {
        if (!handshake.isSuccess()) {
            about(LOG.atInfo())
                    .addKeyValue("reason", handshake.cause().getMessage())
                    .log("no TLS with the client");
            leave(null);
        } else if (phase instanceof Arriving) {
            secure = true;
            connect();
        }
    }

    private void connect() {
        fromClient.block(Conduit.Block.PAUSED);
        facilities
                .dialer()
                .dial(facilities.server(facilities.routes().defaultPrimary()), client.eventLoop())
                .thenAccept(this::dialed);
    }

    private void dialed(Dialed result) {
        switch (result) {
            case Dialed.Unreachable failure -> {
                metrics().unavailable.increment();
                about(LOG.atWarn())
                        .addKeyValue("server", failure.endpoint().describe())
                        .addKeyValue("reason", failure.reason())
                        .addKeyValue("remedy", failure.remedy())
                        .log("primary cannot be reached");
                leave(Replies.UNAVAILABLE);
            }
            case Dialed.Upstream reached -> {
                if (phase instanceof Arriving arriving) {
                    Conduit conduit = attach(reached);
                    become(arriving.greeted(this));
                    capabilities.learn(reached.greetingOctets());
                    byte[] shown = capabilities.shown(reached.greetingOctets(), offersStartTls());
                    conduit.inject(shown == null ? Replies.line(reached.greeting()) : shown);
                    conduit.accept(reached.early());
                    fromClient.unblock(Conduit.Block.PAUSED);
                } else {
                    reached.early().release();
                    reached.channel().close();
                }
            }
        }
    }

    private Conduit attach(Dialed.Upstream reached) {
        Conduit conduit =
                new Conduit(
                        reached.channel(),
                        new FrameScanner(Side.SERVER, limits().line()),
                        new PrimaryFrames(),
                        metrics().bytesFromPrimary);
        upstream = reached;
        fromPrimary = conduit;
        conduit.sink(client);
        fromClient.sink(reached.channel());
        reached.channel().pipeline().addLast(new PrimaryHandler(this, conduit));
        return conduit;
    }

    // Before login.

    boolean offersStartTls() {
        return listener == ListenerConfig.Tls.STARTTLS && !secure;
    }

    /// Answers STARTTLS. What the client sent behind it was not protected: then the session ends.
    Step startTls(String tag) {
        if (fromPrimary != null) {
            fromPrimary.inject(Replies.ok(tag, "Begin TLS negotiation now"));
        }
        if (fromClient.behind() > 0) {
            about(LOG.atWarn()).log("commands behind STARTTLS; the session ends");
            return new Step.Close(new byte[0]);
        }
        secure = true;
        // The answer above is on its way already, in plain text.
        client.pipeline().addFirst(facilities.tls().forClient(client.alloc()));
        return Step.SWALLOW;
    }

    /// The primary said OK to a login.
    ///
    /// @param who null where the name could not be read
    void loggedIn(@Nullable Account who) {
        account = who;
        loggedIn = true;
        sessions.loggedIn();
        dialogue.loggedIn();
        fromClient.scanner(new FrameScanner(Side.CLIENT, limits().line()));
        timers.afterSilence(limits().times().idle(), this::lastInput, () -> leave(Replies.IDLE));
        about(LOG.atInfo()).log("logged in");
    }

    Tap.Login login(Account who, Tap.@Nullable Credentials credentials) {
        String server = upstream == null ? "" : upstream.endpoint().name();
        return new Tap.Login(
                who, new Origin(id, clientAddress), server, credentials, capabilities.told());
    }

    private long lastInput() {
        long client = fromClient.lastInput();
        long primary = fromPrimary == null ? client : fromPrimary.lastInput();
        return primary - client > 0 ? primary : client;
    }

    // The end.

    /// The client sends nothing more; it may still read.
    void clientEnded() {
        if (!clientEnded && !(phase instanceof Leaving)) {
            clientEnded = true;
            timers.after(limits().times().linger(), () -> leave(null));
            fromClient.sourceEnded();
            check();
        } else if (phase instanceof Leaving) {
            client.close();
        }
    }

    /// The client's connection is closed.
    void clientGone() {
        clientEnded();
        if (fromPrimary != null && !(phase instanceof Leaving)) {
            fromPrimary.sink(null);
        }
        check();
    }

    void clientWritable() {
        if (fromPrimary != null) {
            fromPrimary.updateReading();
        }
    }

    /// A channel reports an error. A connection that failed is closed, and goes the way of one that
    /// was closed.
    void failed(Channel side, Throwable cause) {
        Throwable root =
                cause instanceof DecoderException && cause.getCause() != null
                        ? cause.getCause()
                        : cause;
        if (root instanceof IOException) {
            about(LOG.atDebug())
                    .addKeyValue("side", side == client ? "client" : "primary")
                    .addKeyValue("reason", root.getMessage())
                    .log("connection failed");
            side.close();
        } else {
            about(LOG.atError()).setCause(cause).log("bug: a session failed");
            leave(Replies.ERROR);
        }
    }

    /// Ends the session as soon as nobody waits for an answer. From any thread.
    void stop() {
        client.eventLoop()
                .execute(() -> {
                    stopping = true;
                    check();
                });
    }

    /// Ends the session. From any thread.
    void end() {
        client.eventLoop()
                .execute(() -> {
                    leave(Replies.STOPPING);
                    client.eventLoop().execute(client::close);
                });
    }

    /// Ends the session where it is time.
    private void check() {
        if (phase instanceof Leaving) {
            return;
        }
        if (clientEnded && (phase instanceof Arriving || fromClient.drained())) {
            boolean wanted = client.isActive() || phase.awaitsOutcome();
            if (dialogue.pending() == 0 || !wanted) {
                leave(null);
                return;
            }
        }
        boolean midway = fromPrimary != null && fromPrimary.midway();
        if (stopping && dialogue.settled() && !fromClient.waiting() && !midway) {
            leave(Replies.STOPPING);
        }
    }

    /// @param farewell said where the client is not in the middle of a response
    private void leave(byte @Nullable [] farewell) {
        if (phase instanceof Leaving) {
            return;
        }
        Phase last = phase;
        boolean clean = dialogue.settled();
        become(new Leaving());
        timers.cancel();
        fromClient.finish(null);
        if (fromPrimary != null) {
            fromPrimary.finish(farewell);
        } else if (farewell != null && (listener != ListenerConfig.Tls.IMPLICIT || secure)) {
            client.write(Unpooled.wrappedBuffer(farewell));
        }
        Departure.of(client, clientEnded, limits().times().linger());
        Channel primary = upstream == null ? null : upstream.channel();
        if (primary == null) {
            client.closeFuture().addListener(_ -> ended(last, clean));
        } else {
            primary.close();
            client.closeFuture()
                    .addListener(_ -> primary.closeFuture().addListener(_ -> ended(last, clean)));
        }
    }

    private void ended(Phase last, boolean clean) {
        about(LOG.atDebug()).addKeyValue("clean", clean).log("session over");
        last.ended(clean);
        sessions.remove(this, loggedIn);
    }

    /// The client's frames on their way to the primary.
    private final class ClientFrames implements Conduit.Owner {
        @Override
        public Step judge(Frame frame) {
            return phase.client(frame);
        }

        @Override
        public byte @Nullable [] instead(Frame frame) {
            return null;
        }

        @Override
        public void passed(Frame frame) {
            dialogue.sent(frame);
        }

        @Override
        public void rejected(byte[] response) {
            if (fromPrimary != null) {
                fromPrimary.interject(response);
            }
        }

        @Override
        public void close(byte[] farewell) {
            leave(farewell);
        }

        @Override
        public void drained() {
            check();
        }
    }

    /// The primary's frames on their way to the client.
    private final class PrimaryFrames implements Conduit.Owner {
        @Override
        public Step judge(Frame frame) {
            if (frame instanceof Frame.Line line && !line.continued()) {
                capabilities.learn(line.text());
            }
            return phase.server(frame);
        }

        @Override
        public byte @Nullable [] instead(Frame frame) {
            return frame instanceof Frame.Line line && !line.continued() && !line.truncated()
                    ? capabilities.shown(line.text(), !loggedIn && offersStartTls())
                    : null;
        }

        @Override
        public void passed(Frame frame) {
            dialogue.received(frame);
            phase.serverPassed(frame);
            check();
        }

        @Override
        public void rejected(byte[] response) {
            throw new IllegalStateException("bug: a primary is not answered");
        }

        @Override
        public void close(byte[] farewell) {
            leave(farewell);
        }

        @Override
        public void drained() {
            if (!dialogue.byeSeen() && !clientEnded) {
                about(LOG.atWarn()).log("primary closed the connection");
            }
            leave(dialogue.byeSeen() ? null : Replies.UNAVAILABLE);
        }
    }
}
