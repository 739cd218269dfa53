package org.imapmirror.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// Carol's primary is another server than the one that clients see first.
class SwitchTest {
    private final RecordingTap tap = new RecordingTap();
    private FakePrimary first;
    private FakePrimary second;
    private TestProxy proxy;
    private Wire client;
    private Wire firstServer;

    @BeforeEach
    void connect() throws IOException {
        first = new FakePrimary();
        second = new FakePrimary();
        proxy =
                TestProxy.before(first.endpoint("old"))
                        .moved("carol", second.endpoint("other"))
                        .tap(tap)
                        .start();
        client = proxy.connect();
        firstServer = first.greet();
        client.line();
    }

    @AfterEach
    void end() throws IOException {
        client.close();
        firstServer.close();
        proxy.close();
        first.close();
        second.close();
    }

    @Test
    void passwordIsShownToTheAccountsOwnServerOnly() throws IOException {
        client.send("a LOGIN carol secret", "b NOOP");
        Wire server = second.greet();
        assertThat(firstServer.atEnd()).isTrue();
        assertThat(server.line()).isEqualTo("a LOGIN carol secret");
        server.send("a OK [CAPABILITY IMAP4rev1 MOVE] in");
        assertThat(client.line()).isEqualTo("a OK [CAPABILITY IMAP4rev1 MOVE COMPRESS=DEFLATE] in");
        assertThat(server.line()).isEqualTo("b NOOP");
        server.send("b OK done");
        assertThat(client.line()).isEqualTo("b OK done");
        assertThat(tap.logins.getFirst().server()).isEqualTo("other");
        assertThat(tap.logins.getFirst().capabilities())
                .containsExactlyInAnyOrder("IMAP4REV1", "MOVE");
    }

    @Test
    void synchronizingLiterals() throws IOException {
        client.send("a LOGIN {5}");
        assertThat(firstServer.line()).isEqualTo("a LOGIN {5}");
        firstServer.send("+ go on");
        assertThat(client.line()).isEqualTo("+ go on");
        client.send("carol {6}");
        Wire server = second.greet();
        assertThat(firstServer.atEnd()).isTrue();
        assertThat(server.line()).isEqualTo("a LOGIN {5}");
        assertThat(server.isQuiet()).isTrue();
        server.send("+ yes");
        assertThat(server.line()).isEqualTo("carol {6}");
        server.send("+ and");
        assertThat(client.line()).isEqualTo("+ and");
        client.send("secret");
        assertThat(server.line()).isEqualTo("secret");
        server.send("a OK in");
        assertThat(client.line()).isEqualTo("a OK in");
        assertThat(tap.logins.getFirst().credentials())
                .isEqualTo(new Tap.Credentials("carol", "secret"));
    }

    @Test
    void authenticateLogin() throws IOException {
        client.send("a AUTHENTICATE LOGIN");
        firstServer.line();
        firstServer.send("+ VXNlcm5hbWU6");
        client.line();
        client.send(base64("carol"));
        Wire server = second.greet();
        assertThat(firstServer.atEnd()).isTrue();
        assertThat(server.line()).isEqualTo("a AUTHENTICATE LOGIN");
        server.send("+ VXNlcm5hbWU6");
        assertThat(server.line()).isEqualTo(base64("carol"));
        server.send("+ UGFzc3dvcmQ6");
        assertThat(client.line()).isEqualTo("+ UGFzc3dvcmQ6");
        client.send(base64("secret"));
        assertThat(server.line()).isEqualTo(base64("secret"));
        server.send("a OK in");
        assertThat(client.line()).isEqualTo("a OK in");
        assertThat(tap.logins.getFirst().credentials())
                .isEqualTo(new Tap.Credentials("carol", "secret"));
    }

    @Test
    void authenticatePlainWithoutInitialResponse() throws IOException {
        client.send("a AUTHENTICATE PLAIN");
        firstServer.line();
        firstServer.send("+ ");
        client.line();
        client.send(base64("\0carol\0secret"));
        Wire server = second.greet();
        assertThat(server.line()).isEqualTo("a AUTHENTICATE PLAIN");
        server.send("+ ");
        assertThat(server.line()).isEqualTo(base64("\0carol\0secret"));
        server.send("a NO wrong");
        assertThat(client.line()).isEqualTo("a NO wrong");
        // The session stays with that server; another login goes where it belongs.
        client.send("b LOGIN alice secret");
        Wire again = first.greet();
        assertThat(again.line()).isEqualTo("b LOGIN alice secret");
        again.send("b OK in");
        assertThat(client.line()).isEqualTo("b OK in");
        assertThat(tap.logins.getFirst().server()).isEqualTo("old");
    }

    @Test
    void otherServerThatIsDown() throws IOException {
        second.close();
        client.send("a LOGIN carol secret");
        assertThat(client.line()).startsWith("* BYE [UNAVAILABLE]");
        assertThat(client.atEnd()).isTrue();
        assertThat(tap.logins).isEmpty();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
