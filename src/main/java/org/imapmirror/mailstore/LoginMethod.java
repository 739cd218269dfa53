package org.imapmirror.mailstore;

import org.imapmirror.event.Account;
import org.jspecify.annotations.Nullable;

/// How the lanes and sweeps log in to a server for an account.
public sealed interface LoginMethod {
    /// Stands for the account in a master user's pattern.
    String USER = "{user}";

    /// The credentials for an account; null where there are none (yet).
    @Nullable LoginAs loginFor(Account account);

    /// As the user did at the proxy.
    record Captured(CapturedLogins logins) implements LoginMethod {
        @Override
        public @Nullable LoginAs loginFor(Account account) {
            return logins.loginFor(account);
        }
    }

    /// As a user who may log in for others by the form of the name.
    ///
    /// @param userPattern with `{user}` in it, for example `{user}*master`
    record Master(String userPattern, String password) implements LoginMethod {
        public Master {
            if (!userPattern.contains(USER)) {
                throw new IllegalArgumentException(
                        "a master user's name needs {user} in it, for example {user}*master");
            }
        }

        @Override
        public LoginAs loginFor(Account account) {
            return new LoginAs.Plain(userPattern.replace(USER, account.name()), password);
        }

        @Override
        public String toString() {
            return "Master[" + userPattern + "]";
        }
    }

    /// As a user who may act for others by AUTHENTICATE PLAIN.
    record Authzid(String user, String password) implements LoginMethod {
        @Override
        public LoginAs loginFor(Account account) {
            return new LoginAs.Authzid(user, password, account.name());
        }

        @Override
        public String toString() {
            return "Authzid[" + user + "]";
        }
    }

    /// As a file tells.
    record Table(LoginTable logins) implements LoginMethod {
        @Override
        public @Nullable LoginAs loginFor(Account account) {
            return logins.loginFor(account);
        }
    }
}
