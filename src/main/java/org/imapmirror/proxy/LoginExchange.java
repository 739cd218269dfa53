package org.imapmirror.proxy;

import org.imapmirror.imap.Frame;
import org.imapmirror.imap.Sasl;
import org.jspecify.annotations.Nullable;

/// Reads who logs in from the client's frames of one LOGIN or AUTHENTICATE. It changes nothing and
/// never fails: what it cannot read is a login of nobody that is known.
sealed interface LoginExchange permits LoginCommand, SaslExchange {

    /// Who is acted for, and what can be shown to a server to act for them again.
    ///
    /// @param user who is acted for, as the client wrote it
    /// @param credentials null where the login cannot be repeated, or the password has not come yet
    record Claim(String user, Tap.@Nullable Credentials credentials) {
        /// A login that somebody else's password, or no password, was shown for cannot be repeated.
        static Claim of(Sasl.Identity identity) {
            String password = identity.password();
            return new Claim(
                    identity.account(),
                    password == null || identity.onBehalf()
                            ? null
                            : new Tap.Credentials(identity.login(), password));
        }

        @Override
        public String toString() {
            return "Claim[" + user + "]";
        }
    }

    /// @param name `LOGIN` or `AUTHENTICATE`
    /// @param separator between account and administrator in a login name; empty for none
    static LoginExchange of(String tag, String name, String separator) {
        return name.equals("LOGIN")
                ? new LoginCommand(tag, separator)
                : new SaslExchange(tag, separator);
    }

    String tag();

    /// A frame from the client, before it goes on.
    void client(Frame frame);

    /// Nothing more of it can come from the client: only the tagged answer can follow.
    boolean complete();

    /// What is known by now.
    @Nullable Claim claim();
}
