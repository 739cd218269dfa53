package org.imapmirror.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Trust;
import org.imapmirror.testing.RealServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Before the login a client of the proxy gets the server's own octets: each of these conversations
/// is held twice with the server itself, and once through the proxy. What differs between the first
/// two (session ids, clocks) may differ in the third.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class BeforeLoginContract {
    private static final String END = "zz LOGOUT\r\n";

    /// Wrong passwords are answered at once.
    private static final ProxyLimits WITHOUT_DELAYS =
            new ProxyLimits(
                    TestProxy.LIMITS.login(),
                    TestProxy.LIMITS.commands(),
                    new ProxyLimits.Clients(
                            0,
                            0,
                            List.of(Network.parse("127.0.0.0/8")),
                            ProxyLimits.FailedLogins.DEFAULTS),
                    TestProxy.LIMITS.times());

    private RealServer server;
    private TestProxy proxy;

    abstract RealServer launch();

    /// What the proxy may keep from clients.
    abstract Set<String> hidden();

    @BeforeAll
    void start() throws IOException {
        server = launch();
        proxy =
                TestProxy.before(
                                new Endpoint(
                                        "old",
                                        server.host(),
                                        server.imapPort(),
                                        Endpoint.Tls.NONE,
                                        new Trust.System()))
                        .limits(WITHOUT_DELAYS)
                        .start();
    }

    @AfterAll
    void stop() {
        proxy.close();
        server.close();
    }

    static Stream<String> conversations() {
        return Stream.of(
                "",
                "a CAPABILITY",
                "a NOOP",
                "a noop",
                "a NOOP x",
                "a  NOOP",
                "a NOOP ",
                " a NOOP",
                "a",
                "",
                " ",
                "a ",
                "a BOGUS",
                "a BOGUS x \"y\" (z)",
                "a SELECT INBOX",
                "a UID FETCH 1 FLAGS",
                "a APPEND INBOX x",
                "a IDLE",
                "a ENABLE CONDSTORE",
                "a ENABLE",
                "a NAMESPACE",
                "a LOGOUT",
                "a LOGOUT x",
                "+ NOOP",
                "* NOOP",
                "a[b] NOOP",
                "a{1 NOOP",
                "a\"b NOOP",
                "a\\b NOOP",
                "a(b NOOP",
                "a%b NOOP",
                "\u00e9 NOOP",
                "a\u0001 NOOP",
                "a \u0001",
                "a N\u00e9OP",
                "a NOOP\u0000",
                "x".repeat(500) + " NOOP",
                "a " + "x".repeat(500),
                "a NOOP " + "x".repeat(7000),
                "a ID NIL",
                "a ID (\"name\" \"x\" \"version\" NIL)",
                "a ID (\"name\" {1+}\r\nx)",
                "a ID x",
                "a ID (\"name\")",
                "a ID (\"" + "x".repeat(60) + "\" \"y\")",
                "a LOGIN",
                "a LOGIN %user",
                "a LOGIN %user wrong",
                "a LOGIN %user wrong more",
                "a LOGIN nobody wrong",
                "a LOGIN \"%user\" \"wr\\ong\"",
                "a LOGIN \"%user wrong",
                "a LOGIN \"\" \"\"",
                "a LOGIN {5+}\r\nwrong {5+}\r\nwrong",
                "a LOGIN {05+}\r\nwrong x",
                "a LOGIN {x}",
                "a LOGIN (%user wrong)",
                "a LOGIN %user wrong\r\nb LOGIN %user wrong\r\nc NOOP\r\nd BOGUS",
                "a AUTHENTICATE",
                "a AUTHENTICATE NOSUCH",
                "a AUTHENTICATE PLAIN %wrong",
                "a AUTHENTICATE plain %wrong",
                "a AUTHENTICATE PLAIN %wrong more",
                "a AUTHENTICATE PLAIN !!!!",
                "a AUTHENTICATE PLAIN AAAA",
                "a AUTHENTICATE \"PLAIN\" %wrong",
                "a NOOP\nb NOOP\n",
                "a NOOP\rb NOOP",
                "a NOOP\r",
                "a NOOP\r\nb CAPABILITY\r\nc ID NIL\r\nd NOOP");
    }

    /// Conversations in which the client waits: what is sent next comes behind the answer.
    static Stream<List<String>> dialogues() {
        return Stream.of(
                List.of("a AUTHENTICATE PLAIN", "*"),
                List.of("a AUTHENTICATE PLAIN", "%wrong"),
                List.of("a AUTHENTICATE PLAIN", "!!!"),
                List.of("a AUTHENTICATE PLAIN", ""),
                List.of("a AUTHENTICATE LOGIN", "eA==", "eQ=="),
                List.of("a AUTHENTICATE LOGIN", "eA==", "*"),
                List.of("a LOGIN {5}", "wrong {5}", "wrong"),
                List.of("a LOGIN {5}", "wrong", "b NOOP"),
                List.of("a ID (\"name\" {1}", "x)"));
    }

    @ParameterizedTest
    @MethodSource("conversations")
    void conversation(String octets) throws IOException {
        compare(List.of(octets));
    }

    @ParameterizedTest
    @MethodSource("dialogues")
    void dialogue(List<String> steps) throws IOException {
        compare(steps);
    }

    /// The proxy has its own limit, so only the end is the same.
    @Test
    void lineOfAnyLengthEndsTheConnectionWithBye() throws IOException {
        for (int port : List.of(server.imapPort(), proxy.port())) {
            try (Wire wire = Wire.to(port)) {
                wire.line();
                wire.raw("a NOOP " + "x".repeat(100_000) + "\r\n" + END);
                assertThat(wire.line()).matches("(\\* BYE|\\* BAD|a BAD|a NO) .*");
            }
        }
    }

    private void compare(List<String> steps) throws IOException {
        List<String> one = talk(server.imapPort(), steps);
        List<String> other = talk(server.imapPort(), steps);
        List<String> through = talk(proxy.port(), steps);
        assertThat(other).as("the server says as much each time").hasSameSizeAs(one);
        assertThat(through).as("directly: %s", one).hasSameSizeAs(one);
        for (int i = 0; i < one.size(); i++) {
            compare(one.get(i), other.get(i), through.get(i));
        }
    }

    private void compare(String one, String other, String through) {
        List<String> expected = words(without(one, through));
        List<String> again = words(without(other, through));
        List<String> got = words(through);
        for (int i = 0; i < expected.size(); i++) {
            if (Math.min(again.size(), got.size()) > i && !again.get(i).equals(expected.get(i))) {
                expected.set(i, got.get(i));
            }
        }
        assertThat(String.join("", got)).isEqualTo(String.join("", expected));
    }

    /// Without the capabilities that were kept from the client.
    private String without(String line, String through) {
        String text = line;
        if (line.contains("CAPABILITY ")) {
            for (String word : hidden()) {
                if (!words(through).contains(word)) {
                    text = text.replaceAll(" " + Pattern.quote(word) + "(?=[] \r])", "");
                }
            }
        }
        return text;
    }

    private static List<String> words(String line) {
        return new ArrayList<>(Arrays.asList(line.split("(?<=[] \\r])|(?=[] \\r])")));
    }

    /// Every line with its end, from the greeting to the end of the connection.
    private List<String> talk(int port, List<String> steps) throws IOException {
        List<String> lines = new ArrayList<>();
        try (Wire wire = Wire.to(port)) {
            lines.add(wire.wholeLine());
            for (int i = 0; i < steps.size(); i++) {
                boolean last = i == steps.size() - 1;
                wire.raw(filled(steps.get(i)) + "\r\n" + (last ? END : ""));
                if (!last) {
                    lines.add(wire.wholeLine());
                }
            }
            while (!wire.isEndedOr(lines::add)) {
                // to the end
            }
        }
        return lines;
    }

    private String filled(String text) {
        String wrong =
                Base64.getEncoder()
                        .encodeToString(("\0" + server.user(1) + "\0wrong").getBytes(ISO_8859_1));
        return text.replace("%user", server.user(1)).replace("%wrong", wrong);
    }
}
