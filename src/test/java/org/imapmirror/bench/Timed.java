package org.imapmirror.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What a command took, by `time`: with all the processes that it waited for.
///
/// @param wall seconds
/// @param cpu seconds
/// @param peak resident memory in MiB
record Timed(double wall, double cpu, double peak) {

    /// @param out where its output goes
    /// @throws IllegalStateException where it does not end with 0
    static Timed run(List<String> command, Map<String, String> environment, Path out)
            throws IOException, InterruptedException {
        Path figures = Path.of(out + ".time");
        List<String> words =
                new ArrayList<>(
                        List.of("/usr/bin/time", "-o", figures.toString(), "-f", "%e %U %S %M"));
        words.addAll(command);
        ProcessBuilder builder =
                new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(out.toFile());
        builder.environment().putAll(environment);
        int code = builder.start().waitFor();
        if (code != 0) {
            throw new IllegalStateException(
                    command.getFirst()
                            + " ended with "
                            + code
                            + ": "
                            + new String(Files.readAllBytes(out), StandardCharsets.UTF_8));
        }
        String[] f = Files.readString(figures).strip().split(" ");
        return new Timed(
                Double.parseDouble(f[0]),
                Double.parseDouble(f[1]) + Double.parseDouble(f[2]),
                Double.parseDouble(f[3]) / 1024);
    }
}
