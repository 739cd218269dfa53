package org.imapmirror.mailstore;

import org.imapmirror.imap.Code;
import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Response;
import org.imapmirror.mailstore.StoreException.Kind;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// From the greeting to an authenticated connection. Nothing of what goes to the server here is
/// ever part of a message.
final class Authentication {
    private final Connection connection;
    private final Endpoint server;
    private final Failures failures;

    private Authentication(Connection connection) {
        this.connection = connection;
        this.server = connection.server();
        this.failures = connection.failures();
    }

    /// Connects, secures and logs in.
    static Connection open(Endpoint server, LoginAs login, ClientLimits limits)
            throws StoreException {
        Connection connection = new Connection(server, limits);
        try {
            Authentication steps = new Authentication(connection);
            steps.greet();
            steps.logIn(login);
            return connection;
        } catch (StoreException | RuntimeException e) {
            connection.abort();
            throw e;
        }
    }

    /// Connects and secures, without logging in.
    static Connection greeted(Endpoint server, ClientLimits limits) throws StoreException {
        Connection connection = new Connection(server, limits);
        try {
            new Authentication(connection).greet();
            return connection;
        } catch (StoreException | RuntimeException e) {
            connection.abort();
            throw e;
        }
    }

    private void greet() throws StoreException {
        if (server.tls() == Endpoint.Tls.IMPLICIT) {
            connection.wire().startTls();
        }
        if (!(connection.greeting() instanceof Response.Untagged greeting)) {
            throw failures.of(Kind.PROTOCOL, "no IMAP server answers on that port");
        }
        switch (greeting.status()) {
            case OK -> {
                // As it should be.
            }
            case BYE ->
                    throw failures.of(
                            Kind.GONE,
                            "it refuses the connection",
                            greeting.code(),
                            greeting.text());
            case PREAUTH ->
                    throw failures.of(
                            Kind.PROTOCOL,
                            "it says that the connection is logged in already (PREAUTH), as whom"
                                    + " is not known; this port cannot be used");
            case NO, BAD -> throw failures.of(Kind.PROTOCOL, "it greets with an error");
        }
        if (server.tls() == Endpoint.Tls.STARTTLS) {
            startTls();
        }
        if (!connection.traits().known()) {
            connection.run(CommandText.of("CAPABILITY"));
        }
    }

    private void startTls() throws StoreException {
        if (connection.traits().known() && !connection.has("STARTTLS")) {
            throw failures.of(
                    Kind.TLS,
                    "it offers no STARTTLS; set tls: implicit and the port for it, or tls: none"
                            + " where the network is trusted");
        }
        Response.Tagged answer =
                connection.await(
                        connection.send(CommandText.of("STARTTLS"), SentCommand.Untagged.NONE));
        if (!Failures.isOk(answer)) {
            throw failures.of(Kind.TLS, "it refuses STARTTLS", answer.code(), answer.text());
        }
        connection.traits().forget();
        connection.wire().startTls();
    }

    private void logIn(LoginAs login) throws StoreException {
        Response.Tagged answer = attempt(login);
        if (!Failures.isOk(answer)) {
            throw refusal(login, answer);
        }
        if (!(answer.code() instanceof Code.CapabilityCode)) {
            connection.run(CommandText.of("CAPABILITY"));
        }
    }

    private Response.Tagged attempt(LoginAs login) throws StoreException {
        if (login instanceof LoginAs.ProxyAuth(String admin, String password, String account)) {
            Response.Tagged answer = attempt(new LoginAs.Plain(admin, password));
            return Failures.isOk(answer)
                    ? connection.await(
                            connection.send(
                                    CommandText.of("PROXYAUTH").string(account),
                                    SentCommand.Untagged.NONE))
                    : answer;
        }
        if (login instanceof LoginAs.Challenged challenged) {
            return new Challenge(connection, challenged).answered();
        }
        if (login instanceof LoginAs.Bearer(String user, String token)) {
            return bearer(user, token);
        }
        if (connection.has("AUTH=PLAIN")) {
            Response.Tagged answer = plain(login);
            if (answer.status() != Response.Status.BAD || login instanceof LoginAs.Authzid) {
                return answer;
            }
        }
        return switch (login) {
            case LoginAs.Plain(String user, String password) -> {
                if (connection.has("LOGINDISABLED")) {
                    throw failures.of(
                            Kind.TLS,
                            "it takes no passwords on this connection (LOGINDISABLED); "
                                    + (connection.wire().secure()
                                            ? "it wants a mechanism that is not supported"
                                            : "set tls: starttls or tls: implicit"));
                }
                yield connection.await(
                        connection.send(
                                CommandText.of("LOGIN").string(user).string(password),
                                SentCommand.Untagged.NONE));
            }
            case LoginAs.Authzid _ ->
                    throw failures.of(
                            Kind.UNSUPPORTED,
                            "it offers no AUTHENTICATE PLAIN"
                                    + (connection.wire().secure() ? "" : " without TLS")
                                    + ", which login method authzid needs");
            case LoginAs.ProxyAuth _, LoginAs.Bearer _, LoginAs.Challenged _ ->
                    throw new IllegalStateException("bug: these have steps of their own");
        };
    }

    private Response.Tagged bearer(String user, String token) throws StoreException {
        boolean google = connection.has("AUTH=XOAUTH2");
        if (!google && !connection.has("AUTH=OAUTHBEARER")) {
            throw failures.of(
                    Kind.UNSUPPORTED,
                    "it offers neither XOAUTH2 nor OAUTHBEARER"
                            + (connection.wire().secure() ? "" : " without TLS")
                            + ", which an access token needs");
        }
        String end = "\u0001auth=Bearer " + token + "\u0001\u0001";
        // In a name of GS2, these two are written as codes (RFC 5801 section 4).
        String named = user.replace("=", "=3D").replace(",", "=2C");
        return google
                ? sasl("XOAUTH2", "user=" + user + end, "")
                : sasl(
                        "OAUTHBEARER",
                        "n,a="
                                + named
                                + ",\u0001host="
                                + server.host()
                                + "\u0001port="
                                + server.port()
                                + end,
                        "AQ==");
    }

    /// @param afterRefusal what a server wants to hear that explains its refusal by a challenge
    private Response.Tagged sasl(String mechanism, String message, String afterRefusal)
            throws StoreException {
        String response =
                Base64.getEncoder().encodeToString(message.getBytes(StandardCharsets.UTF_8));
        boolean atOnce = connection.has("SASL-IR");
        CommandText text = CommandText.of("AUTHENTICATE").word(mechanism);
        SentCommand command =
                connection.send(atOnce ? text.word(response) : text, SentCommand.Untagged.NONE);
        if (!atOnce && connection.awaitContinuation(command)) {
            connection.write(response + "\r\n");
        }
        if (connection.awaitContinuation(command)) {
            connection.write(afterRefusal + "\r\n");
        }
        return connection.await(command);
    }

    private Response.Tagged plain(LoginAs login) throws StoreException {
        return sasl(
                "PLAIN",
                switch (login) {
                    case LoginAs.Plain(String user, String password) ->
                            "\0" + user + "\0" + password;
                    case LoginAs.Authzid(String authcid, String password, String authzid) ->
                            authzid + "\0" + authcid + "\0" + password;
                    case LoginAs.ProxyAuth _, LoginAs.Bearer _, LoginAs.Challenged _ ->
                            throw new IllegalStateException("bug: these have steps of their own");
                },
                "*");
    }

    private StoreException refusal(LoginAs login, Response.Tagged answer) {
        Outlook outlook = Failures.outlook(answer);
        if (answer.status() == Response.Status.NO
                && (outlook == Outlook.SOON
                        || outlook == Outlook.LATER
                        || answer.code().is("LIMIT"))) {
            return failures.of(
                    Kind.REFUSED,
                    "login as " + login.user() + " is not possible at the moment",
                    answer.code(),
                    answer.text());
        }
        return failures.of(
                Kind.LOGIN_REFUSED,
                "login as "
                        + login.user()
                        + " was refused (check the password, and the login settings of this"
                        + " server)",
                answer.code(),
                answer.text());
    }
}
