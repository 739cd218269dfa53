package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.testing.Access;
import org.imapmirror.testing.RawImap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// What people see while a run goes on, on a terminal of `script` and elsewhere.
@Tag("dovecot")
class SyncScreenIT {
    private static final int MESSAGES = 700;

    @TempDir Path directory;
    private TwoServers servers;

    @BeforeEach
    void launch() throws Exception {
        servers = new TwoServers(directory.resolve("state"));
        try (RawImap client = RawImap.login(Access.to(servers.old, 1))) {
            for (int i = 0; i < MESSAGES; i++) {
                TwoServers.append(client, "INBOX", "in " + i);
            }
        }
    }

    @AfterEach
    void close() {
        servers.close();
    }

    /// As a process of its own.
    ///
    /// @param terminal where its output is one, of `script`
    /// @return all that it printed
    private String run(boolean terminal, List<String> words) throws Exception {
        Path typescript = directory.resolve("typescript");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-Xmx64m",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName()));
        command.addAll(words);
        if (terminal) {
            String quoted =
                    command.stream()
                            .map(word -> "'" + word.replace("'", "'\\''") + "'")
                            .collect(Collectors.joining(" "));
            command = List.of("script", "-qec", quoted, typescript.toString());
        }
        Path output = directory.resolve("output");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectOutput(output.toFile())
                        .start();
        try {
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
            String said = Files.readString(terminal ? typescript : output, StandardCharsets.UTF_8);
            assertThat(process.exitValue()).as(said).isZero();
            return said;
        } finally {
            process.destroyForcibly();
        }
    }

    private List<String> imapsync(String... more) {
        List<String> words = servers.hosts(1);
        words.addAll(
                List.of(
                        "--passfile1",
                        servers.secret(servers.old.password(1)).toString(),
                        "--passfile2",
                        servers.secret(servers.young.password(1)).toString()));
        words.addAll(List.of(more));
        return words;
    }

    @Test
    void aTerminalShowsABarWithOctetsAndTheTimeLeft() throws Exception {
        // Slow enough to be drawn several times.
        String said = run(true, imapsync("--maxmessagespersecond", "200"));
        List<String> drawn =
                said.lines()
                        .flatMap(line -> List.of(line.split("\r")).stream())
                        .filter(line -> line.contains("[#") || line.contains("[ "))
                        .toList();
        assertThat(drawn)
                .hasSizeGreaterThanOrEqualTo(3)
                .anySatisfy(line ->
                        assertThat(line)
                                .contains("/s, ", " s left")
                                .containsPattern("[0-9]+ of 700 messages, [0-9]+ copied, ")
                                .containsPattern("[0-9.]+ k?B of [0-9.]+ kB, "));
        assertThat(said).contains("700 copied", "complete");
    }

    @Test
    void elsewhereThereAreLinesAndNothingIsDrawnOver() throws Exception {
        String said = run(false, imapsync());
        assertThat(said)
                .contains("700 messages", "700 copied", "complete")
                .doesNotContain("\r", "\u001b", "[#");
    }

    @Test
    void syncShowsTheBarWhereItIsAskedFor() throws Exception {
        List<String> words =
                new ArrayList<>(List.of("sync", "--state", directory.resolve("s").toString()));
        words.addAll(servers.sides(1));
        words.addAll(List.of("--progress", "bar", "--messages-per-second", "200"));
        assertThat(run(false, words)).contains("\u001b[K", "[#", " s left", "complete");
        words.set(words.indexOf("bar"), "none");
        assertThat(run(false, words)).doesNotContain("mailboxes, ", "\u001b");
    }
}
