package org.imapmirror.app.config;

import java.nio.file.Path;

/// How lanes and sweeps log in to a server on behalf of an account.
public sealed interface ServerLogin {

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
    /// @param file CSV
    record Table(Path file) implements ServerLogin {}
}
