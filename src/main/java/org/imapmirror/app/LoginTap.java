package org.imapmirror.app;

import org.imapmirror.capture.Capture;
import org.imapmirror.mailstore.CapturedLogins;
import org.imapmirror.proxy.SessionTap;
import org.imapmirror.proxy.Tap;

/// Keeps what clients showed at a login that the primary accepted, then hands the session to
/// capture.
record LoginTap(CapturedLogins logins, Capture capture) implements Tap {
    @Override
    public SessionTap loggedIn(Login login) {
        Credentials shown = login.credentials();
        if (shown != null) {
            logins.put(login.account(), shown.user(), shown.password());
        }
        return capture.loggedIn(login);
    }
}
