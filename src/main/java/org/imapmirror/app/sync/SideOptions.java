package org.imapmirror.app.sync;

import org.imapmirror.app.config.Config;
import org.imapmirror.app.config.ConfigException;
import org.imapmirror.app.config.ConfigLoader;
import org.imapmirror.event.Account;
import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Trust;
import org.imapmirror.mailstore.CapturedLogins;
import org.imapmirror.mailstore.ClientLimits;
import org.imapmirror.mailstore.LoginAs;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/// What the command line says about one of the two sides. `PairOptions` has the options themselves.
///
/// @param side `source` or `target`, which is what the options are called by
/// @param url a server, or null where `server` names one of the configuration
/// @param config the configuration file that has `server`
/// @param account whose mailboxes, where the server is one of the configuration
/// @param ask for a password on the terminal, where no option has one
/// @param admin who logs in for the user; with `{user}` in it, the whole login name
record SideOptions(
        String side,
        @Nullable String url,
        @Nullable String server,
        @Nullable Path config,
        @Nullable String account,
        Password password,
        @Nullable String admin,
        AdminBy adminBy,
        Auth auth,
        @Nullable String trust,
        Duration timeout,
        boolean ask) {

    /// Where the password, or token, comes from; at most one of them.
    record Password(@Nullable Path file, @Nullable String environment, @Nullable String command) {
        static final Password NONE = new Password(null, null, null);
    }

    /// How an administrator acts for a user.
    enum AdminBy {
        AUTHZID,
        PROXYAUTH
    }

    /// What the secret is.
    enum Auth {
        /// A password, by AUTHENTICATE PLAIN or LOGIN.
        PASSWORD,
        TOKEN,
        CRAM_MD5,
        SCRAM_SHA_1,
        SCRAM_SHA_256;

        /// As it is written: `scram-sha-256`.
        @Override
        public String toString() {
            return ReportText.name(this);
        }
    }

    /// The same with another server; null keeps it.
    SideOptions at(@Nullable String otherUrl) {
        return otherUrl == null
                ? this
                : new SideOptions(
                        side, otherUrl, null, config, account, password, admin, adminBy, auth,
                        trust, timeout, ask);
    }

    /// The same for many accounts, which would all ask at the same time.
    SideOptions notAsking() {
        return new SideOptions(
                side, url, server, config, account, password, admin, adminBy, auth, trust, timeout,
                false);
    }

    private String option(String rest) {
        return "--" + side + rest;
    }

    /// @param user whose mailboxes; null for the one of the URL or of `account`
    /// @param secret null where the options tell where it is
    ServerSide open(@Nullable String user, @Nullable String secret, Consumer<String> warnings)
            throws UsageException, UnavailableException, ConfigException {
        ClientLimits limits = limits();
        if (url == null) {
            if (server == null) {
                throw new UsageException(
                        option("")
                                + " is missing: write "
                                + option(" imaps://user@host")
                                + ", or --config and "
                                + option("-server")
                                + " NAME");
            }
            return configured(user, secret, limits, warnings);
        }
        ServerAddress address = ServerAddress.parse(option(""), url);
        String who = user == null ? address.user() : user;
        if (who == null) {
            throw new UsageException(
                    option("") + ": whose mailboxes? Write " + option(" imaps://user@host"));
        }
        Endpoint endpoint =
                new Endpoint(side, address.host(), address.port(), address.tls(), trust(trust));
        LoginAs login = login(who, secret(who + " at " + address.host(), secret));
        Candidates servers =
                new Candidates(
                        List.of(endpoint),
                        warnings,
                        option("-trust")
                                + " with its authority's PEM file or sha256:FINGERPRINT says what"
                                + " to believe; the host has to be the name in the certificate");
        return new ServerSide(servers, who, login, limits);
    }

    private ServerSide configured(
            @Nullable String user,
            @Nullable String secret,
            ClientLimits limits,
            Consumer<String> warnings)
            throws UsageException, ConfigException, UnavailableException {
        if (config == null) {
            throw new UsageException(
                    option("-server") + " is the name of a server in a file: add --config FILE");
        }
        Config loaded = ConfigLoader.load(config);
        Config.Server found = server == null ? null : loaded.servers().get(server);
        if (found == null) {
            throw new UsageException(
                    option("-server")
                            + ": "
                            + config
                            + " has no server "
                            + server
                            + ", only "
                            + String.join(", ", loaded.servers().keySet()));
        }
        String who = user == null ? account : user;
        if (who == null) {
            throw new UsageException("whose mailboxes? Add --account NAME");
        }
        LoginAs login;
        if (secret != null || !password.equals(Password.NONE)) {
            login = login(who, secret(who, secret));
        } else {
            Account canonical;
            try {
                canonical = loaded.routes().rules().canonical(who);
            } catch (IllegalArgumentException e) {
                throw new UsageException("--account: " + e.getMessage(), e);
            }
            login =
                    found.login()
                            .method(new CapturedLogins(), loaded.routes().rules())
                            .loginFor(canonical);
        }
        if (login == null) {
            throw new UsageException(
                    "the configuration has no login for "
                            + who
                            + " at "
                            + server
                            + " (captured logins exist in the running proxy only); add "
                            + option("-password-file"));
        }
        Candidates servers = new Candidates(List.of(found.endpoint()), warnings, null);
        return new ServerSide(servers, who, login, limits);
    }

    private ClientLimits limits() {
        ClientLimits base = ClientLimits.DEFAULT;
        return base.withTimeouts(
                base.connect().compareTo(timeout) < 0 ? base.connect() : timeout, timeout, timeout);
    }

    private LoginAs login(String user, String secret) throws UsageException {
        try {
            if (auth == Auth.TOKEN) {
                return new LoginAs.Bearer(user, secret);
            }
            if (auth != Auth.PASSWORD) {
                if (admin != null) {
                    throw new UsageException(
                            option("-admin") + " is possible with passwords by PLAIN only");
                }
                return new LoginAs.Challenged(
                        user, secret, LoginAs.Challenged.Mechanism.valueOf(auth.name()));
            }
            if (admin == null) {
                return new LoginAs.Plain(user, secret);
            }
            if (admin.contains("{user}")) {
                return new LoginAs.Plain(admin.replace("{user}", user), secret);
            }
            return adminBy == AdminBy.PROXYAUTH
                    ? new LoginAs.ProxyAuth(admin, secret, user)
                    : new LoginAs.Authzid(admin, secret, user);
        } catch (IllegalArgumentException e) {
            throw new UsageException(option("") + ": " + e.getMessage(), e);
        }
    }

    private String secret(String whose, @Nullable String given)
            throws UsageException, UnavailableException {
        if (given != null) {
            return given;
        }
        if (password.file() != null) {
            return Secrets.fromFile(option("-password-file"), password.file());
        }
        if (password.environment() != null) {
            return Secrets.fromEnvironment(option("-password-env"), password.environment());
        }
        if (password.command() != null) {
            return Secrets.fromCommand(option("-password-command"), password.command());
        }
        String typed =
                !ask
                        ? null
                        : Secrets.fromTerminal(
                                "Password of "
                                        + (admin == null || admin.contains("{user}")
                                                ? ""
                                                : admin + " for ")
                                        + whose);
        if (typed == null) {
            throw new UsageException(
                    "no password for "
                            + whose
                            + ": add "
                            + option("-password-file FILE")
                            + ", "
                            + option("-password-env NAME")
                            + " or "
                            + option("-password-command COMMAND"));
        }
        return typed;
    }

    private Trust trust(@Nullable String text) throws UsageException {
        try {
            Trust parsed = text == null ? new Trust.System() : Trust.parse(text);
            if (parsed instanceof Trust.Authority) {
                // A file that cannot be used is told now; to read the JDK's takes time, and may
                // not be needed.
                parsed.manager();
            }
            return parsed;
        } catch (IllegalArgumentException | IOException e) {
            throw new UsageException(
                    option("-trust")
                            + ": "
                            + e.getMessage()
                            + "; write system, insecure, sha256:FINGERPRINT or the path of a PEM"
                            + " file with the authority's certificate",
                    e);
        }
    }
}
