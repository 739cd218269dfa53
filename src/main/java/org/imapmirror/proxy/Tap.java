package org.imapmirror.proxy;

import org.imapmirror.event.Account;
import org.imapmirror.event.Origin;
import org.jspecify.annotations.Nullable;

import java.util.Set;

/// Is told of every session that logged in.
public interface Tap {

    /// The primary's tagged OK to LOGIN or AUTHENTICATE was read and is not yet forwarded. Called
    /// on the session's event loop; must not block.
    ///
    /// @return what follows this session
    SessionTap loggedIn(Login login);

    /// @param account who is acted for
    /// @param server the primary's key in the configuration
    /// @param credentials what the client showed, null where it cannot be used again (master-user,
    ///   token and challenge logins)
    /// @param capabilities those that the primary has told, upper case; empty where it has not yet
    record Login(
            Account account,
            Origin origin,
            String server,
            @Nullable Credentials credentials,
            Set<String> capabilities) {}

    /// A user name and password. [#toString] never shows the password.
    record Credentials(String user, String password) {
        @Override
        public String toString() {
            return "Credentials[" + user + "]";
        }
    }
}
