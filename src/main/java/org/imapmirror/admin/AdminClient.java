package org.imapmirror.admin;

import com.fasterxml.jackson.databind.JsonNode;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/// Asks a running imapmirror.
///
/// With `HttpURLConnection`, because `java.net.http` takes several times as long to start, and a
/// command that asks one question is mostly start.
public final class AdminClient {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration READ = Duration.ofSeconds(30);

    private final InetSocketAddress server;
    private final @Nullable String token;

    /// @param server what the listener is bound to; for all addresses, this machine's own is asked
    public AdminClient(InetSocketAddress server, @Nullable String token) {
        this.server = server;
        this.token = token;
    }

    /// No answer, or none that can be used. The message says what to do.
    public static final class NoAnswerException extends Exception {
        private static final long serialVersionUID = 1;

        NoAnswerException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /// @throws NoAnswerException where nothing runs, or the token is refused
    public Status status() throws NoAnswerException {
        return ask("GET", "/v1/status", Status.class, 200);
    }

    /// @param account a login name; null for every known account
    /// @return how many accounts will be compared; 0 where the account is not mirrored
    /// @throws NoAnswerException where nothing runs, or the token is refused
    public int sweep(@Nullable String account) throws NoAnswerException {
        String query =
                account == null
                        ? ""
                        : "?account=" + URLEncoder.encode(account, StandardCharsets.UTF_8);
        return ask("POST", "/v1/sweep" + query, JsonNode.class, 202, 404).path("accounts").asInt(0);
    }

    /// @param all says that a decision without an item is meant for everything
    /// @return how many things it concerned
    /// @throws NoAnswerException where nothing runs, or the token is refused
    public int act(Acts.Act act, Acts.Choice choice, boolean all) throws NoAnswerException {
        String path = "/v1/" + act.name().toLowerCase(Locale.ROOT) + query(choice);
        return ask("POST", path + (all ? "&all=true" : ""), JsonNode.class, 202, 404)
                .path("items")
                .asInt(0);
    }

    /// @throws NoAnswerException where nothing runs, or the token is refused
    public List<Acts.Held> held(Acts.Choice choice) throws NoAnswerException {
        return List.of(ask("GET", "/v1/held" + query(choice), Acts.Held[].class, 200));
    }

    private static String query(Acts.Choice choice) {
        return "?"
                + parameter("account", choice.account())
                + parameter("mirror", choice.mirror())
                + parameter("item", choice.item());
    }

    private static String parameter(String name, @Nullable String value) {
        return value == null
                ? ""
                : "&" + name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    private <T> T ask(String method, String path, Class<T> type, int... good)
            throws NoAnswerException {
        String where = host() + ":" + server.getPort();
        try {
            HttpURLConnection connection =
                    (HttpURLConnection)
                            URI.create("http://" + where + path)
                                    .toURL()
                                    .openConnection(Proxy.NO_PROXY);
            connection.setRequestMethod(method);
            connection.setConnectTimeout((int) CONNECT.toMillis());
            connection.setReadTimeout((int) READ.toMillis());
            if (token != null) {
                connection.setRequestProperty("Authorization", "Bearer " + token);
            }
            int code = connection.getResponseCode();
            for (int expected : good) {
                if (code == expected) {
                    return Json.read(body(connection, code), type);
                }
            }
            throw new NoAnswerException(
                    "the admin listener " + where + " answered " + code + explanation(code), null);
        } catch (IOException e) {
            throw new NoAnswerException(
                    "no answer from the admin listener "
                            + where
                            + " ("
                            + e.getMessage()
                            + "): is imapmirror running with this configuration?",
                    e);
        }
    }

    private static byte[] body(HttpURLConnection connection, int code) throws IOException {
        try (InputStream in =
                code < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            return in == null ? new byte[0] : in.readAllBytes();
        }
    }

    private static String explanation(int code) {
        return switch (code) {
            case 401 -> ": it has another admin.token";
            case 403, 404, 405 -> ": is it an imapmirror of this version?";
            default -> ": see its log";
        };
    }

    private String host() {
        InetAddress address = server.getAddress();
        if (address.isAnyLocalAddress()) {
            return address.getAddress().length == 4 ? "127.0.0.1" : "[::1]";
        }
        String host = address.getHostAddress();
        return host.indexOf(':') < 0 ? host : "[" + host + "]";
    }
}
