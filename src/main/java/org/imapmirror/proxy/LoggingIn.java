package org.imapmirror.proxy;

import org.imapmirror.event.Account;
import org.imapmirror.imap.Frame;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/// LOGIN or AUTHENTICATE is on its way. What the client shows goes to the primary unchanged; it is
/// remembered until the tagged answer and handed on only when that is OK.
///
/// As soon as the user is named, the account's own primary takes the place of the one that was
/// connected so far: it is told what the other one had of the login already.
final class LoggingIn implements Phase {
    private static final Logger LOG = LoggerFactory.getLogger(LoggingIn.class);

    /// Codes of a refusal that says nothing about the credentials.
    private static final Set<String> NO_VERDICT =
            Set.of("[UNAVAILABLE]", "[INUSE]", "[SERVERBUG]", "[CONTACTADMIN]", "[LIMIT]");

    private final Session session;
    private final LoginExchange exchange;
    private final Anonymous before;

    /// What the primary has had of the login, until the user is named.
    private final List<Greeting.Part> said = new ArrayList<>();

    private int octetsSaid;

    /// Completes when the answer is on its way to the client: what it sent behind LOGIN belongs to
    /// the state after it.
    private final CompletableFuture<Void> answered = new CompletableFuture<>();

    private boolean named;
    private @Nullable Phase after;

    LoggingIn(Session session, LoginExchange exchange, Anonymous before) {
        this.session = session;
        this.exchange = exchange;
        this.before = before;
    }

    @Override
    public Step client(Frame frame) {
        Step excess = before.excess(frame);
        if (excess != null) {
            return excess;
        }
        exchange.client(frame);
        LoginExchange.Claim claim = exchange.claim();
        if (!named && claim != null) {
            named = true;
            String server = serverFor(claim.user());
            if (server != null && !session.isBehind(server)) {
                return new Step.Hold(session.connect(server, said).thenApply(_ -> onward()));
            }
        }
        if (!named) {
            Greeting.Part part = part(frame);
            octetsSaid += part.octets().length;
            if (octetsSaid > session.limits().login().most()) {
                return before.excess(Limit.LINE_BEFORE_LOGIN);
            }
            said.add(part);
        }
        return onward();
    }

    @Override
    public Step server(Frame frame) {
        if (before.isUnasked(frame)) {
            return new Step.Close(Replies.ERROR);
        }
        if (frame instanceof Frame.Line line
                && !line.continued()
                && Words.first(line.text()).equals(exchange.tag())) {
            return Words.second(line.text()).equals("OK") ? accepted() : refused(line.text());
        }
        return Step.FORWARD;
    }

    private Step accepted() {
        LoginExchange.Claim claim = exchange.claim();
        Account account = claim == null ? null : account(claim.user());
        if (account != null && !session.admission().admit(account)) {
            return new Step.Close(Replies.tooManyOfAccount(exchange.tag()));
        }
        if (claim == null) {
            session.about(LOG.atWarn())
                    .log("the login does not tell whose it is; the session is not mirrored");
        }
        after = Relaying.as(claim, session);
        return Step.FORWARD;
    }

    private Step refused(byte[] answer) {
        session.metrics().loginsFailed.increment();
        after = before;
        boolean credentials =
                Words.second(answer).equals("NO") && !NO_VERDICT.contains(Words.third(answer));
        if (!credentials) {
            return Step.FORWARD;
        }
        LoginExchange.Claim claim = exchange.claim();
        Account account = claim == null ? null : account(claim.user());
        return session.admission().refused(account == null ? "" : account.name());
    }

    @Override
    public void serverPassed(Frame frame) {
        if (after != null) {
            session.become(after);
            answered.complete(null);
        }
    }

    /// Null where the name stands for no account: then the server that is there may decide.
    private @Nullable String serverFor(String user) {
        Account account = account(user);
        return account == null ? null : session.facilities().routes().primaryOf(account);
    }

    private @Nullable Account account(String user) {
        try {
            return session.facilities().routes().rules().canonical(user);
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    private Step onward() {
        return exchange.complete() ? new Step.Pace(answered) : Step.FORWARD;
    }

    private Greeting.Part part(Frame frame) {
        return switch (frame) {
            case Frame.LinePart _ -> throw new IllegalStateException("bug: a line is too long");
            case Frame.LiteralData data -> new Greeting.Part(octets(data.data()), false);
            case Frame.Line line -> {
                ByteArrayOutputStream octets = new ByteArrayOutputStream();
                octets.writeBytes(line.text());
                octets.writeBytes(new byte[] {'\r', '\n'});
                boolean asks = line.literal() == null || !line.literal().nonSync();
                yield new Greeting.Part(octets.toByteArray(), asks);
            }
        };
    }

    private static byte[] octets(ByteBuffer data) {
        byte[] octets = new byte[data.remaining()];
        data.duplicate().get(octets);
        return octets;
    }
}
