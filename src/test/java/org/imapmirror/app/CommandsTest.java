package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import org.imapmirror.admin.Acts;
import org.imapmirror.admin.AdminServer;
import org.imapmirror.admin.LaneStatus;
import org.imapmirror.admin.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

class CommandsTest {
    private static final Status HEALTHY =
            new Status(
                    1,
                    0,
                    0,
                    9,
                    1,
                    2,
                    List.of(
                            new LaneStatus(
                                    "anna",
                                    "new",
                                    "live",
                                    1,
                                    0.3,
                                    "a\u001b[31mb",
                                    0,
                                    List.of(),
                                    List.of(),
                                    0)));

    private final List<String> acted = new ArrayList<>();
    private final Acts acts =
            new Acts() {
                @Override
                public int act(Act act, Choice choice) {
                    acted.add(
                            act
                                    + " "
                                    + choice.account()
                                    + " "
                                    + choice.mirror()
                                    + " "
                                    + choice.item());
                    return "nobody".equals(choice.account()) ? 0 : 2;
                }

                @Override
                public List<Held> held(Choice choice) {
                    return List.of(
                            new Held("anna", "new", "Trash", 7, "Trash", 9, 10, "then", null));
                }
            };
    private final AtomicReference<Status> status = new AtomicReference<>(HEALTHY);
    private final AdminServer server =
            AdminServer.start(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    "t0ken",
                    new AdminServer.Sources(
                            status::get,
                            account -> account == null ? 7 : account.equals("nobody") ? 0 : 1,
                            acts,
                            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)));

    @TempDir Path folder;

    CommandsTest() throws IOException {}

    @AfterEach
    void stop() {
        server.close();
    }

    private String config() throws IOException {
        Files.writeString(folder.resolve("token"), "t0ken\n");
        return Files.writeString(
                        folder.resolve("imapmirror.yaml"),
                        """
                        listeners: [{bind: "127.0.0.1:24001", tls: none}]
                        servers: {old: {address: "127.0.0.1:24002", tls: none}}
                        route: {primary: old}
                        admin: {bind: "127.0.0.1:%d", token: "${file:UTF-8:%s}"}
                        """
                                .formatted(server.port(), folder.resolve("token")))
                .toString();
    }

    @Test
    void healthyStatusExitsZero() throws Exception {
        Run run = Run.imapmirror("status", "--config", config());
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .contains("pending 1, suspect 0, parked 0, extra 9, accounts 1, sessions 2")
                .contains("ACCOUNT  MIRROR  STATE  PENDING  LAG")
                .contains("anna     new     live   1        0.3 s  a [31mb")
                .endsWith("healthy\n");
    }

    @Test
    void jsonIsOneObject() throws Exception {
        Run run = Run.imapmirror("status", "--config", config(), "--json");
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .startsWith("{\"pending\":1,\"suspect\":0,\"parked\":0,\"extra\":9,")
                .contains("\"lagSeconds\":0.3");
        assertThat(run.out().lines()).hasSize(1);
    }

    @Test
    void degradedStatusExitsOne() throws Exception {
        String config = config();
        for (Status degraded :
                List.of(
                        new Status(0, 1, 0, 0, 1, 0, List.of()),
                        new Status(0, 0, 1, 0, 1, 0, List.of()),
                        new Status(
                                0,
                                0,
                                0,
                                0,
                                1,
                                0,
                                List.of(
                                        new LaneStatus(
                                                "a", "new", "retry", 1, 99, "down", 61, List.of(),
                                                List.of(), 0))))) {
            status.set(degraded);
            assertThat(Run.imapmirror("status", "--config", config, "--json").code()).isOne();
            Run run = Run.imapmirror("status", "--config", config);
            assertThat(run.code()).isOne();
            assertThat(run.out()).contains("! ").endsWith("degraded\n");
        }
    }

    @Test
    void whatIsParkedIsNamed() throws Exception {
        LaneStatus.Parked parked =
                new LaneStatus.Parked(
                        "INBOX UID 7", "message", "too\u001b big", "2026-11-25T10:00:00Z");
        status.set(
                new Status(
                        0,
                        0,
                        1,
                        0,
                        1,
                        0,
                        List.of(
                                new LaneStatus(
                                        "anna",
                                        "new",
                                        "live",
                                        0,
                                        0,
                                        null,
                                        0,
                                        List.of(parked),
                                        List.of(
                                                new LaneStatus.Parked(
                                                        "entry 4", "Subscribed", "no", "then")),
                                        3))));
        assertThat(Run.imapmirror("status", "--config", config()).out())
                .contains("INBOX UID 7", "anna", "message", "2026-11-25T10:00:00Z", "too  big")
                .contains("SKIPPED", "entry 4", "held 3");
    }

    @Test
    void noAnswerExitsTwo() throws Exception {
        String config = config();
        server.close();
        Run run = Run.imapmirror("status", "--config", config, "--json");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("is imapmirror running");
        assertThat(Run.imapmirror("sweep", "--config", config).code()).isEqualTo(2);
    }

    @Test
    void decisionsAreCarriedOver() throws Exception {
        String c = config();
        String item = "Sent & more UID 7";
        assertThat(Run.imapmirror("retry", "-c", c, "anna", "--mirror", "new", "--item", item))
                .isEqualTo(new Run(0, "2 items will be tried again; see imapmirror status\n", ""));
        assertThat(Run.imapmirror("skip", "-c", c, "--item", item, "--json"))
                .isEqualTo(new Run(0, "{\"items\":2}\n", ""));
        assertThat(Run.imapmirror("skip", "-c", c, "--all").code()).isZero();
        assertThat(Run.imapmirror("approve", "-c", c, "anna").code()).isZero();
        assertThat(Run.imapmirror("purge", "-c", c).out()).contains("2 messages");
        assertThat(acted)
                .containsExactly(
                        "RETRY anna new " + item,
                        "SKIP null null " + item,
                        "SKIP null null null",
                        "APPROVE anna null null",
                        "PURGE null null null");
        assertThat(Run.imapmirror("retry", "-c", c, "nobody").code()).isOne();
        assertThat(Run.imapmirror("held", "-c", c).out()).contains("Trash UID 9", "never");
        assertThat(Run.imapmirror("held", "-c", c, "--json").out()).contains("\"mirrorUid\":9");
    }

    @Test
    void whatGivesSomethingUpHasToBeNamed() throws Exception {
        assertThat(Run.imapmirror("skip", "-c", config()).code()).isEqualTo(64);
        assertThat(Run.imapmirror("skip", "-c", config()).err()).contains("--item");
        assertThat(Run.imapmirror("approve", "-c", config()).code()).isEqualTo(64);
        assertThat(acted).isEmpty();
    }

    @Test
    void sweepTellsHowMany() throws Exception {
        String config = config();
        assertThat(Run.imapmirror("sweep", "-c", config))
                .isEqualTo(new Run(0, "7 accounts will be compared\n", ""));
        assertThat(Run.imapmirror("sweep", "-c", config, "anna"))
                .isEqualTo(new Run(0, "1 account will be compared\n", ""));
        Run run = Run.imapmirror("sweep", "-c", config, "anna", "nobody");
        assertThat(run.code()).isOne();
        assertThat(run.err()).contains("nobody is not mirrored");
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "sweep"})
    void badConfigurationExits78(String command) throws Exception {
        Path bad = Files.writeString(folder.resolve("bad.yaml"), "listners: []\n");
        Run run = Run.imapmirror(command, "--config", bad.toString());
        assertThat(run.code()).isEqualTo(78);
        assertThat(run.err())
                .contains(bad + " has 4 errors")
                .contains("did you mean listeners?")
                .doesNotContain("\tat ");
    }

    @Test
    void unknownCommandOrOptionExits64() {
        assertThat(Run.imapmirror("stauts").code()).isEqualTo(64);
        assertThat(Run.imapmirror("stauts").err()).contains("Did you mean").contains("status");
        assertThat(Run.imapmirror("status", "--jsn").code()).isEqualTo(64);
        assertThat(Run.imapmirror("version", "extra").code()).isEqualTo(64);
        Run run = Run.imapmirror();
        assertThat(run.code()).isEqualTo(64);
        assertThat(run.err()).contains("which command?").contains("Usage: imapmirror");
    }

    @Test
    void helpAndVersionExitZero() {
        Run help = Run.imapmirror("--help");
        assertThat(help.code()).isZero();
        assertThat(help.out()).contains("status", "sweep", "version", "Exit codes");
        assertThat(Run.imapmirror("status", "--help").out()).contains("degraded");
        assertThat(Run.imapmirror("version").out()).startsWith("imapmirror ");
        assertThat(Run.imapmirror("--version").code()).isZero();
        assertThat(Run.imapmirror("version").code()).isZero();
    }
}
