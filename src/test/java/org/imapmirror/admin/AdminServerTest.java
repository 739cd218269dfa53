package org.imapmirror.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import org.imapmirror.admin.AdminClient.NoAnswerException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

class AdminServerTest {
    private static final String TOKEN = "a-token";
    private static final InetSocketAddress ANY_PORT =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final Status sample =
            new Status(
                    5,
                    1,
                    2,
                    3,
                    4,
                    6,
                    List.of(
                            new LaneStatus(
                                    "anna@example.org",
                                    "new",
                                    "live",
                                    5,
                                    1.5,
                                    "a \"quoted\" one",
                                    7,
                                    List.of(
                                            new LaneStatus.Parked(
                                                    "INBOX UID 7", "message", "too big", "then")),
                                    List.of(
                                            new LaneStatus.Parked(
                                                    "entry 4", "Subscribed", "no", "then")),
                                    3),
                            new LaneStatus(
                                    "bert",
                                    "new",
                                    "waiting-for-login",
                                    0,
                                    0,
                                    null,
                                    0,
                                    List.of(),
                                    List.of(),
                                    0)));
    private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    private final List<String> swept = new ArrayList<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private final PrometheusMeterRegistry metrics =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final List<String> acted = new ArrayList<>();
    private final Acts acts =
            new Acts() {
                @Override
                public int act(Act act, Choice choice) {
                    acted.add(act + " " + choice);
                    return "nobody".equals(choice.account()) ? 0 : 2;
                }

                @Override
                public List<Held> held(Choice choice) {
                    return List.of(
                            new Held("anna", "new", "Trash", 7, "Trash", 9, 10, "then", null));
                }
            };
    private final AdminServer.Sources sources =
            new AdminServer.Sources(this::status, this::sweep, acts, metrics);
    private AdminServer server;

    AdminServerTest() throws IOException {
        server = AdminServer.start(ANY_PORT, TOKEN, sources);
    }

    @BeforeEach
    void countSomething() {
        metrics.counter("imapmirror.test").increment();
    }

    @AfterEach
    void stop() {
        server.close();
        http.close();
    }

    private Status status() {
        RuntimeException e = failure.get();
        if (e != null) {
            throw e;
        }
        return sample;
    }

    private int sweep(@Nullable String account) {
        swept.add(String.valueOf(account));
        return account == null ? 4 : account.equals("nobody") ? 0 : 1;
    }

    @Test
    void decisionsNameWhatTheyAreAbout() throws Exception {
        assertThat(send("POST", "/v1/retry?account=anna&item=INBOX%20UID%207", TOKEN).body())
                .isEqualTo("{\"items\":2}");
        assertThat(send("POST", "/v1/approve?account=nobody", TOKEN).statusCode()).isEqualTo(404);
        assertThat(send("POST", "/v1/skip?account=anna", TOKEN).statusCode()).isEqualTo(400);
        assertThat(send("POST", "/v1/approve?item=x", TOKEN).statusCode()).isEqualTo(400);
        assertThat(send("POST", "/v1/purge", "another").statusCode()).isEqualTo(401);
        assertThat(send("GET", "/v1/purge", TOKEN).statusCode()).isNotEqualTo(202);
        assertThat(acted)
                .containsExactly(
                        "RETRY Choice[account=anna, mirror=null, item=INBOX UID 7]",
                        "APPROVE Choice[account=nobody, mirror=null, item=null]");
        assertThat(send("GET", "/v1/held?account=anna", TOKEN).body())
                .startsWith("[{\"account\":\"anna\",\"mirror\":\"new\",\"mailbox\":\"Trash\",");
    }

    @Test
    void statusIsTheObjectOfTheSpecification() throws Exception {
        HttpResponse<String> response = send("GET", "/v1/status", TOKEN);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(Json.read(response.body().getBytes(StandardCharsets.UTF_8), JsonNode.class))
                .isEqualTo(
                        Json.read(
                                """
                                {"pending": 5, "suspect": 1, "parked": 2, "extra": 3, "accounts": 4,
                                 "sessions": 6, "lanes": [
                                  {"account": "anna@example.org", "mirror": "new", "state": "live",
                                   "pending": 5, "lagSeconds": 1.5, "error": "a \\"quoted\\" one",
                                   "unreachableSeconds": 7,
                                   "parked": [{"item": "INBOX UID 7", "what": "message",
                                               "reason": "too big", "since": "then"}],
                                   "skipped": [{"item": "entry 4", "what": "Subscribed",
                                                "reason": "no", "since": "then"}],
                                   "held": 3},
                                  {"account": "bert", "mirror": "new", "state": "waiting-for-login",
                                   "pending": 0, "lagSeconds": 0.0, "error": null,
                                   "unreachableSeconds": 0, "parked": [],
                                   "skipped": [], "held": 0}],
                                 "journal": {"bytes": 0, "maxBytes": 0, "full": false}}
                                """
                                        .getBytes(StandardCharsets.UTF_8),
                                JsonNode.class));
    }

    @Test
    void tokenIsNeededForAllButHealth() throws Exception {
        for (String path : List.of("/v1/status", "/metrics", "/", "/nothing")) {
            assertThat(send("GET", path, null).statusCode()).as(path).isEqualTo(401);
            assertThat(send("GET", path, "wrong").statusCode()).as(path).isEqualTo(401);
            assertThat(send("GET", path, TOKEN + "x").statusCode()).as(path).isEqualTo(401);
        }
        assertThat(send("POST", "/v1/sweep", null).statusCode()).isEqualTo(401);
        assertThat(swept).isEmpty();
        HttpResponse<String> health = send("GET", "/health", null);
        assertThat(health.statusCode()).isEqualTo(200);
        assertThat(health.body()).isEqualTo("{\"status\":\"up\"}");
    }

    @Test
    void sweepIsCommanded() throws Exception {
        assertThat(send("POST", "/v1/sweep", TOKEN).body()).isEqualTo("{\"accounts\":4}");
        HttpResponse<String> one = send("POST", "/v1/sweep?account=a%2Bb%40example.org", TOKEN);
        assertThat(one.statusCode()).isEqualTo(202);
        HttpResponse<String> none = send("POST", "/v1/sweep?account=nobody", TOKEN);
        assertThat(none.statusCode()).isEqualTo(404);
        assertThat(none.body()).contains("not mirrored");
        assertThat(send("GET", "/v1/sweep", TOKEN).statusCode()).isIn(404, 405);
        assertThat(swept).containsExactly("null", "a+b@example.org", "nobody");
    }

    @Test
    void metricsAreText() throws Exception {
        HttpResponse<String> response = send("GET", "/metrics", TOKEN);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).contains("imapmirror_test_total 1.0");
    }

    @Test
    void failureIsAnAnswerWithoutDetails() throws Exception {
        failure.set(new IllegalStateException("/secret/path"));
        HttpResponse<String> response = send("GET", "/v1/status", TOKEN);
        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.body()).contains("internal error").doesNotContain("secret");
        assertThat(send("GET", "/nothing", TOKEN).body()).contains("error");
    }

    @Test
    void withoutTokenOnlyLoopbackNamesAreAnswered() throws Exception {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> AdminServer.start(new InetSocketAddress("0.0.0.0", 0), null, sources))
                .withMessageContaining("admin.token");
        try (AdminServer open = AdminServer.start(ANY_PORT, null, sources)) {
            assertThat(new AdminClient(at(open), null).status()).isEqualTo(sample);
            assertThat(raw(open.port(), "GET /v1/status HTTP/1.1\r\nHost: evil.example\r\n"))
                    .startsWith("HTTP/1.1 403");
            assertThat(raw(open.port(), "GET /v1/status HTTP/1.1\r\nHost: LocalHost:1\r\n"))
                    .startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void portThatIsTakenIsToldByItsKey() {
        InetSocketAddress taken = at(server);
        assertThatIOException()
                .isThrownBy(() -> AdminServer.start(taken, TOKEN, sources))
                .withMessageContaining("admin.bind")
                .withMessageContaining(String.valueOf(server.port()));
    }

    @Test
    void clientAsks() throws Exception {
        AdminClient client = new AdminClient(at(server), TOKEN);
        assertThat(client.status()).isEqualTo(sample);
        assertThat(client.sweep(null)).isEqualTo(4);
        assertThat(client.sweep("ä&b=c@example.org")).isEqualTo(1);
        assertThat(client.sweep("nobody")).isZero();
        assertThat(swept).contains("ä&b=c@example.org");
    }

    @Test
    void clientTellsWhyThereIsNoAnswer() {
        AdminClient stranger = new AdminClient(at(server), "other");
        assertThatExceptionOfType(NoAnswerException.class)
                .isThrownBy(stranger::status)
                .withMessageContaining("another admin.token")
                .withMessageNotContaining("other\"");
        InetSocketAddress gone = at(server);
        server.close();
        assertThatExceptionOfType(NoAnswerException.class)
                .isThrownBy(() -> new AdminClient(gone, TOKEN).status())
                .withMessageContaining("is imapmirror running");
    }

    private static InetSocketAddress at(AdminServer server) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
    }

    private HttpResponse<String> send(String method, String path, @Nullable String token)
            throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                        .method(method, HttpRequest.BodyPublishers.noBody());
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String raw(int port, String head) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream()
                    .write(
                            (head + "Connection: close\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
