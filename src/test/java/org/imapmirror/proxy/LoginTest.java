package org.imapmirror.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

/// Who logs in is read from what passes, and what passes is not changed.
class LoginTest {
    private final RecordingTap tap = new RecordingTap();
    private FakePrimary primary;
    private TestProxy proxy;
    private Wire client;
    private Wire server;

    @BeforeEach
    void connect() throws IOException {
        primary = new FakePrimary();
        proxy = TestProxy.before(primary.endpoint("old")).tap(tap).excluding("nobody").start();
        client = proxy.connect();
        server = primary.greet();
        client.line();
    }

    @AfterEach
    void end() throws IOException {
        client.close();
        server.close();
        proxy.close();
        primary.close();
    }

    static List<Arguments> commands() {
        return List.of(
                command("LOGIN alice secret", "alice", "secret"),
                command("login ALICE secret", "alice", "secret"),
                command("LOGIN \"al\\\\ice\" \"s\\\"cret\"", "al\\ice", "s\"cret"),
                command("LOGIN alice@example.org \"\"", "alice@example.org", ""),
                command("LOGIN {5+}\r\nalice {6+}\r\nsecret", "alice", "secret"),
                command("LOGIN alice {6+}\r\nsecret", "alice", "secret"),
                command("LOGIN {5+}\r\nalice \"secret\"", "alice", "secret"),
                command("AUTHENTICATE PLAIN " + plain("", "alice", "secret"), "alice", "secret"),
                command(
                        "authenticate plain " + plain("alice", "alice", "secret"),
                        "alice",
                        "secret"),
                command("AUTHENTICATE PLAIN " + plain("alice", "master", "secret"), "alice", null),
                command("LOGIN alice*master secret", "alice", null),
                command("LOGIN {12+}\r\nalice*master {6+}\r\nsecret", "alice", null),
                command("LOGIN *master secret", "*master", "secret"),
                command("AUTHENTICATE PLAIN " + plain("", "alice*master", "secret"), "alice", null),
                command(
                        "AUTHENTICATE PLAIN " + plain("alice", "bob*master", "secret"),
                        "alice",
                        null),
                command(
                        "AUTHENTICATE XOAUTH2 " + base64("user=alice\1auth=Bearer secret\1\1"),
                        "alice",
                        null),
                command(
                        "AUTHENTICATE OAUTHBEARER "
                                + base64("n,a=alice,\1host=x\1auth=Bearer secret\1\1"),
                        "alice",
                        null));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void loginInOneGo(String command, String user, String password) throws IOException {
        client.send("a " + command);
        String wanted = "a " + command + "\r\n";
        assertThat(server.octets(wanted.length())).isEqualTo(wanted);
        server.send("a OK in");
        assertThat(client.line()).isEqualTo("a OK in");
        assertLoggedIn(user, password);
        client.send("b NOOP");
        assertThat(server.line()).isEqualTo("b NOOP");
        assertThat(tap.seen).containsExactly("C: b NOOP");
    }

    @Test
    void octetByOctet() throws IOException {
        for (char c : "a LOGIN {5}\r\n".toCharArray()) {
            client.raw(String.valueOf(c));
        }
        assertThat(server.line()).isEqualTo("a LOGIN {5}");
        server.send("+ go on");
        assertThat(client.line()).isEqualTo("+ go on");
        for (char c : "alice secret\r\nb NOOP\r\n".toCharArray()) {
            client.raw(String.valueOf(c));
        }
        assertThat(server.line()).isEqualTo("alice secret");
        assertThat(server.isQuiet()).isTrue();
        server.send("a OK in");
        assertThat(server.line()).isEqualTo("b NOOP");
        assertLoggedIn("alice", "secret");
    }

    @Test
    void scramIsRelayedAndTheNameRead() throws IOException {
        client.send("a AUTHENTICATE SCRAM-SHA-256");
        server.line();
        server.send("+ ");
        client.line();
        client.send(base64("n,,n=al=2Cice,r=nonce"));
        server.line();
        server.send("+ " + base64("r=nonce,s=salt,i=4096"));
        client.line();
        client.send(base64("c=biws,r=nonce,p=proof"));
        server.line();
        server.send("a OK in");
        client.line();
        assertLoggedIn("al,ice", null);
    }

    @Test
    void unknownMechanismIsRelayedWithoutATap() throws IOException {
        client.send("a AUTHENTICATE X-TOKEN");
        server.line();
        server.send("+ ");
        client.line();
        client.send("d2hhdGV2ZXI=");
        server.line();
        server.send("a OK in");
        client.line();
        client.send("b NOOP");
        assertThat(server.line()).isEqualTo("b NOOP");
        assertThat(tap.logins).isEmpty();
    }

    @Test
    void refusedCredentialsAreForgotten() throws IOException {
        client.send("a LOGIN alice wrong");
        server.line();
        server.send("a NO wrong");
        client.line();
        client.send("b LOGIN bob secret");
        server.line();
        server.send("b OK in");
        client.line();
        assertLoggedIn("bob", "secret");
        assertThat(counter("failed")).isEqualTo(1);
        assertThat(counter("ok")).isEqualTo(1);
    }

    @Test
    void accountThatIsNotMirroredIsRelayedWithoutATap() throws IOException {
        client.send("a LOGIN nobody secret");
        server.line();
        server.send("a OK in");
        client.line();
        client.send("b NOOP");
        assertThat(server.line()).isEqualTo("b NOOP");
        assertThat(tap.logins).isEmpty();
    }

    @Test
    void nameThatIsNoneIsRelayedWithoutATap() throws IOException {
        client.send("a LOGIN \" \" secret");
        server.line();
        server.send("a OK in");
        client.line();
        client.send("b NOOP");
        assertThat(server.line()).isEqualTo("b NOOP");
        assertThat(tap.logins).isEmpty();
    }

    @Test
    void taggedOkInsideALiteralIsNoLogin() throws IOException {
        client.send("a LOGIN alice secret");
        server.line();
        server.send("* X {9}", "a OK in\r\n", "a NO wrong");
        client.until("a NO");
        assertThat(tap.logins).isEmpty();
        assertThat(counter("failed")).isEqualTo(1);
    }

    @Test
    void nothingOfALoginIsEverLogged() throws IOException {
        try (Logged log = Logged.at(Level.TRACE)) {
            String marker = "pässwörd-MARKER";
            String octets =
                    new String(
                            marker.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
            client.send("a LOGIN alice \"" + octets + "\"");
            server.line();
            server.send("a NO wrong");
            client.line();
            client.send("b AUTHENTICATE PLAIN " + plain("", "alice", marker));
            server.line();
            server.send("b OK in");
            client.line();
            client.send("c NOOP");
            server.line();
            server.close();
            client.line();
            assertThat(tap.logins).hasSize(1);
            assertThat(tap.logins.toString()).doesNotContain(marker);
            assertThat(log.lines(Level.TRACE)).isNotEmpty();
            assertThat(log.lines(Level.TRACE))
                    .noneMatch(line ->
                            line.contains("MARKER")
                                    || line.contains(plain("", "alice", marker))
                                    || line.contains("LOGIN alice"));
        }
    }

    private void assertLoggedIn(String user, @Nullable String password) {
        assertThat(tap.logins).hasSize(1);
        Tap.Login login = tap.logins.getFirst();
        assertThat(login.account().name()).isEqualTo(user);
        if (password == null) {
            assertThat(login.credentials()).isNull();
        } else {
            Tap.Credentials shown = Objects.requireNonNull(login.credentials());
            assertThat(shown.user()).isEqualToIgnoringCase(user);
            assertThat(shown.password()).isEqualTo(password);
        }
    }

    private double counter(String result) {
        return proxy.meters.get("imapmirror.proxy.logins").tag("result", result).counter().count();
    }

    private static Arguments command(String command, String user, @Nullable String password) {
        return Arguments.of(command, user, password);
    }

    private static String plain(String authzid, String user, String password) {
        return base64(authzid + "\0" + user + "\0" + password);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
