package org.imapmirror.capture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// `transcripts/matrix.txt` accounts for every row of the test matrix, and what it names is there.
class MatrixTest {
    private static final int ROWS = 108;
    private static final Path TRANSCRIPTS = Path.of("src/test/resources/transcripts");
    private static final Set<String> NUMBERED = Set.of("live", "capture");

    /// @param reason why there is no live transcript
    private record Row(int number, List<String> shownBy, String reason) {
        static Row of(String line) {
            String[] parts = line.split("#", 2);
            List<String> words = Arrays.asList(parts[0].strip().split(" +"));
            return new Row(
                    Integer.parseInt(words.getFirst()),
                    words.subList(1, words.size()),
                    parts.length < 2 ? "" : parts[1].strip());
        }
    }

    private static List<Row> rows() throws IOException {
        return Files.readAllLines(TRANSCRIPTS.resolve("matrix.txt")).stream()
                .filter(line -> !line.startsWith("#"))
                .map(Row::of)
                .toList();
    }

    @Test
    void everyRowIsShownBySomething() throws IOException {
        assertThat(rows())
                .extracting(Row::number)
                .isEqualTo(IntStream.rangeClosed(1, ROWS).boxed().toList());
        assertThat(rows()).allSatisfy(row -> assertThat(row.shownBy()).isNotEmpty());
    }

    @Test
    void rowWithoutLiveTranscriptHasAReasonAndOnlySuchARow() throws IOException {
        assertThat(rows())
                .allSatisfy(row ->
                        assertThat(row.reason().isEmpty())
                                .isEqualTo(row.shownBy().contains("live")));
    }

    @Test
    void whatIsNamedIsThere() throws IOException {
        Set<String> classes = testClasses();
        List<String> missing = new ArrayList<>();
        for (Row row : rows()) {
            for (String word : row.shownBy()) {
                boolean there =
                        NUMBERED.contains(word)
                                ? numbers(word).contains(row.number())
                                : word.contains("/")
                                        ? Files.exists(TRANSCRIPTS.resolve(word))
                                        : classes.contains(word);
                if (!there) {
                    missing.add(row.number() + " " + word);
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void everyNumberedTranscriptIsNamed() throws IOException {
        for (String directory : NUMBERED) {
            assertThat(numbers(directory))
                    .as(directory)
                    .isEqualTo(
                            rows().stream()
                                    .filter(row -> row.shownBy().contains(directory))
                                    .map(Row::number)
                                    .collect(Collectors.toCollection(TreeSet::new)));
        }
    }

    private static Set<Integer> numbers(String directory) throws IOException {
        try (Stream<Path> files = Files.list(TRANSCRIPTS.resolve(directory))) {
            return files.map(file -> file.getFileName().toString().substring(0, 3))
                    .map(Integer::valueOf)
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static Set<String> testClasses() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".java"))
                    .map(name -> name.substring(0, name.length() - ".java".length()))
                    .collect(Collectors.toSet());
        }
    }
}
