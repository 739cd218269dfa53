package org.imapmirror.proxy;

import org.imapmirror.imap.Frame;
import org.jspecify.annotations.Nullable;

import java.util.concurrent.CompletableFuture;

/// LOGIN or AUTHENTICATE is on its way. What the client shows goes to the primary unchanged; it is
/// remembered until the tagged answer and handed on only when that is OK.
final class LoggingIn implements Phase {
    private final Session session;
    private final LoginExchange exchange;
    private final Anonymous before;

    /// Completes when the answer is on its way to the client: what it sent behind LOGIN belongs to
    /// the state after it.
    private final CompletableFuture<Void> answered = new CompletableFuture<>();

    private @Nullable Phase after;

    LoggingIn(Session session, LoginExchange exchange, Anonymous before) {
        this.session = session;
        this.exchange = exchange;
        this.before = before;
    }

    @Override
    public Step client(Frame frame) {
        if (before.tooLong(frame)) {
            return new Step.Close(Replies.TOO_LONG);
        }
        exchange.client(frame);
        return exchange.complete() ? new Step.Pace(answered) : Step.FORWARD;
    }

    @Override
    public Step server(Frame frame) {
        if (frame instanceof Frame.Line line
                && !line.continued()
                && Words.first(line.text()).equals(exchange.tag())) {
            after =
                    Words.second(line.text()).equals("OK")
                            ? Relaying.as(exchange.claim(), session)
                            : refused();
        }
        return Step.FORWARD;
    }

    @Override
    public void serverPassed(Frame frame) {
        if (after != null) {
            session.become(after);
            answered.complete(null);
        }
    }

    private Phase refused() {
        session.metrics().loginsFailed.increment();
        return before;
    }
}
