package org.imapmirror.testing;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A real mail server on loopback with data of its own under `/tmp`, run by the scripts of
/// `src/test/servers` (their README tells users, passwords and administrators). It ends with
/// [#close()], with the JVM, and also when the JVM is killed. A server that cannot be started is an
/// error that names the missing package; it is never a skipped test.
public abstract sealed class RealServer implements AutoCloseable
        permits DovecotServer, CyrusServer, CourierServer {
    private static final Path SCRIPTS = Path.of("src/test/servers").toAbsolutePath();

    /// Longest start: the first one of Cyrus or Courier downloads packages.
    private static final long START_SECONDS = 180;

    private static final long STOP_SECONDS = 30;

    private final String kind;
    private final int users;
    private final Namespace namespace;
    private final Map<String, String> environment;
    private final Path directory;
    private final Path output;
    private final Thread hook;
    private int port;

    /// Where a user's own mailboxes are.
    ///
    /// @param prefix of every name but INBOX
    record Namespace(String prefix, char separator) {
        static final Namespace PLAIN = new Namespace("", '/');

        /// What servers did before there were others: everything is below INBOX.
        static final Namespace BELOW_INBOX = new Namespace("INBOX.", '.');
    }

    /// Starts the server in a fresh directory, on free ports.
    RealServer(String kind, int users, Namespace namespace, Map<String, String> environment) {
        this.kind = kind;
        this.users = users;
        this.namespace = namespace;
        this.environment = Map.copyOf(environment);
        try {
            directory = Files.createTempDirectory(Path.of("/tmp"), "im-" + kind + "-");
            output = Files.createTempFile("imapmirror-" + kind, ".out");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        hook = new Thread(this::end, "stop " + directory);
        Runtime.getRuntime().addShutdownHook(hook);
        startOnFreePorts();
    }

    public final String host() {
        return "127.0.0.1";
    }

    /// IMAP without TLS and with STARTTLS.
    public final int imapPort() {
        return port;
    }

    /// IMAP with implicit TLS.
    public final int imapsPort() {
        return port + 1;
    }

    /// The throw-away certificate of the TLS ports, PEM, for `localhost` and `127.0.0.1`.
    public final Path certificate() {
        return directory.resolve("tls.crt");
    }

    /// The login name of user `n`, counted from 1.
    public final String user(int n) {
        if (n < 1 || n > users) {
            throw new IllegalArgumentException(kind + " was started with " + users + " users");
        }
        return "user%04d".formatted(n);
    }

    public final String password(int n) {
        return "pass-" + user(n);
    }

    /// The server's own name of a mailbox that is given as in [Mailboxes]: without a prefix and
    /// with `/` between its parts.
    public final String mailbox(String path) {
        return path.equals("INBOX")
                ? path
                : namespace.prefix() + path.replace('/', namespace.separator());
    }

    /// Where the server's configuration, log and mail are.
    public final Path directory() {
        return directory;
    }

    /// What the server has logged so far.
    public final String log() {
        return read(directory.resolve("log"));
    }

    /// Starts again on the same data and ports, after [#stop()] or [#kill()].
    public final void start() {
        String problem =
                run(START_SECONDS, kind + "-up", directory.toString(), port + "", users + "");
        if (problem != null) {
            throw new IllegalStateException(kind + " did not start again: " + problem);
        }
    }

    /// Stops the server as an administrator would; sessions end, the data stay.
    public final void stop() {
        stop(directory.toString());
    }

    /// Ends every process of the server by SIGKILL; the data stay.
    public final void kill() {
        stop("--now", directory.toString());
    }

    /// Stops the server and deletes its data.
    @Override
    public final void close() {
        end();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // The JVM is going down and runs the hook itself.
        }
    }

    private void startOnFreePorts() {
        String problem = "";
        for (int attempt = 0; attempt < 5; attempt++) {
            port = Ports.inARow(3);
            String failure =
                    run(START_SECONDS, kind + "-up", directory.toString(), port + "", users + "");
            if (failure == null) {
                return;
            }
            problem = failure;
            if (!failure.contains("already in use")) {
                break;
            }
        }
        close();
        throw new IllegalStateException(kind + " did not start, and the test needs it: " + problem);
    }

    private void stop(String... arguments) {
        List<String> command = new ArrayList<>(List.of(kind + "-down"));
        command.addAll(List.of(arguments));
        String problem = run(STOP_SECONDS, command.toArray(String[]::new));
        if (problem != null) {
            throw new IllegalStateException(kind + " did not stop: " + problem);
        }
    }

    private void end() {
        if (!Files.exists(directory)) {
            return;
        }
        kill();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Runs one of the scripts; null when it succeeded, else what it printed.
    private @Nullable String run(long seconds, String... command) {
        List<String> words = new ArrayList<>(List.of(command));
        words.set(0, SCRIPTS.resolve(command[0]).toString());
        ProcessBuilder builder =
                new ProcessBuilder(words)
                        .redirectErrorStream(true)
                        .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                        .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        builder.environment().put("TEST_SERVERS_OWNER", ProcessHandle.current().pid() + "");
        try {
            Process process = builder.start();
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return "no end after " + seconds + " s: " + read(output);
            }
            return process.exitValue() == 0 ? null : read(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + command[0] + " ran", e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
