package org.imapmirror.proxy;

import org.imapmirror.imap.Frame;
import org.imapmirror.imap.LiteralHeader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Set;
import java.util.function.Supplier;

/// The primary has greeted and nobody has logged in: its answers to CAPABILITY, NOOP, ID and LOGOUT
/// are its own, STARTTLS is the proxy's.
record Anonymous(Session session) implements Phase {
    private static final Logger LOG = LoggerFactory.getLogger(Anonymous.class);

    /// Commands that may have literals. A server which refuses another one early takes the literal
    /// for commands.
    private static final Set<String> WITH_LITERALS = Set.of("LOGIN", "ID");

    @Override
    public Step client(Frame frame) {
        Step excess = excess(frame);
        if (excess != null) {
            return excess;
        }
        return frame instanceof Frame.Line line && !line.continued() ? command(line) : Step.FORWARD;
    }

    @Override
    public Step server(Frame frame) {
        return isUnasked(frame) ? new Step.Close(Replies.ERROR) : Step.FORWARD;
    }

    /// The primary confirms a command that nobody sent, as far as is known here: it took a literal,
    /// the client's or one of ours, for commands. It might have logged somebody in.
    boolean isUnasked(Frame frame) {
        if (!(frame instanceof Frame.Line line) || line.continued()) {
            return false;
        }
        String tag = Words.first(line.text());
        boolean unasked =
                Words.second(line.text()).equals("OK")
                        && !tag.equals("*")
                        && !tag.equals("+")
                        && !session.dialogue().isOpen(tag);
        if (unasked) {
            session.about(LOG.atWarn()).log("the primary answers what was not asked");
        }
        return unasked;
    }

    /// What becomes of a frame that is more than a client may say before login; null where it is
    /// not.
    @Nullable Step excess(Frame frame) {
        return switch (frame) {
            case Frame.LinePart _ -> excess(Limit.LINE_BEFORE_LOGIN);
            case Frame.LiteralData _ -> null;
            case Frame.Line line when line.truncated() -> excess(Limit.LINE_BEFORE_LOGIN);
            case Frame.Line line when tooLarge(line.literal()) ->
                    excess(Limit.LITERAL_BEFORE_LOGIN);
            case Frame.Line _ -> null;
        };
    }

    Step excess(Limit limit) {
        session.metrics().limited(limit);
        return new Step.Close(Replies.TOO_LONG);
    }

    private boolean tooLarge(@Nullable LiteralHeader literal) {
        return literal != null && literal.size() > session.limits().login().literal();
    }

    private Step command(Frame.Line line) {
        String tag = Words.tag(line.text());
        String name = Words.second(line.text());
        if (tag.isEmpty()) {
            return line.literal() == null ? Step.FORWARD : new Step.Reject(Replies.BAD_TAG);
        }
        if (Hidden.command(name)) {
            return new Step.Reject(Replies.bad(tag, "Unknown command"));
        }
        if (line.literal() != null && !WITH_LITERALS.contains(name)) {
            return new Step.Reject(Replies.bad(tag, "No literal here before login"));
        }
        return switch (name) {
            case "STARTTLS" -> startTls(tag);
            case "LOGIN", "AUTHENTICATE" -> logIn(tag, name, line);
            default -> Step.FORWARD;
        };
    }

    private Step startTls(String tag) {
        return session.offersStartTls()
                ? whenQuiet(() -> session.startTls(tag))
                : new Step.Reject(Replies.bad(tag, "TLS is not to be had here, or there already"));
    }

    private Step logIn(String tag, String name, Frame.Line line) {
        if (!session.offersLogin()) {
            return new Step.Reject(Replies.privacyRequired(tag));
        }
        if (name.equals("AUTHENTICATE") && session.hides(Words.third(line.text()))) {
            return new Step.Reject(Replies.no(tag, "Unsupported authentication mechanism"));
        }
        return whenQuiet(() -> {
            LoginExchange exchange =
                    LoginExchange.of(
                            tag, name, session.facilities().routes().rules().masterSeparator());
            LoggingIn next = new LoggingIn(session, exchange, this);
            session.become(next);
            return next.client(line);
        });
    }

    /// What changes the connection waits until earlier commands are answered on it.
    private Step whenQuiet(Supplier<Step> then) {
        return session.dialogue().isQuiet()
                ? then.get()
                : new Step.Hold(session.dialogue().quiet().thenApply(_ -> then.get()));
    }
}
