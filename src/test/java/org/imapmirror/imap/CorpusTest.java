package org.imapmirror.imap;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// Inputs on which a scanner may err, or erred once: `corpus/client` and `corpus/server`. Behind
/// each `NAME.bin` stand the frames it must give in `NAME.frames`, as [Scan] writes them; whatever
/// the pieces it comes in.
class CorpusTest {
    private static final Path CORPUS = Path.of("src/test/resources/corpus");

    /// Longer inputs are cut at two places only here and there.
    private static final int EVERY_PAIR_OF_CUTS = 120;

    static Stream<Path> inputs() throws IOException {
        try (Stream<Path> files = Files.walk(CORPUS)) {
            return files
                    .filter(file -> file.toString().endsWith(".bin"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void framesAreTheSameHoweverTheInputIsCut(Path file) throws IOException {
        byte[] input = Files.readAllBytes(file);
        assertThat(String.join("\n", frames(file, 1 << 16, input)).replace("\r", "\\r") + "\n")
                .isEqualTo(Files.readString(expected(file), StandardCharsets.ISO_8859_1));
        for (int maxLine : new int[] {1 << 16, 20, 1}) {
            List<String> whole = frames(file, maxLine, input);
            assertThat(frames(file, maxLine, octetByOctet(input))).isEqualTo(whole);
            for (int cut = 1; cut < input.length; cut++) {
                assertThat(frames(file, maxLine, part(input, 0, cut), part(input, cut)))
                        .as("cut at %d", cut)
                        .isEqualTo(whole);
            }
        }
        List<String> whole = frames(file, 1 << 16, input);
        int step = 1 + input.length / EVERY_PAIR_OF_CUTS;
        for (int one = 1; one < input.length; one += step) {
            for (int two = one + 1; two < input.length; two += step) {
                assertThat(
                                frames(
                                        file,
                                        1 << 16,
                                        part(input, 0, one),
                                        part(input, one, two),
                                        part(input, two)))
                        .as("cuts at %d and %d", one, two)
                        .isEqualTo(whole);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void messagesAreReadWithoutASurprise(Path file) throws IOException {
        byte[] input = Files.readAllBytes(file);
        for (FrameScanner.Side side : FrameScanner.Side.values()) {
            for (int maxLine : new int[] {1 << 14, 20}) {
                for (WireMessage message : Messages.all(side, input, maxLine, 100)) {
                    HostileInputTest.readAll(message, false);
                    HostileInputTest.readAll(message, true);
                }
            }
        }
    }

    private static Path expected(Path file) {
        return file.resolveSibling(file.getFileName().toString().replace(".bin", ".frames"));
    }

    private static List<String> frames(Path file, int maxLine, byte[]... pieces) {
        FrameScanner.Side side =
                file.startsWith(CORPUS.resolve("client"))
                        ? FrameScanner.Side.CLIENT
                        : FrameScanner.Side.SERVER;
        return Scan.frames(new FrameScanner(side, maxLine), List.of(pieces));
    }

    private static byte[][] octetByOctet(byte[] input) {
        List<byte[]> all = new ArrayList<>();
        for (byte octet : input) {
            all.add(new byte[] {octet});
        }
        return all.toArray(byte[][]::new);
    }

    private static byte[] part(byte[] input, int from) {
        return part(input, from, input.length);
    }

    private static byte[] part(byte[] input, int from, int to) {
        return Arrays.copyOfRange(input, from, to);
    }
}
