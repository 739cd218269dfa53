package org.imapmirror.admin;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Map;

/// The HTTP listener.
///
/// | request | answer |
/// |---|---|
/// | `GET /health` | 200 while the process serves; needs no token |
/// | `GET /v1/status` | [Status] |
/// | `POST /v1/sweep`, with `?account=NAME` for one | 202 and how many accounts; 404 for one that is not mirrored |
/// | `POST /v1/retry`, `/v1/skip`, `/v1/approve`, `/v1/purge`, with `account`, `mirror`, `item` | 202 and how many items; 404 for none; 400 without what must be named |
/// | `GET /v1/held`, with `account`, `mirror` | what is held on mirrors |
/// | `GET /metrics` | Prometheus text |
///
/// Errors are `{"error": "..."}`. Without a token only requests to a loopback name are answered, so
/// that a web page in a browser on this machine cannot reach it under a name of its own.
public final class AdminServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);

    private static final String JSON = "application/json";
    private static final String BEARER = "Bearer ";
    private static final int MAX_REQUEST = 64 * 1024;

    private final Javalin javalin;

    /// What the listener shows and commands.
    public record Sources(
            StatusSource status, SweepCommand sweep, Acts acts, PrometheusMeterRegistry metrics) {}

    private AdminServer(Javalin javalin) {
        this.javalin = javalin;
    }

    /// Opens the listener.
    ///
    /// @param bind port 0 takes a free one, see [#port]
    /// @param token null: none is asked for, which only a loopback address may do
    /// @throws IOException where the address cannot be bound
    public static AdminServer start(InetSocketAddress bind, @Nullable String token, Sources sources)
            throws IOException {
        if (token == null && !bind.getAddress().isLoopbackAddress()) {
            throw new IllegalArgumentException(
                    "admin.bind: " + bind + " is not a loopback address, so admin.token is needed");
        }
        Javalin javalin = Javalin.create(config -> configure(config, token, sources));
        try {
            javalin.start(bind.getAddress().getHostAddress(), bind.getPort());
        } catch (RuntimeException e) {
            javalin.stop();
            throw new IOException(
                    "admin.bind: cannot listen on "
                            + bind.getHostString()
                            + ":"
                            + bind.getPort()
                            + " ("
                            + rootMessage(e)
                            + ")",
                    e);
        }
        return new AdminServer(javalin);
    }

    public int port() {
        return javalin.port();
    }

    @Override
    public void close() {
        javalin.stop();
    }

    private static void configure(JavalinConfig config, @Nullable String token, Sources sources) {
        config.startup.showJavalinBanner = false;
        config.startup.startupWatcherEnabled = false;
        config.concurrency.useVirtualThreads = true;
        config.http.maxRequestSize = MAX_REQUEST;
        config.routes.before(context -> admit(context, token));
        config.routes.get("/health", context -> answer(context, 200, Map.of("status", "up")));
        config.routes.get("/v1/status", context -> answer(context, 200, sources.status().status()));
        config.routes.post("/v1/sweep", context -> sweep(context, sources.sweep()));
        for (Acts.Act act : Acts.Act.values()) {
            config.routes.post(
                    "/v1/" + act.name().toLowerCase(Locale.ROOT),
                    context -> act(context, act, sources.acts()));
        }
        config.routes.get(
                "/v1/held", context -> answer(context, 200, sources.acts().held(choice(context))));
        config.routes.get(
                "/metrics",
                context ->
                        context.contentType("text/plain; version=0.0.4; charset=utf-8")
                                .result(sources.metrics().scrape()));
        config.routes.exception(Exception.class, AdminServer::failed);
        config.routes.error(404, AdminServer::notFound);
        config.routes.error(405, AdminServer::notFound);
    }

    private static void admit(Context context, @Nullable String token) {
        if (context.path().equals("/health")) {
            return;
        }
        if (token == null) {
            if (!isLoopback(context.host())) {
                refuse(context, 403, "ask under a loopback name, or configure admin.token");
            }
        } else if (!shows(context.header("Authorization"), token)) {
            context.header("WWW-Authenticate", "Bearer");
            refuse(context, 401, "the header Authorization: Bearer TOKEN is missing or wrong");
        }
    }

    private static boolean shows(@Nullable String authorization, String token) {
        return authorization != null
                && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                && MessageDigest.isEqual(
                        authorization
                                .substring(BEARER.length())
                                .strip()
                                .getBytes(StandardCharsets.UTF_8),
                        token.getBytes(StandardCharsets.UTF_8));
    }

    private static boolean isLoopback(@Nullable String host) {
        return host != null && host.matches("(?i)(localhost|127\\.[0-9.]+|\\[::1])(:[0-9]+)?");
    }

    private static void sweep(Context context, SweepCommand command) {
        String account = context.queryParam("account");
        int accounts = command.sweep(account);
        if (account != null && accounts == 0) {
            answer(context, 404, Map.of("error", "the account " + account + " is not mirrored"));
        } else {
            answer(context, 202, Map.of("accounts", accounts));
        }
    }

    private static Acts.Choice choice(Context context) {
        return new Acts.Choice(
                context.queryParam("account"),
                context.queryParam("mirror"),
                context.queryParam("item"));
    }

    /// What gives something up has to be named.
    private static void act(Context context, Acts.Act act, Acts acts) {
        Acts.Choice choice = choice(context);
        boolean all = "true".equals(context.queryParam("all"));
        if (act == Acts.Act.SKIP && choice.item() == null && !all) {
            answer(context, 400, Map.of("error", "name an item, or say all=true"));
            return;
        }
        if (act == Acts.Act.APPROVE && choice.account() == null) {
            answer(context, 400, Map.of("error", "name an account"));
            return;
        }
        int items = acts.act(act, choice);
        answer(context, items == 0 ? 404 : 202, Map.of("items", items));
    }

    private static void failed(Exception e, Context context) {
        LOG.error("admin request failed path={}", context.path(), e);
        answer(context, 500, Map.of("error", "internal error, see the log"));
    }

    private static void notFound(Context context) {
        if (!JSON.equals(context.res().getContentType())) {
            answer(context, context.statusCode(), Map.of("error", "there is nothing here"));
        }
    }

    private static void refuse(Context context, int status, String why) {
        answer(context, status, Map.of("error", why));
        context.skipRemainingHandlers();
    }

    private static void answer(Context context, int status, Object body) {
        context.status(status).contentType(JSON).result(Json.write(body));
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }
}
