package org.imapmirror.app.config;

import org.imapmirror.mailstore.CapturedLogins;
import org.imapmirror.mailstore.LoginMethod;
import org.imapmirror.mailstore.LoginTable;
import org.imapmirror.route.AccountRules;

import java.nio.file.Path;

/// How lanes and sweeps log in to a server on behalf of an account.
public sealed interface ServerLogin {

    /// The same for those who use it.
    ///
    /// @param captured what clients showed
    /// @param rules turn the names in a table into accounts
    /// @throws IllegalArgumentException where a table cannot be read
    default LoginMethod method(CapturedLogins captured, AccountRules rules) {
        return switch (this) {
            case Captured _ -> new LoginMethod.Captured(captured);
            case Master(String user, Secret password) ->
                    new LoginMethod.Master(user, password.reveal());
            case Authzid(String user, Secret password) ->
                    new LoginMethod.Authzid(user, password.reveal());
            case Table(Path file) -> new LoginMethod.Table(new LoginTable(file, rules::canonical));
        };
    }

    /// With what the account's client showed when it last logged in through the proxy.
    record Captured() implements ServerLogin {}

    /// With a user name made of the account's and an administrator's, as Dovecot's `user*master`.
    ///
    /// @param user `{user}` stands for the account
    record Master(String user, Secret password) implements ServerLogin {}

    /// As an administrator who asks for the account: SASL PLAIN with an authorization identity (RFC
    /// 4616 section 2).
    record Authzid(String user, Secret password) implements ServerLogin {}

    /// With a table of names and passwords.
    ///
    /// @param file CSV with a header line: account, user, password
    record Table(Path file) implements ServerLogin {}
}
