package org.imapmirror.reconcile.sync;

import org.imapmirror.testing.ProcessMemory;
import org.imapmirror.testing.RealServer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// `imapmirror sync` or `verify` between two servers as `bin/imapmirror` starts it, with the Java
/// options of there: a process of its own, whose memory and whose end are its own too.
final class SyncProcess implements AutoCloseable {
    private static final long LOOK_MILLIS = 20;

    private final Process process;
    private final Path output;
    private final Thread hook;
    private final long began = System.nanoTime();
    private long peak;

    /// What came of it.
    ///
    /// @param code what a shell is told; of no meaning where it was killed
    /// @param seconds from its start to its end
    /// @param peak the most memory that was resident, in KiB
    record End(int code, double seconds, long peak, String output) {
        String figures() {
            return "%.1f s, at most %d MB resident".formatted(seconds, peak * 1024 / 1_000_000);
        }
    }

    /// An account of a server.
    record Account(RealServer server, int user) {
        private String url() {
            return "imap+insecure://" + server.user(user) + "@127.0.0.1:" + server.imapPort();
        }

        private String password() {
            return server.password(user);
        }
    }

    private SyncProcess(Account source, Account target, Path output, List<String> words)
            throws IOException {
        List<String> command = new ArrayList<>(List.of("bin/imapmirror"));
        command.addAll(words);
        command.addAll(
                List.of(
                        "--source",
                        source.url(),
                        "--source-password-env",
                        "SOURCE_PASSWORD",
                        "--target",
                        target.url(),
                        "--target-password-env",
                        "TARGET_PASSWORD"));
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        builder.environment()
                .putAll(
                        Map.of(
                                "SOURCE_PASSWORD",
                                source.password(),
                                "TARGET_PASSWORD",
                                target.password(),
                                "IMAPMIRROR_JAVA_HOME",
                                System.getProperty("java.home")));
        this.output = output;
        this.process = builder.start();
        this.hook = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /// @param more options
    static SyncProcess sync(Account source, Account target, Path state, String... more)
            throws IOException {
        Files.createDirectories(state);
        List<String> words = new ArrayList<>(List.of("sync", "--state", state.toString()));
        words.addAll(List.of(more));
        return new SyncProcess(source, target, Path.of(state + ".out"), words);
    }

    static SyncProcess verify(Account source, Account target, Path output) throws IOException {
        return new SyncProcess(source, target, output, List.of("verify"));
    }

    /// What it printed until now.
    String output() throws IOException {
        return Files.readString(output);
    }

    /// Waits a moment, and looks at its memory meanwhile.
    ///
    /// @return whether it still runs
    boolean runsOn() throws InterruptedException {
        peak = Math.max(peak, ProcessMemory.peak(process.pid()));
        return !process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /// By SIGTERM, which lets it end in order.
    End stop() throws InterruptedException, IOException {
        process.destroy();
        return end();
    }

    /// By SIGKILL.
    End kill() throws InterruptedException, IOException {
        process.destroyForcibly();
        return end();
    }

    /// Waits for it.
    End end() throws InterruptedException, IOException {
        while (runsOn()) {
            // It looks at the memory.
        }
        return new End(
                process.exitValue(),
                (System.nanoTime() - began) / 1e9,
                peak,
                Files.readString(output));
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // The JVM is going down and runs the hook itself.
        }
    }
}
