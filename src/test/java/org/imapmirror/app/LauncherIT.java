package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// What `bin/imapmirror` does for faster starts, in an installation of its own: whatever becomes of
/// the cache, commands work and print nothing else.
class LauncherIT {
    private static final long PATIENCE = 120;

    @TempDir Path app;
    private Path cache;

    @BeforeEach
    void install() throws IOException {
        Path built = Path.of("target");
        cache = app.resolve("imapmirror.aot");
        Files.createDirectory(app.resolve("bin"));
        Files.createDirectory(app.resolve("lib"));
        copy(Path.of("bin/imapmirror"), app.resolve("bin/imapmirror"));
        copy(built.resolve("imapmirror.jar"), app.resolve("imapmirror.jar"));
        try (Stream<Path> libraries = Files.list(built.resolve("lib"))) {
            for (Path library : libraries.toList()) {
                copy(library, app.resolve("lib").resolve(library.getFileName()));
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
    }

    private Run launch(String javaOptions, String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of(app + "/bin/imapmirror"));
        command.addAll(List.of(words));
        Path out = app.resolve("out");
        Path err = app.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
        builder.environment().put("IMAPMIRROR_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("IMAPMIRROR_JAVA_OPTS", javaOptions);
        Process process = builder.start();
        assertThat(process.waitFor(PATIENCE, TimeUnit.SECONDS)).as("it ends").isTrue();
        return new Run(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }

    /// What serve does when its configuration is not there, and where its classes came from.
    private String classesOfServe() throws Exception {
        Path classes = app.resolve("classes");
        // Java adds to it.
        Files.deleteIfExists(classes);
        Run run =
                launch(
                        "-Xlog:class+load:file=" + classes,
                        "serve",
                        "--config",
                        app.resolve("none.yaml").toString());
        assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.CONFIG);
        return Files.readString(classes);
    }

    @Test
    void serveUsesWhatWasPreparedForItAndNeverPreparesItself() throws Exception {
        Path serving = app.resolve("imapmirror-serve.aot");
        String shared = "org.imapmirror.app.config.ConfigLoader source: shared objects";
        assertThat(classesOfServe()).doesNotContain(shared);
        assertThat(serving).doesNotExist();

        Run prepared = launch("", "--prepare");
        assertThat(prepared.code()).as(prepared.err()).isZero();
        assertThat(cache).isNotEmptyFile();
        assertThat(serving).isNotEmptyFile();
        assertThat(classesOfServe()).contains(shared);

        try (RandomAccessFile file = new RandomAccessFile(serving.toFile(), "rw")) {
            long at = file.length() - 4096;
            file.seek(at);
            int other = file.read() ^ 1;
            file.seek(at);
            file.write(other);
        }
        assertThat(classesOfServe()).as("damaged").doesNotContain(shared);
    }

    private void assertWorks(String when, String javaOptions) throws Exception {
        Run run = launch(javaOptions, "verify", "--help");
        assertThat(run.code()).as(when).isZero();
        assertThat(run.out())
                .as(when)
                .startsWith("Usage: imapmirror verify")
                .doesNotContain("[aot]", "[cds");
        assertThat(run.err()).as(when).isEmpty();
    }

    @Test
    void theCacheIsMadeOnceAndNeverInTheWay() throws Exception {
        Run first = launch("", "verify", "--help");
        assertThat(first.code()).as(first.err()).isZero();
        assertThat(first.err()).contains("preparing faster starts");
        assertThat(cache).isNotEmptyFile();
        FileTime made = Files.getLastModifiedTime(cache);

        assertWorks("with the cache", "");
        Run shared = launch("-Xlog:class+load:file=" + app.resolve("classes"), "verify", "--help");
        assertThat(shared.code()).isZero();
        assertThat(Files.readString(app.resolve("classes")))
                .containsPattern("org.imapmirror.app.sync.VerifyCommand source: shared objects");
        assertWorks("another collector", "-XX:+UseZGC");
        assertWorks("another layout of objects", "-XX:-UseCompactObjectHeaders");

        assertThat(Files.getLastModifiedTime(cache)).isEqualTo(made);

        try (RandomAccessFile file = new RandomAccessFile(cache.toFile(), "rw")) {
            // The head is right: Java itself would not notice, and crash.
            file.seek(file.length() / 2);
            file.write(new byte[1_000_000]);
        }
        assertWorks("damaged", "");
        try (RandomAccessFile file = new RandomAccessFile(cache.toFile(), "rw")) {
            file.setLength(file.length() / 2);
        }
        assertWorks("cut off", "");
        Files.writeString(cache, "no cache");
        assertWorks("of another kind", "");
        Files.write(cache, new byte[0]);
        assertWorks("could not be made", "");
    }
}
