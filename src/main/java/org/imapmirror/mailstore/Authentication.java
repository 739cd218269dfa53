package org.imapmirror.mailstore;

import org.imapmirror.imap.Endpoint;
import org.imapmirror.mailstore.StoreException.Kind;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// From the greeting to an authenticated connection. Nothing of what goes to the server here is
/// ever part of a message.
final class Authentication {
    private final Connection connection;
    private final Endpoint server;

    private Authentication(Connection connection) {
        this.connection = connection;
        this.server = connection.server();
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

    private void greet() throws StoreException {
        if (server.tls() == Endpoint.Tls.IMPLICIT) {
            connection.wire().startTls();
        }
        Reply greeting = connection.greeting();
        switch (greeting.kind()) {
            case "OK" -> {
                // As it should be.
            }
            case "BYE" ->
                    throw failure(
                            Kind.GONE,
                            greeting,
                            "it refuses the connection: " + Connection.printable(greeting.text()));
            case "PREAUTH" ->
                    throw failure(
                            Kind.PROTOCOL,
                            null,
                            "it says that the connection is logged in already (PREAUTH), as whom"
                                    + " is not known; this port cannot be used");
            default -> throw failure(Kind.PROTOCOL, null, "no IMAP server answers on that port");
        }
        if (server.tls() == Endpoint.Tls.STARTTLS) {
            startTls();
        }
        if (!connection.knowsCapabilities()) {
            connection.run(CommandText.of("CAPABILITY"));
        }
    }

    private void startTls() throws StoreException {
        if (connection.knowsCapabilities() && !connection.has("STARTTLS")) {
            throw failure(
                    Kind.TLS,
                    null,
                    "it offers no STARTTLS; set tls: implicit and the port for it, or tls: none"
                            + " where the network is trusted");
        }
        Reply answer =
                connection.await(
                        connection.send(CommandText.of("STARTTLS"), Command.Untagged.NONE));
        if (!answer.kind().equals("OK")) {
            throw failure(
                    Kind.TLS,
                    answer,
                    "it refuses STARTTLS: " + Connection.printable(answer.text()));
        }
        connection.forgetCapabilities();
        connection.wire().startTls();
    }

    private void logIn(LoginAs login) throws StoreException {
        Reply answer = attempt(login);
        if (!answer.kind().equals("OK")) {
            throw refusal(login, answer);
        }
        if (!answer.hasCode("CAPABILITY")) {
            connection.run(CommandText.of("CAPABILITY"));
        }
    }

    private Reply attempt(LoginAs login) throws StoreException {
        if (connection.has("AUTH=PLAIN")) {
            Reply answer = plain(login);
            if (!answer.kind().equals("BAD") || login instanceof LoginAs.Authzid) {
                return answer;
            }
        }
        return switch (login) {
            case LoginAs.Plain(String user, String password) -> {
                if (connection.has("LOGINDISABLED")) {
                    throw failure(
                            Kind.TLS,
                            null,
                            "it takes no passwords on this connection (LOGINDISABLED); "
                                    + (connection.wire().secure()
                                            ? "it wants a mechanism that is not supported"
                                            : "set tls: starttls or tls: implicit"));
                }
                yield connection.await(
                        connection.send(
                                CommandText.of("LOGIN").string(user).string(password),
                                Command.Untagged.NONE));
            }
            case LoginAs.Authzid _ ->
                    throw failure(
                            Kind.UNSUPPORTED,
                            null,
                            "it offers no AUTHENTICATE PLAIN"
                                    + (connection.wire().secure() ? "" : " without TLS")
                                    + ", which login method authzid needs");
        };
    }

    private Reply plain(LoginAs login) throws StoreException {
        String message =
                switch (login) {
                    case LoginAs.Plain(String user, String password) ->
                            "\0" + user + "\0" + password;
                    case LoginAs.Authzid(String authcid, String password, String authzid) ->
                            authzid + "\0" + authcid + "\0" + password;
                };
        String response =
                Base64.getEncoder().encodeToString(message.getBytes(StandardCharsets.UTF_8));
        if (connection.has("SASL-IR")) {
            return connection.await(
                    connection.send(
                            CommandText.of("AUTHENTICATE").word("PLAIN").word(response),
                            Command.Untagged.NONE));
        }
        Command command =
                connection.send(
                        CommandText.of("AUTHENTICATE").word("PLAIN"), Command.Untagged.NONE);
        if (connection.awaitContinuation(command) != null) {
            connection.write(response + "\r\n");
        }
        return connection.await(command);
    }

    private StoreException refusal(LoginAs login, Reply answer) {
        String words = Connection.printable(answer.text());
        Outlook outlook =
                Outlook.ofRefusal(answer.code().isEmpty() ? null : answer.code(), answer.text());
        if (outlook == Outlook.SOON || outlook == Outlook.LATER || answer.hasCode("LIMIT")) {
            return failure(
                    Kind.REFUSED,
                    answer,
                    "login as " + login.user() + " is not possible at the moment: " + words);
        }
        return failure(
                Kind.LOGIN_REFUSED,
                answer,
                "login as "
                        + login.user()
                        + " was refused: "
                        + words
                        + "; check the login settings of this server and the password");
    }

    private StoreException failure(Kind kind, @Nullable Reply answer, String text) {
        String code = answer == null || answer.code().isEmpty() ? null : answer.code();
        return new StoreException(kind, server, code, text);
    }
}
