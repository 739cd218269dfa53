package org.imapmirror.proxy;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

import org.imapmirror.event.Account;
import org.imapmirror.event.Origin;
import org.imapmirror.imap.CapabilityFilter;
import org.imapmirror.imap.FrameScanner;
import org.imapmirror.imap.FrameScanner.Side;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.zip.DataFormatException;

/// A client's connection and the primary's behind it. It carries out what its [Phase] decides.
/// Everything happens on the client channel's event loop, where the primary's channel lives too.
final class Session {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    private final String id;
    private final Channel client;
    private final Caller caller;
    private final ListenerConfig listener;
    private final Facilities facilities;
    private final Sessions sessions;
    private final Admission admission;
    private final Compression compression;
    private final Conduit fromClient;
    private final Dialogue dialogue;
    private final Timers timers;
    private final CapabilityView capabilities = new CapabilityView();
    private Phase phase = new Arriving(this);
    private @Nullable Primary primary;
    private @Nullable Account account;

    private boolean loggedIn;
    private boolean secure;
    private boolean clientEnded;
    private byte @Nullable [] stopping;

    Session(
            Channel client,
            Caller caller,
            ListenerConfig listener,
            Facilities facilities,
            Sessions sessions) {
        this.id = sessions.nextId();
        this.client = client;
        this.caller = caller;
        this.listener = listener;
        this.facilities = facilities;
        this.sessions = sessions;
        this.admission =
                new Admission(this, sessions.guests(), caller.address(), client.eventLoop());
        this.fromClient =
                new Conduit(
                        client,
                        new FrameScanner(Side.CLIENT, facilities.limits().login().line()),
                        new ClientFrames(this),
                        facilities.metrics().bytesFromClients);
        this.dialogue =
                new Dialogue(
                        fromClient,
                        facilities.limits().pipeline(),
                        () -> metrics().limited(Limit.PIPELINE));
        this.compression = new Compression(this, client, listener.compress());
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

    Phase phase() {
        return phase;
    }

    void become(Phase next) {
        about(LOG.atDebug())
                .addKeyValue("phase", next.getClass().getSimpleName())
                .log("session goes on");
        phase = next;
    }

    /// For a message about this session.
    LoggingEventBuilder about(LoggingEventBuilder event) {
        LoggingEventBuilder builder =
                event.addKeyValue("session", id).addKeyValue("client", caller.describe());
        if (account != null) {
            builder = builder.addKeyValue("account", account);
        }
        return primary == null
                ? builder
                : builder.addKeyValue("server", primary.endpoint().describe());
    }

    // The beginning.

    void accepted() {
        timers.after(limits().login().time(), () -> leave(Limit.LOGIN_TIME, Replies.LATE));
        if (listener.tls() != ListenerConfig.Tls.IMPLICIT) {
            arrive();
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
            arrive();
        }
    }

    /// The client can be spoken to.
    private void arrive() {
        if (!(phase instanceof Arriving arriving)) {
            return;
        }
        if (admission.arrive()) {
            arriving.connect();
        } else {
            leave(Limit.PER_ADDRESS, Replies.TOO_MANY);
        }
    }

    /// Connects to a server and puts it behind the client, in the place of the one before. Where
    /// that fails, the client is told so and the session ends.
    ///
    /// @param opening what the server is told first, see [Greeting]
    /// @return completes only where it succeeds, with the server's greeting
    CompletionStage<byte[]> connect(String server, List<Greeting.Part> opening) {
        if (primary != null) {
            primary.conduit().finish(null);
            primary.channel().close();
            primary = null;
        }
        CompletableFuture<byte[]> reached = new CompletableFuture<>();
        facilities
                .dialer()
                .dial(
                        facilities.server(server),
                        new Greeting.Opening(id, caller, opening),
                        client.eventLoop())
                .thenAccept(result -> {
                    switch (result) {
                        case Dialed.Unreachable failure -> unreachable(failure);
                        case Dialed.Upstream up when phase instanceof Leaving -> up.close();
                        case Dialed.Upstream up -> {
                            Primary attached = attach(up);
                            reached.complete(up.greetingOctets());
                            attached.conduit().accept(up.early());
                        }
                    }
                });
        return reached;
    }

    private Primary attach(Dialed.Upstream upstream) {
        Channel channel = upstream.channel();
        capabilities.learn(upstream.greetingOctets());
        Conduit conduit =
                new Conduit(
                        channel,
                        new FrameScanner(Side.SERVER, limits().line()),
                        new PrimaryFrames(this, capabilities),
                        metrics().bytesFromPrimary);
        Primary attached = new Primary(upstream.endpoint(), channel, conduit);
        primary = attached;
        conduit.sink(client);
        fromClient.sink(channel);
        channel.pipeline().addLast(new PrimaryHandler(this, conduit));
        return attached;
    }

    /// The primary's own greeting.
    void greet(byte[] greeting) {
        byte[] shown = capabilities.shown(greeting, offered());
        if (primary != null) {
            primary.conduit().inject(shown == null ? Replies.line(greeting) : shown);
        }
    }

    private void unreachable(Dialed.Unreachable failure) {
        metrics().unavailable.increment();
        about(LOG.atWarn())
                .addKeyValue("server", failure.endpoint().describe())
                .addKeyValue("reason", failure.reason())
                .addKeyValue("remedy", failure.remedy())
                .log("primary cannot be reached");
        leave(failure.farewell() == null ? Replies.UNAVAILABLE : Replies.line(failure.farewell()));
    }

    // Before login.

    boolean offersStartTls() {
        return listener.tls() == ListenerConfig.Tls.STARTTLS && !secure;
    }

    /// The listener lets a client log in on the connection as it is now.
    boolean offersLogin() {
        return secure || listener.loginWithoutTls();
    }

    /// Answers STARTTLS. What the client sent behind it was not protected: then the session ends.
    Step startTls(String tag) {
        say(Replies.ok(tag, "Begin TLS negotiation now"));
        if (fromClient.behind() > 0) {
            about(LOG.atWarn()).log("commands behind STARTTLS; the session ends");
            return new Step.Close(new byte[0]);
        }
        secure = true;
        // The answer is on its way already, in plain text.
        client.pipeline().addFirst(facilities.tls().forClient(client.alloc()));
        return Step.SWALLOW;
    }

    /// The primary has this SASL mechanism, and clients do not see it: who logs in could not be
    /// read, or what is said afterwards.
    boolean hides(String mechanism) {
        return capabilities.told().contains("AUTH=" + mechanism)
                && !CapabilityFilter.MECHANISMS.contains(mechanism);
    }

    /// The server's key is the one of the server behind the client.
    boolean isBehind(String server) {
        return primary != null && primary.endpoint().name().equals(server);
    }

    Admission admission() {
        return admission;
    }

    boolean isLoggedIn() {
        return loggedIn;
    }

    /// A login succeeded, and the account has not too many connections.
    ///
    /// @param who null where the name could not be read
    void loggedIn(@Nullable Account who) {
        account = who;
        loggedIn = true;
        sessions.loggedIn();
        dialogue.loggedIn();
        fromClient.scanner(new FrameScanner(Side.CLIENT, limits().line()));
        timers.afterSilence(
                limits().times().idle(),
                this::lastInput,
                () -> leave(Limit.IDLE_TIME, Replies.IDLE));
        about(LOG.atInfo()).log("logged in");
    }

    Tap.Login login(Account who, Tap.@Nullable Credentials credentials) {
        String server = primary == null ? "" : primary.endpoint().name();
        return new Tap.Login(
                who, new Origin(id, caller.describe()), server, credentials, capabilities.told());
    }

    Compression compression() {
        return compression;
    }

    /// What a client may see of the listener's own.
    CapabilityFilter.View offered() {
        return new CapabilityFilter.View(
                loggedIn, offersStartTls(), !offersLogin(), compression.isOffered());
    }

    private long lastInput() {
        long client = fromClient.lastInput();
        long server = primary == null ? client : primary.conduit().lastInput();
        return server - client > 0 ? server : client;
    }

    /// Does something between two responses to the client.
    void between(Runnable action) {
        if (primary != null) {
            primary.conduit().between(action);
        }
    }

    /// Says something of the proxy's own to the client, between two responses.
    void say(byte[] response) {
        if (primary != null) {
            primary.conduit().interject(response);
        }
    }

    void clientWritable() {
        if (primary != null) {
            primary.conduit().updateReading();
        }
    }

    // The end.

    /// The client sends nothing more; it may still read.
    void clientEnded() {
        if (phase instanceof Leaving) {
            client.close();
        } else if (!clientEnded) {
            clientEnded = true;
            timers.after(limits().times().linger(), () -> leave(null));
            fromClient.sourceEnded();
            check();
        }
    }

    /// The client's connection is closed.
    void clientGone() {
        clientEnded();
        if (primary != null) {
            primary.conduit().sink(null);
        }
        check();
    }

    /// The primary's connection is closed, and everything it sent is on its way.
    void primaryEnded() {
        if (dialogue.byeSeen()) {
            leave(null);
            return;
        }
        if (!clientEnded) {
            about(LOG.atWarn()).log("primary closed the connection");
        }
        leave(Replies.UNAVAILABLE);
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
        } else if (root instanceof DataFormatException) {
            metrics().corrupt.increment();
            about(LOG.atWarn())
                    .addKeyValue("reason", root.getMessage())
                    .log("compressed data is corrupt; the session ends");
            leave(Replies.CORRUPT);
        } else {
            about(LOG.atError()).setCause(cause).log("bug: a session failed");
            leave(Replies.ERROR);
        }
    }

    /// Ends the session as soon as nobody waits for an answer. From any thread.
    void stop() {
        client.eventLoop().execute(() -> stop(Replies.STOPPING));
    }

    private void stop(byte[] farewell) {
        stopping = farewell;
        check();
    }

    /// Other accounts may be mirrored now. Ends the session, as [#stop] does, where it logged in
    /// while its account was not: nobody follows it, and its client is followed when it comes
    /// again. From any thread.
    void reconsider() {
        client.eventLoop()
                .execute(() -> {
                    if (stopping == null
                            && phase instanceof Relaying relaying
                            && relaying.misses(account)) {
                        about(LOG.atInfo())
                                .log("mirrored from now on; the client is to log in anew");
                        stop(Replies.MIRRORED);
                    }
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
    void check() {
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
        boolean midway = primary != null && primary.conduit().midway();
        if (stopping != null && dialogue.settled() && !fromClient.waiting() && !midway) {
            leave(stopping);
        }
    }

    private void leave(Limit limit, byte[] farewell) {
        metrics().limited(limit);
        leave(farewell);
    }

    /// @param farewell said where the client is not in the middle of a response
    void leave(byte @Nullable [] farewell) {
        if (phase instanceof Leaving) {
            return;
        }
        Phase last = phase;
        boolean clean = dialogue.settled();
        become(new Leaving());
        timers.cancel();
        fromClient.finish(null);
        if (primary != null) {
            primary.conduit().finish(farewell);
            primary.channel().close();
        } else if (farewell != null && (listener.tls() != ListenerConfig.Tls.IMPLICIT || secure)) {
            client.write(Unpooled.wrappedBuffer(farewell));
        }
        Departure.of(client, clientEnded, limits().times().linger());
        Channel other = primary == null ? client : primary.channel();
        client.closeFuture()
                .addListener(_ -> other.closeFuture().addListener(_ -> ended(last, clean)));
    }

    private void ended(Phase last, boolean clean) {
        about(loggedIn ? LOG.atInfo() : LOG.atDebug())
                .addKeyValue("clean", clean)
                .log("session over");
        last.ended(clean);
        admission.depart();
        sessions.remove(this, loggedIn);
    }
}
