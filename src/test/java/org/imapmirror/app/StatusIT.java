package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;

import org.awaitility.Awaitility;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.Mail;
import org.imapmirror.testing.WireClient;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/// What `serve` tells of itself, to the command and by HTTP.
@Tag("dovecot")
class StatusIT {
    private static final List<String> NUMBERS =
            List.of("pending", "suspect", "parked", "extra", "accounts", "sessions");

    @TempDir Path directory;

    @Test
    void pendingIsRightFromTheFirstOpenPortOn() throws Exception {
        try (DovecotServer primary = DovecotServer.launch();
                DovecotServer mirror = DovecotServer.launch()) {
            Setup setup = Setup.of(directory, primary, mirror);
            Path config = setup.write("");
            assertThat(status(config).code()).isEqualTo(ExitCode.NO_ANSWER);
            try (ServeProcess serve = ServeProcess.start(config).awaitPort(setup.port())) {
                append(setup, "one");
                awaitHealthy(config);
                mirror.stop();
                append(setup, "two");
                Awaitility.await("work left")
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> json(status(config)).path("pending").asLong() > 0);
                serve.process().destroy();
                assertThat(serve.process().waitFor()).isZero();
            }
            assertThat(status(config).code()).isEqualTo(ExitCode.NO_ANSWER);
            try (ServeProcess _ = ServeProcess.start(config).awaitPort(setup.port())) {
                JsonNode first = json(status(config));
                assertThat(first.path("pending").asLong()).as("%s", first).isPositive();
                JsonNode lane = first.path("lanes").path(0);
                assertThat(lane.path("pending").asLong()).as("%s", lane).isPositive();
                mirror.start();
                append(setup, "three");
                JsonNode last = awaitHealthy(config);
                NUMBERS.forEach(name ->
                        assertThat(last.path(name).isIntegralNumber()).as("%s", name).isTrue());
                assertThat(last.path("accounts").asLong()).isEqualTo(1);
                assertThat(last.path("lanes").size()).isEqualTo(1);
                assertLane(last.path("lanes").path(0), primary.user(1));
                assertThat(overHttp(setup, setup.token()).statusCode()).isEqualTo(200);
                JsonNode byHttp =
                        new ObjectMapper().readTree(overHttp(setup, setup.token()).body());
                assertThat(byHttp.fieldNames()).toIterable().containsAll(NUMBERS).contains("lanes");
                assertThat(overHttp(setup, "another").statusCode()).isEqualTo(401);
                assertThat(overHttp(setup, null).statusCode()).isEqualTo(401);
            }
        }
    }

    /// A server whose quota is too small for a message takes it never.
    @Test
    void aParkedMessageDegrades() throws Exception {
        try (DovecotServer primary = DovecotServer.launch();
                DovecotServer mirror =
                        DovecotServer.launch(
                                10,
                                """
                                mail_plugins = quota
                                plugin {
                                  quota = count:User
                                  quota_vsizes = yes
                                  quota_max_mail_size = 20k
                                }
                                """)) {
            Setup setup = Setup.of(directory, primary, mirror);
            Path config = setup.write("");
            try (ServeProcess _ = ServeProcess.start(config).awaitPort(setup.port())) {
                append(setup, "x".repeat(100_000));
                append(setup, "small");
                Awaitility.await("parked")
                        .atMost(Duration.ofSeconds(30))
                        .untilAsserted(() -> {
                            Run run = status(config);
                            assertThat(json(run).path("pending").asLong()).isZero();
                            assertThat(json(run).path("parked").asLong()).isEqualTo(1);
                            assertThat(run.code()).isEqualTo(ExitCode.ATTENTION);
                        });
            }
        }
    }

    private static void append(Setup setup, String body) throws IOException {
        try (WireClient client = new WireClient(setup.through(1))) {
            client.append("INBOX", "()", Mail.message("about", body)).orFail();
        }
    }

    private static void assertLane(JsonNode lane, String account) {
        assertThat(lane.path("account").asText()).isEqualTo(account);
        assertThat(lane.path("mirror").asText()).isEqualTo(Setup.nameOf(0));
        assertThat(lane.path("state").asText()).isEqualTo("live");
        assertThat(lane.path("pending").isIntegralNumber()).isTrue();
        assertThat(lane.path("lagSeconds").isNumber()).isTrue();
        assertThat(lane.has("error")).isTrue();
        assertThat(lane.path("error").isNull()).isTrue();
    }

    private static Run status(Path config) {
        return Run.imapmirror("status", "--config", config.toString(), "--json");
    }

    private static JsonNode json(Run run) throws IOException {
        return new ObjectMapper().readTree(run.out());
    }

    /// A look at what was heard of a session may follow, so the healthy answer itself is given.
    private static JsonNode awaitHealthy(Path config) {
        AtomicReference<JsonNode> healthy = new AtomicReference<>(MissingNode.getInstance());
        Awaitility.await("healthy")
                .atMost(Duration.ofSeconds(40))
                .untilAsserted(() -> {
                    Run run = status(config);
                    healthy.set(json(run));
                    assertThat(json(run).path("pending").asLong()).as(run.out()).isZero();
                    assertThat(json(run).at("/lanes/0/state").asText()).isEqualTo("live");
                    assertThat(run.code()).isEqualTo(ExitCode.OK);
                });
        return healthy.get();
    }

    private static HttpResponse<String> overHttp(
            Setup setup, @org.jspecify.annotations.Nullable String token)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + setup.adminPort() + "/v1/status"));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }
}
