package org.imapmirror.testing;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.imapmirror.admin.AdminClient;
import org.imapmirror.admin.Status;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// `imapmirror serve` between two Dovecots, as `bin/imapmirror` starts it: a process of its own,
/// whose memory is its own too.
public final class ServeProcess implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(120);

    private final Path folder;
    private final int port = Ports.one();
    private final int adminPort = Ports.one();
    private final Process process;
    private final Thread hook;

    private ServeProcess(Path folder, String config, String javaOptions) throws IOException {
        this.folder = folder;
        Path file =
                Files.writeString(
                        folder.resolve("imapmirror.yaml"), config.formatted(port, adminPort));
        ProcessBuilder builder =
                new ProcessBuilder("bin/imapmirror", "serve", "--config", file.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("log").toFile());
        builder.environment().put("IMAPMIRROR_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("IMAPMIRROR_JAVA_OPTS", javaOptions);
        process = builder.start();
        hook = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /// Starts it; when this returns, clients can connect.
    ///
    /// @param folder for configuration, log, journal and state
    /// @param javaOptions for example `-Xmx128m`
    /// @param extra more lines of configuration
    public static ServeProcess between(
            DovecotServer primary,
            DovecotServer mirror,
            Path folder,
            String javaOptions,
            String extra)
            throws IOException {
        return between(primary.imapPort(), mirror.imapPort(), folder, javaOptions, extra);
    }

    /// The same between whatever listens on these ports of loopback.
    public static ServeProcess between(
            int primaryPort, int mirrorPort, Path folder, String javaOptions, String extra)
            throws IOException {
        String config =
                """
                listeners: [{bind: "127.0.0.1:%%d", tls: none}]
                admin: {bind: "127.0.0.1:%%d"}
                servers:
                  old: {address: "127.0.0.1:%d", tls: none}
                  new: {address: "127.0.0.1:%d", tls: none}
                route: {primary: old, mirrors: [{server: new}]}
                journal: {directory: "%s"}
                state: {url: "jdbc:sqlite:%s"}
                %s
                """
                        .formatted(
                                primaryPort,
                                mirrorPort,
                                folder.resolve("journal"),
                                folder.resolve("state/state.db"),
                                extra);
        ServeProcess started = new ServeProcess(folder, config, javaOptions);
        try {
            started.awaitPort();
        } catch (RuntimeException e) {
            started.close();
            throw new IllegalStateException("serve did not start: " + started.log(), e);
        }
        return started;
    }

    private void awaitPort() {
        Awaitility.await("serve")
                .atMost(START)
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptions()
                .failFast(() -> !process.isAlive())
                .until(() -> {
                    try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                        return true;
                    }
                });
    }

    public int port() {
        return port;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /// How clients reach an account: through the proxy.
    public Access through(DovecotServer primary, int user) {
        return Access.to(primary, user).through(port);
    }

    private AdminClient admin() {
        return new AdminClient(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), adminPort), null);
    }

    /// Has an account compared; returns at once.
    public void sweep(String account) {
        try {
            var unused = admin().sweep(account);
        } catch (AdminClient.NoAnswerException e) {
            throw new IllegalStateException(e);
        }
    }

    public Status status() {
        try {
            return admin().status();
        } catch (AdminClient.NoAnswerException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Waits until everything is on the mirror.
    ///
    /// @throws IllegalStateException with status and log where it takes longer
    public void awaitMirrored(Duration longest) {
        try {
            Awaitility.await("pending 0")
                    .atMost(longest)
                    .pollInterval(Duration.ofMillis(20))
                    .failFast("serve is alive", () -> !process.isAlive())
                    .until(() -> status().pending() == 0);
        } catch (ConditionTimeoutException e) {
            throw new IllegalStateException("not mirrored: " + status() + "\n" + log(), e);
        }
    }

    /// The sum of all samples of a metric with these labels, for example `area="heap"`.
    public double metric(String name, String labels) {
        URI uri = URI.create("http://127.0.0.1:" + adminPort + "/metrics");
        try (InputStream in = uri.toURL().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                    .filter(line -> line.contains(labels))
                    .mapToDouble(
                            line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Everything it has written to its log.
    public String log() {
        try {
            return Files.readString(folder.resolve("log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Stops it as an administrator would.
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        } catch (IllegalStateException _) {
            // The JVM is going down and runs the hook itself.
        }
    }
}
