package org.imapmirror.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A program that a test runs, with what it printed.
///
/// @param output standard output, as it came
/// @param errors standard error, as text
public record Command(List<String> words, int exitCode, byte[] output, String errors) {
    /// Runs a program to its end, with empty input.
    ///
    /// @param debianPackage named in the error when the program is not there
    /// @throws AssertionError when it is missing, or has not ended after `limit`; then it and its
    ///   children are killed
    static Command run(
            Path directory,
            Map<String, String> environment,
            Duration limit,
            String debianPackage,
            List<String> words) {
        try {
            Path out = Files.createTempFile(directory, "out", "");
            Path err = Files.createTempFile(directory, "err", "");
            ProcessBuilder builder =
                    new ProcessBuilder(words)
                            .directory(directory.toFile())
                            .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                            .redirectOutput(out.toFile())
                            .redirectError(err.toFile());
            builder.environment().putAll(environment);
            Process process = start(builder, debianPackage);
            boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
            }
            Command done =
                    new Command(
                            words,
                            process.exitValue(),
                            Files.readAllBytes(out),
                            Files.readString(err, StandardCharsets.UTF_8));
            Files.delete(out);
            Files.delete(err);
            if (!ended) {
                throw new AssertionError("no end after " + limit + ": " + done);
            }
            return done;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + words.getFirst() + " ran", e);
        }
    }

    private static Process start(ProcessBuilder builder, String debianPackage) {
        try {
            return builder.start();
        } catch (IOException e) {
            throw new AssertionError(
                    builder.command().getFirst()
                            + " cannot be started, and the test needs it: apt-get install "
                            + debianPackage,
                    e);
        }
    }

    /// Standard output as text.
    public String text() {
        return new String(output, StandardCharsets.UTF_8);
    }

    /// This command, when it succeeded.
    ///
    /// @throws AssertionError with all that it printed, when it did not
    public Command orFail() {
        if (exitCode != 0) {
            throw new AssertionError(this.toString());
        }
        return this;
    }

    @Override
    public String toString() {
        return "%s: exit %d%n%s%n%s".formatted(words, exitCode, text(), errors);
    }
}
