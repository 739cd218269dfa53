package org.imapmirror.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Plays every file of `transcripts/proxy`: a client and a primary with the proxy between them.
///
/// ```
/// C: text   the client sends it, the primary receives it
/// S: text   the primary sends it, the client receives it
/// c: text   the client sends it, and it goes no further
/// s: text   the primary sends it, and it goes no further
/// p: text   the client receives it
/// q: text   the primary receives it
/// +C: text  as C:, but sent in one write with the next of the client's lines (also +c: and +S:)
/// ```
///
/// A line ends with CRLF, or with `\c` for nothing. `\0`, `\r`, `\n` are octets, `\s` is a space.
/// `<end>` is the end of a side's output, `<over>` a connection that is closed, `<nothing>` that
/// for a while nothing comes.
class TranscriptTest {
    private static final Path DIRECTORY = Path.of("src/test/resources/transcripts/proxy");

    @ParameterizedTest
    @MethodSource("files")
    void transcript(String file) throws IOException {
        List<String> lines =
                Files.readAllLines(DIRECTORY.resolve(file)).stream()
                        .filter(line -> !line.isBlank() && !line.startsWith("#"))
                        .toList();
        try (FakePrimary primary = new FakePrimary();
                TestProxy proxy = TestProxy.before(primary.endpoint("old")).start();
                Wire client = proxy.connect();
                Wire server = primary.accept()) {
            new Play(client, server).all(lines);
        }
    }

    static Stream<String> files() throws IOException {
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
        }
    }

    private record Play(Wire client, Wire server, StringBuilder sent, StringBuilder expected) {
        Play(Wire client, Wire server) {
            this(client, server, new StringBuilder(), new StringBuilder());
        }

        void all(List<String> lines) throws IOException {
            for (int i = 0; i < lines.size(); i++) {
                try {
                    line(lines.get(i));
                } catch (SocketTimeoutException e) {
                    throw new AssertionError("nothing came at: " + lines.get(i), e);
                }
            }
        }

        private void line(String line) throws IOException {
            boolean more = line.startsWith("+");
            char who = line.charAt(more ? 1 : 0);
            String text = line.substring(more ? 4 : 3);
            Wire from = who == 'C' || who == 'c' ? client : server;
            Wire to = who == 'C' || who == 'q' ? server : client;
            boolean sends = who != 'p' && who != 'q';
            switch (text) {
                case "<end>" -> {
                    from.endOutput();
                    return;
                }
                case "<over>" -> {
                    assertThat(to.isOver()).as(line).isTrue();
                    return;
                }
                case "<nothing>" -> {
                    assertThat(to.isQuiet()).as(line).isTrue();
                    return;
                }
                default -> {}
            }
            if (sends) {
                sent.append(octets(text));
            }
            if (who != 'c' && who != 's') {
                expected.append(octets(text));
            }
            if (more) {
                return;
            }
            if (sends) {
                from.raw(sent.toString());
                sent.setLength(0);
            }
            String wanted = expected.toString();
            expected.setLength(0);
            assertThat(to.octets(wanted.length())).as(line).isEqualTo(wanted);
        }

        private static String octets(String text) {
            String end = text.endsWith("\\c") ? "" : "\r\n";
            String body = end.isEmpty() ? text.substring(0, text.length() - 2) : text;
            return body.replace("\\r", "\r")
                            .replace("\\n", "\n")
                            .replace("\\0", "\0")
                            .replace("\\s", " ")
                    + end;
        }
    }
}
