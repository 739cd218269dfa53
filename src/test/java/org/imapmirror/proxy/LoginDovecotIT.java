package org.imapmirror.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Trust;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.Scram;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Base64;
import java.util.Comparator;
import java.util.Objects;
import java.util.stream.Stream;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Every way to log in that clients are offered, at a real server: the account is known, and what
/// the server says is what the client hears.
@Tag("dovecot")
class LoginDovecotIT {
    private static final byte[] KEY =
            "a key of this test, thirty-two o".getBytes(StandardCharsets.US_ASCII);

    private static Path keys;
    private static DovecotServer dovecot;

    private final RecordingTap tap = new RecordingTap();
    private TestProxy proxy;
    private Wire client;

    @BeforeAll
    static void start() throws IOException {
        keys = Files.createTempDirectory(Path.of("/tmp"), "im-keys-");
        Path key = Files.createDirectories(keys.resolve("default/HS256")).resolve("default");
        Files.writeString(key, Base64.getEncoder().encodeToString(KEY));
        Path settings =
                Files.writeString(
                        keys.resolve("oauth2.conf"),
                        """
                        introspection_mode = local
                        local_validation_key_dict = fs:posix:prefix=%s/
                        username_attribute = sub
                        """
                                .formatted(keys));
        try (Stream<Path> all = Files.walk(keys)) {
            for (Path file : all.toList()) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
        dovecot =
                DovecotServer.launch(
                        9,
                        """
                        auth_mechanisms = plain login scram-sha-1 scram-sha-256 xoauth2 oauthbearer
                        passdb {
                          driver = oauth2
                          mechanisms = xoauth2 oauthbearer
                          args = %s
                        }
                        # no penalty for the refusals of earlier tests
                        service anvil {
                          unix_listener anvil-auth-penalty {
                            mode = 0
                          }
                        }
                        """
                                .formatted(settings));
    }

    @AfterAll
    static void stop() throws IOException {
        dovecot.close();
        try (Stream<Path> all = Files.walk(keys)) {
            for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @BeforeEach
    void connect() throws IOException {
        proxy =
                TestProxy.before(
                                new Endpoint(
                                        "old",
                                        dovecot.host(),
                                        dovecot.imapPort(),
                                        Endpoint.Tls.NONE,
                                        new Trust.System()))
                        .tap(tap)
                        .start();
        client = proxy.connect();
        client.line();
    }

    @AfterEach
    void disconnect() throws IOException {
        client.close();
        proxy.close();
    }

    @Test
    void everyMechanismIsOffered() throws Exception {
        client.send("a CAPABILITY");
        assertThat(client.until("* CAPABILITY"))
                .contains(
                        " AUTH=PLAIN",
                        " AUTH=LOGIN",
                        " AUTH=SCRAM-SHA-1",
                        " AUTH=SCRAM-SHA-256",
                        " AUTH=XOAUTH2",
                        " AUTH=OAUTHBEARER",
                        " SASL-IR");
    }

    @ParameterizedTest
    @CsvSource({
        "SCRAM-SHA-1, true",
        "SCRAM-SHA-1, false",
        "SCRAM-SHA-256, true",
        "SCRAM-SHA-256, false"
    })
    void scram(String mechanism, boolean initialResponse) throws Exception {
        Scram scram = new Scram(mechanism, dovecot.user(1), dovecot.password(1));
        begin("a", mechanism, scram.first(), initialResponse);
        client.send(scram.last(challenge()));
        assertThat(scram.proves(challenge())).isTrue();
        client.send("");
        assertThat(client.until("a ")).startsWith("a OK");
        assertLoggedIn(1, null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"SCRAM-SHA-1", "SCRAM-SHA-256"})
    void scramWithAWrongPasswordAndAgain(String mechanism) throws Exception {
        Scram wrong = new Scram(mechanism, dovecot.user(2), "wrong");
        begin("a", mechanism, wrong.first(), true);
        client.send(wrong.last(challenge()));
        assertThat(client.until("a ")).startsWith("a NO [AUTHENTICATIONFAILED] ");
        Scram right = new Scram(mechanism, dovecot.user(1), dovecot.password(1));
        begin("b", mechanism, right.first(), false);
        client.send(right.last(challenge()));
        assertThat(right.proves(challenge())).isTrue();
        client.send("");
        assertThat(client.until("b ")).startsWith("b OK");
        assertLoggedIn(1, null);
    }

    @ParameterizedTest
    @CsvSource({"XOAUTH2, true", "XOAUTH2, false", "OAUTHBEARER, true", "OAUTHBEARER, false"})
    void tokens(String mechanism, boolean initialResponse) throws Exception {
        begin("a", mechanism, token(mechanism, dovecot.user(1), jwt(1)), initialResponse);
        assertThat(client.until("a ")).startsWith("a OK");
        assertLoggedIn(1, null);
    }

    @ParameterizedTest
    @CsvSource({"XOAUTH2, true, ''", "XOAUTH2, false, ''", "OAUTHBEARER, true, AQ=="})
    void refusedTokenAndAgain(String mechanism, boolean initialResponse, String acknowledgement)
            throws Exception {
        begin("a", mechanism, token(mechanism, dovecot.user(2), "bad"), initialResponse);
        assertThat(new String(Base64.getDecoder().decode(challenge()), StandardCharsets.UTF_8))
                .startsWith("{\"status\":");
        client.send(acknowledgement);
        assertThat(client.until("a ")).startsWith("a NO [AUTHENTICATIONFAILED] ");
        begin("b", mechanism, token(mechanism, dovecot.user(1), jwt(1)), initialResponse);
        assertThat(client.until("b ")).startsWith("b OK");
        assertLoggedIn(1, null);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void plain(boolean initialResponse) throws Exception {
        String shown = base64("\0" + dovecot.user(1) + "\0" + dovecot.password(1));
        begin("a", "PLAIN", shown, initialResponse);
        assertThat(client.until("a ")).startsWith("a OK");
        assertLoggedIn(1, new Tap.Credentials(dovecot.user(1), dovecot.password(1)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void login(boolean initialResponse) throws Exception {
        begin("a", "LOGIN", base64(dovecot.user(1)), initialResponse);
        assertThat(challenge()).isEqualTo(base64("Password:"));
        client.send(base64(dovecot.password(1)));
        assertThat(client.until("a ")).startsWith("a OK");
        assertLoggedIn(1, new Tap.Credentials(dovecot.user(1), dovecot.password(1)));
    }

    @ParameterizedTest
    @CsvSource({
        "SCRAM-SHA-256, false, false",
        "SCRAM-SHA-1, true, false",
        "PLAIN, false, false",
        "LOGIN, false, true",
        "LOGIN, true, false",
        "OAUTHBEARER, false, false"
    })
    void abortedAndAgain(String mechanism, boolean initialResponse, boolean second)
            throws Exception {
        String first =
                mechanism.equals("LOGIN")
                        ? base64(dovecot.user(2))
                        : new Scram(mechanism, dovecot.user(2), "x").first();
        if (initialResponse) {
            client.send("a AUTHENTICATE " + mechanism + " " + first);
        } else {
            client.send("a AUTHENTICATE " + mechanism);
        }
        challenge();
        if (second) {
            client.send(first);
            challenge();
        }
        client.send("*");
        assertThat(client.until("a ")).startsWith("a BAD ");
        assertThat(client.ask("b", "LOGIN " + dovecot.user(1) + " " + dovecot.password(1)))
                .startsWith("b OK");
        assertLoggedIn(1, new Tap.Credentials(dovecot.user(1), dovecot.password(1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"LOGIN %s %s", "LOGIN \"%s\" \"%s\"", "login {8}\r\n%s {13+}\r\n%s"})
    void loginCommand(String form) throws Exception {
        String command = form.formatted(dovecot.user(1), dovecot.password(1));
        int literal = command.indexOf("}\r\n");
        if (literal < 0) {
            client.send("a " + command);
        } else {
            client.send("a " + command.substring(0, literal + 1));
            assertThat(client.line()).startsWith("+ ");
            client.send(command.substring(literal + 3));
        }
        assertThat(client.until("a ")).startsWith("a OK");
        assertLoggedIn(1, new Tap.Credentials(dovecot.user(1), dovecot.password(1)));
    }

    @Test
    void masterLoginIsTheAccountsWithoutAPasswordOfIts() throws Exception {
        String command = "LOGIN " + dovecot.masterLogin(1) + " " + dovecot.masterPassword();
        assertThat(client.ask("a", command)).startsWith("a OK");
        assertLoggedIn(1, null);
    }

    @Test
    void masterLoginByPlainIsTheAccountsToo() throws Exception {
        String shown = base64("\0" + dovecot.masterLogin(1) + "\0" + dovecot.masterPassword());
        begin("a", "PLAIN", shown, true);
        assertThat(client.until("a ")).startsWith("a OK");
        assertLoggedIn(1, null);
    }

    @Test
    void authorizationIdentityIsTheAccount() throws Exception {
        String shown = base64(dovecot.user(1) + "\0master\0" + dovecot.masterPassword());
        begin("a", "PLAIN", shown, false);
        assertThat(client.until("a ")).startsWith("a OK");
        assertLoggedIn(1, null);
    }

    @Test
    void refusalIsTheServersOwn() throws Exception {
        String direct;
        try (Wire wire = Wire.to(dovecot.imapPort())) {
            wire.line();
            direct = wire.ask("a", "LOGIN " + dovecot.user(1) + " wrong");
        }
        assertThat(client.ask("a", "LOGIN " + dovecot.user(1) + " wrong")).isEqualTo(direct);
        assertThat(direct).startsWith("a NO [AUTHENTICATIONFAILED] ");
    }

    private void begin(String tag, String mechanism, String first, boolean initialResponse)
            throws IOException {
        if (initialResponse) {
            client.send(tag + " AUTHENTICATE " + mechanism + " " + first);
        } else {
            client.send(tag + " AUTHENTICATE " + mechanism);
            challenge();
            client.send(first);
        }
    }

    private String challenge() throws IOException {
        return client.until("+").substring(1).strip();
    }

    private void assertLoggedIn(int user, Tap.@Nullable Credentials credentials)
            throws IOException {
        assertThat(client.ask("z", "STATUS INBOX (MESSAGES)")).startsWith("z OK");
        assertThat(tap.logins).hasSize(1);
        Tap.Login login = Objects.requireNonNull(tap.logins.getFirst());
        assertThat(login.account().name()).isEqualTo(dovecot.user(user));
        assertThat(login.credentials()).isEqualTo(credentials);
    }

    private static String token(String mechanism, String user, String token) {
        return base64(
                mechanism.equals("XOAUTH2")
                        ? "user=" + user + "\1auth=Bearer " + token + "\1\1"
                        : "n,a=" + user + ",\1host=x\1port=143\1auth=Bearer " + token + "\1\1");
    }

    private static String jwt(int user) throws Exception {
        long now = Instant.now().getEpochSecond();
        String signed =
                url("{\"alg\":\"HS256\",\"typ\":\"JWT\"}")
                        + "."
                        + url(
                                "{\"sub\":\"%s\",\"iat\":%d,\"exp\":%d}"
                                        .formatted(dovecot.user(user), now - 10, now + 3600));
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(KEY, "HMAC"));
        return signed
                + "."
                + Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
    }

    private static String url(String text) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
