package org.imapmirror.proxy;

import io.micrometer.core.instrument.Timer;

import org.imapmirror.event.Account;
import org.imapmirror.imap.Frame;
import org.imapmirror.route.Routes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.CompletionStage;

/// Somebody is logged in: everything goes on as the tap says. A tap that fails is left out from
/// then on; the client's session goes on without it.
final class Relaying implements Phase {
    private static final Logger LOG = LoggerFactory.getLogger(Relaying.class);

    private final Session session;
    private @Nullable SessionTap tap;

    private Relaying(Session session, @Nullable SessionTap tap) {
        this.session = session;
        this.tap = tap;
    }

    /// The primary said OK to a login.
    ///
    /// @param claim who says to be acted for; null where that could not be read
    static Relaying as(LoginExchange.@Nullable Claim claim, Session session) {
        session.metrics().loginsOk.increment();
        Account account = claim == null ? null : account(claim, session);
        session.loggedIn(account);
        SessionTap tap =
                claim == null || account == null
                        ? null
                        : tap(account, claim.credentials(), session);
        return new Relaying(session, tap);
    }

    private static @Nullable Account account(LoginExchange.Claim claim, Session session) {
        try {
            return session.facilities().routes().rules().canonical(claim.user());
        } catch (IllegalArgumentException _) {
            LOG.atWarn()
                    .addKeyValue("session", session.id())
                    .log("the login name stands for no account; the session is not mirrored");
            return null;
        }
    }

    private static @Nullable SessionTap tap(
            Account account, Tap.@Nullable Credentials credentials, Session session) {
        Routes routes = session.facilities().routes();
        if (routes.mirrorsOf(account).isEmpty()) {
            return null;
        }
        try {
            return session.facilities().tap().loggedIn(session.login(account, credentials));
        } catch (RuntimeException e) {
            LOG.atError()
                    .addKeyValue("session", session.id())
                    .addKeyValue("account", account)
                    .setCause(e)
                    .log("capture failed at login; the session is not mirrored");
            return null;
        }
    }

    /// Nobody follows the session although the account is mirrored.
    boolean misses(@Nullable Account account) {
        return tap == null
                && account != null
                && !session.facilities().routes().mirrorsOf(account).isEmpty();
    }

    @Override
    public Step client(Frame frame) {
        if (frame instanceof Frame.Line line
                && !line.continued()
                && !session.dialogue().inExchange()) {
            String tag = Words.tag(line.text());
            String name = Words.second(line.text());
            if (tag.isEmpty() && line.literal() != null) {
                return new Step.Reject(Replies.BAD_TAG);
            }
            if (!tag.isEmpty()
                    && name.equals(Compression.COMMAND)
                    && session.compression().isOffered()) {
                return session.compression().judge(line, tag);
            }
            if (!tag.isEmpty() && (Hidden.command(name) || name.equals("STARTTLS"))) {
                return new Step.Reject(Replies.bad(tag, "Unknown command"));
            }
        }
        SessionTap tapped = tap;
        if (tapped == null) {
            return Step.FORWARD;
        }
        try {
            return timed(tapped.client(frame));
        } catch (RuntimeException e) {
            return detach(tapped, e);
        }
    }

    @Override
    public Step server(Frame frame) {
        SessionTap tapped = tap;
        if (tapped == null) {
            return Step.FORWARD;
        }
        try {
            return switch (tapped.server(frame)) {
                case Step.Reject _, Step.Probe _ ->
                        throw new IllegalStateException("bug: a step for the client's frames only");
                case Step step -> timed(step);
            };
        } catch (RuntimeException e) {
            return detach(tapped, e);
        }
    }

    @Override
    public boolean awaitsOutcome() {
        SessionTap tapped = tap;
        try {
            return tapped != null && tapped.awaitsOutcome();
        } catch (RuntimeException e) {
            if (tapped != null) {
                detach(tapped, e);
            }
            return false;
        }
    }

    @Override
    public void ended(boolean clean) {
        SessionTap tapped = tap;
        if (tapped != null) {
            tap = null;
            tell(tapped, clean);
        }
    }

    private Step timed(Step step) {
        CompletionStage<Step> stage =
                switch (step) {
                    case Step.Hold hold -> hold.then();
                    case Step.Probe probe -> probe.then();
                    default -> null;
                };
        if (stage != null) {
            Timer.Sample since = Timer.start();
            stage.whenComplete((_, _) -> since.stop(session.metrics().hold));
        }
        return step;
    }

    private Step detach(SessionTap failed, RuntimeException e) {
        LOG.atError()
                .addKeyValue("session", session.id())
                .setCause(e)
                .log("capture failed; the session goes on and is not mirrored");
        tap = null;
        tell(failed, false);
        return Step.FORWARD;
    }

    private void tell(SessionTap tapped, boolean clean) {
        try {
            tapped.closed(clean);
        } catch (RuntimeException e) {
            LOG.atError()
                    .addKeyValue("session", session.id())
                    .setCause(e)
                    .log("capture failed at the end of a session");
        }
    }
}
