package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.awaitility.Awaitility;
import org.imapmirror.app.config.TestIdentity;
import org.imapmirror.imap.Trust;
import org.imapmirror.testing.Access;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.Mail;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.Ports;
import org.imapmirror.testing.WireClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.time.Duration;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/// A process that is told to read its configuration again.
@Tag("dovecot")
class ReloadIT {
    @TempDir Path directory;
    private final int tlsPort = Ports.one();
    private DovecotServer primary;
    private DovecotServer mirror;
    private Setup setup;

    @BeforeEach
    void start() {
        primary = DovecotServer.launch();
        mirror = DovecotServer.launch();
        setup = Setup.of(directory, primary, mirror);
    }

    @AfterEach
    void stop() {
        primary.close();
        mirror.close();
    }

    private Path write(String extra) throws IOException {
        Path config = setup.write(extra);
        String text = Files.readString(config);
        String tls =
                """
                tls: none}, {bind: "127.0.0.1:%d", tls: implicit}]
                tls: {certificate: "%s", key: "%s"}
                """
                        .formatted(
                                tlsPort, directory.resolve("it.crt"), directory.resolve("it.key"));
        return Files.writeString(config, text.replaceFirst("tls: none}]\n", tls));
    }

    private SSLSocket secure() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Trust.Insecure().manager()}, new SecureRandom());
        SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", tlsPort);
        socket.setSoTimeout(30_000);
        socket.startHandshake();
        return socket;
    }

    private static Certificate shown(SSLSocket socket) throws IOException {
        return socket.getSession().getPeerCertificates()[0];
    }

    /// @param times how often it was reloaded before
    private static void reload(ServeProcess serve, int times, String outcome) throws Exception {
        serve.signal("HUP");
        Awaitility.await(outcome)
                .atMost(Duration.ofSeconds(30))
                .until(() -> serve.said().split(outcome, -1).length - 1 > times);
    }

    @Test
    void sessionsGoOnAndWhatIsNewHolds() throws Exception {
        TestIdentity.write(directory, "it", "EC");
        Path config = write("");
        try (ServeProcess serve = ServeProcess.start(config).awaitPort(setup.port());
                WireClient client = new WireClient(setup.through(1));
                SSLSocket secure = secure()) {
            Certificate first = shown(secure);
            BufferedReader in =
                    new BufferedReader(
                            new InputStreamReader(
                                    secure.getInputStream(), StandardCharsets.US_ASCII));
            assertThat(in.readLine()).startsWith("* OK");
            client.append("INBOX", "()", Mail.message("one", "x")).orFail();
            awaitMessages(1, 1);

            Files.delete(directory.resolve("it.p12"));
            TestIdentity.write(directory, "it", "EC");
            write(
                    """
                      max-hold: 100ms
                    brake: {messages: 1, percent: 1}
                    accounts: {exclude: ["%s"]}
                    """
                            .formatted(primary.user(1)));
            reload(serve, 0, "configuration reloaded");
            assertThat(serve.said())
                    .contains("this change of the configuration needs a restart")
                    .contains("journal.max-hold")
                    .doesNotContain("key=\"brake");
            try (SSLSocket another = secure()) {
                assertThat(shown(another)).isNotEqualTo(first);
            }
            secure.getOutputStream().write("a NOOP\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(in.readLine()).startsWith("a OK");
            client.append("INBOX", "()", Mail.message("two", "x")).orFail();
            try (WireClient other = new WireClient(setup.through(2))) {
                other.append("INBOX", "()", Mail.message("other", "x")).orFail();
            }
            awaitMessages(2, 1);
            assertThat(messages(primary, 1)).isEqualTo(2);
            assertThat(messages(mirror, 1)).isEqualTo(1);

            Files.writeString(config, Files.readString(config).replace("brake:", "break:"));
            reload(serve, 0, "configuration not reloaded");
            assertThat(serve.said()).contains("break").contains("is not a known key");
            client.command("NOOP").orFail();

            write("log: {format: json}");
            reload(serve, 1, "configuration reloaded");
            awaitMessages(1, 2);
            client.append("INBOX", "()", Mail.message("three", "x")).orFail();
            awaitMessages(1, 3);
            assertThat(
                            Mailboxes.read(Access.to(mirror, 1))
                                    .differencesFrom(
                                            Mailboxes.read(Access.to(primary, 1)),
                                            Mailboxes.Order.OF_UIDS))
                    .isEmpty();
            String last = serve.said().lines().toList().getLast();
            JsonNode line = new ObjectMapper().readTree(last);
            assertThat(line.path("level").asText()).as(last).isEqualTo("INFO");
            assertThat(line.path("logger").asText()).startsWith("org.imapmirror.");
            assertThat(line.hasNonNull("time") && line.hasNonNull("message")).isTrue();
        }
    }

    /// Neither a login nor a change through the proxy says that it is there.
    @Test
    void anAccountThatIsInAgainIsCompared() throws Exception {
        String unwatched = "sweep: {watch: none}\naccounts: {exclude: [%s]}\n";
        Path config = setup.write(unwatched.formatted(primary.user(2)));
        try (ServeProcess serve = ServeProcess.start(config).awaitPort(setup.port());
                WireClient second = new WireClient(setup.through(2))) {
            try (WireClient client = new WireClient(setup.through(1))) {
                client.append("INBOX", "()", Mail.message("one", "x")).orFail();
            }
            second.append("INBOX", "()", Mail.message("one", "x")).orFail();
            awaitMessages(1, 1);

            setup.write(unwatched.formatted(primary.user(1)));
            reload(serve, 0, "configuration reloaded");
            Awaitility.await("the end of the session that nobody followed")
                    .untilAsserted(() ->
                            assertThatThrownBy(() -> second.command("NOOP"))
                                    .isInstanceOf(IOException.class));
            try (WireClient again = new WireClient(setup.through(2))) {
                again.append("INBOX", "()", Mail.message("two", "x")).orFail();
                awaitMessages(2, 2);
            }
            try (WireClient past = new WireClient(Access.to(primary, 1))) {
                past.append("INBOX", "()", Mail.message("two", "x")).orFail();
            }
            setup.write(unwatched.formatted(""));
            reload(serve, 1, "configuration reloaded");
            awaitMessages(1, 2);
        }
    }

    /// Its account was left out when the server's mode was changed, so that the start found nothing
    /// wrong.
    @Test
    void anArchiveThatComesBackAsAMirrorLosesNothing() throws Exception {
        try (ServeProcess _ =
                        ServeProcess.start(setup.withArchives(0).write(""))
                                .awaitPort(setup.port());
                WireClient client = new WireClient(setup.through(1))) {
            client.append("INBOX", "()", Mail.message("one", "x")).orFail();
            awaitMessages(1, 1);
            client.command("SELECT INBOX").orFail();
            client.command("STORE 1 +FLAGS.SILENT (\\Deleted)").orFail();
            client.command("EXPUNGE").orFail();
        }
        Path config = setup.write("accounts: {exclude: [%s]}".formatted(primary.user(1)));
        try (ServeProcess serve = ServeProcess.start(config).awaitPort(setup.port())) {
            setup.write("");
            reload(serve, 0, "configuration reloaded");
            Awaitility.await("the refusal").until(() -> serve.said().contains("was an archive"));
            try (WireClient client = new WireClient(setup.through(1))) {
                client.append("INBOX", "()", Mail.message("two", "x")).orFail();
            }
            assertThat(messages(mirror, 1)).isEqualTo(1);
        }
    }

    /// Those that are connected stay so.
    @Test
    void aLowerLimitHoldsForNewSessions() throws Exception {
        Path config = setup.write("limits: {per-account: 3}");
        try (ServeProcess serve = ServeProcess.start(config).awaitPort(setup.port());
                WireClient first = new WireClient(setup.through(1));
                WireClient second = new WireClient(setup.through(1))) {
            setup.write("limits: {per-account: 1}");
            reload(serve, 0, "configuration reloaded");
            assertThat(serve.said()).doesNotContain("needs a restart");
            first.command("SELECT INBOX").orFail();
            second.append("INBOX", "()", Mail.message("one", "x")).orFail();
            assertThatThrownBy(() -> new WireClient(setup.through(1)).close())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("[LIMIT]");
            new WireClient(setup.through(2)).close();
            setup.write("limits: {per-account: 3}");
            reload(serve, 1, "configuration reloaded");
            new WireClient(setup.through(1)).close();
            awaitMessages(1, 1);
        }
    }

    private void awaitMessages(int user, int count) {
        Awaitility.await(count + " messages of " + user)
                .atMost(Duration.ofSeconds(60))
                .until(() -> messages(mirror, user) == count);
    }

    private static int messages(DovecotServer server, int user) {
        return Mailboxes.read(Access.to(server, user)).byName().values().stream()
                .mapToInt(m -> m.messages().size())
                .sum();
    }
}
