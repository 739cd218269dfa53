package org.imapmirror.app.sync;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.time.Duration;

/// The options that name the two sides and how to log in there.
final class PairOptions {
    @Mixin Sides sides = new Sides();

    static final class Sides {
        @Option(
                names = "--source",
                paramLabel = "URL",
                description =
                        "imaps://user@host[:port] (TLS), imap://user@host (STARTTLS) or"
                                + " imap+insecure://user@host (clear text).")
        @Nullable String source;

        @Option(names = "--target", paramLabel = "URL", description = "Likewise.")
        @Nullable String target;

        @Option(
                names = "--source-password-file",
                paramLabel = "FILE",
                description =
                        "Its first line is the password. Without one of these three, the password"
                                + " is asked for on the terminal.")
        @Nullable Path sourcePasswordFile;

        @Option(names = "--target-password-file", paramLabel = "FILE", description = "Likewise.")
        @Nullable Path targetPasswordFile;

        @Option(
                names = "--source-password-env",
                paramLabel = "NAME",
                description = "The environment variable with the password.")
        @Nullable String sourcePasswordEnv;

        @Option(names = "--target-password-env", paramLabel = "NAME", description = "Likewise.")
        @Nullable String targetPasswordEnv;

        @Option(
                names = "--source-password-command",
                paramLabel = "COMMAND",
                description = "A command of the shell whose first line is the password.")
        @Nullable String sourcePasswordCommand;

        @Option(
                names = "--target-password-command",
                paramLabel = "COMMAND",
                description = "Likewise.")
        @Nullable String targetPasswordCommand;

        @Option(
                names = "--source-auth",
                paramLabel = "KIND",
                defaultValue = "password",
                converter = Units.AuthName.class,
                description =
                        "password (PLAIN, LOGIN), scram-sha-256, scram-sha-1, cram-md5, or token:"
                                + " the secret is an OAuth 2 access token (XOAUTH2,"
                                + " OAUTHBEARER).")
        SideOptions.Auth sourceAuth = SideOptions.Auth.PASSWORD;

        @Option(
                names = "--target-auth",
                paramLabel = "KIND",
                defaultValue = "password",
                converter = Units.AuthName.class,
                description = "Likewise.")
        SideOptions.Auth targetAuth = SideOptions.Auth.PASSWORD;

        @Option(
                names = "--source-admin",
                paramLabel = "NAME",
                description =
                        "Logs in for the user, with its own password; a name with {user} in it,"
                                + " such as '{user}*master', is the whole login name.")
        @Nullable String sourceAdmin;

        @Option(names = "--target-admin", paramLabel = "NAME", description = "Likewise.")
        @Nullable String targetAdmin;

        @Option(
                names = "--source-admin-by",
                paramLabel = "METHOD",
                defaultValue = "authzid",
                description =
                        "How the administrator acts for the user: authzid (SASL PLAIN) or"
                                + " proxyauth.")
        SideOptions.AdminBy sourceAdminBy = SideOptions.AdminBy.AUTHZID;

        @Option(
                names = "--target-admin-by",
                paramLabel = "METHOD",
                defaultValue = "authzid",
                description = "Likewise.")
        SideOptions.AdminBy targetAdminBy = SideOptions.AdminBy.AUTHZID;

        @Option(
                names = "--source-trust",
                paramLabel = "TRUST",
                description =
                        "Whose certificates are believed: system (where it is not given), a PEM"
                                + " file, sha256:FINGERPRINT, or insecure.")
        @Nullable String sourceTrust;

        @Option(names = "--target-trust", paramLabel = "TRUST", description = "Likewise.")
        @Nullable String targetTrust;

        @Option(
                names = {"-c", "--config"},
                paramLabel = "FILE",
                description = "The configuration file whose servers and logins are used.")
        @Nullable Path config;

        @Option(
                names = "--source-server",
                paramLabel = "NAME",
                description = "A server of the configuration, instead of --source.")
        @Nullable String sourceServer;

        @Option(names = "--target-server", paramLabel = "NAME", description = "Likewise.")
        @Nullable String targetServer;

        @Option(
                names = "--account",
                paramLabel = "NAME",
                description = "Whose mailboxes, with servers of the configuration.")
        @Nullable String account;

        @Option(
                names = "--timeout",
                paramLabel = "DURATION",
                converter = Units.Span.class,
                defaultValue = "3m",
                description =
                        "How long a server may be silent while an answer is awaited;"
                                + " ${DEFAULT-VALUE} where it is not given.")
        Duration timeout = Duration.ofMinutes(3);
    }

    SideOptions source() throws UsageException {
        return new SideOptions(
                "source",
                one("source", sides.source, sides.sourceServer),
                sides.sourceServer,
                sides.config,
                sides.account,
                password(
                        "source",
                        sides.sourcePasswordFile,
                        sides.sourcePasswordEnv,
                        sides.sourcePasswordCommand),
                sides.sourceAdmin,
                sides.sourceAdminBy,
                sides.sourceAuth,
                sides.sourceTrust,
                timeout(),
                true);
    }

    SideOptions target() throws UsageException {
        return new SideOptions(
                "target",
                one("target", sides.target, sides.targetServer),
                sides.targetServer,
                sides.config,
                sides.account,
                password(
                        "target",
                        sides.targetPasswordFile,
                        sides.targetPasswordEnv,
                        sides.targetPasswordCommand),
                sides.targetAdmin,
                sides.targetAdminBy,
                sides.targetAuth,
                sides.targetTrust,
                timeout(),
                true);
    }

    private Duration timeout() throws UsageException {
        if (!sides.timeout.isPositive()) {
            throw new UsageException("--timeout must be longer than nothing");
        }
        return sides.timeout;
    }

    private static @Nullable String one(String side, @Nullable String url, @Nullable String server)
            throws UsageException {
        if (url != null && server != null) {
            throw new UsageException(
                    "--"
                            + side
                            + " and --"
                            + side
                            + "-server are two ways to say the same: which?");
        }
        return url;
    }

    private static SideOptions.Password password(
            String side,
            @Nullable Path file,
            @Nullable String environment,
            @Nullable String command)
            throws UsageException {
        int given =
                (file == null ? 0 : 1) + (environment == null ? 0 : 1) + (command == null ? 0 : 1);
        if (given > 1) {
            throw new UsageException(
                    "--" + side + "-password-file, -env and -command: give only one of them");
        }
        return new SideOptions.Password(file, environment, command);
    }
}
