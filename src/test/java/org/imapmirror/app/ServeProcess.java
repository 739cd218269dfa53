package org.imapmirror.app;

import org.awaitility.Awaitility;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// `imapmirror serve` as a process of its own.
///
/// @param log what all processes of that folder said
record ServeProcess(Process process, Path log) implements AutoCloseable {

    static ServeProcess start(Path config) throws IOException {
        Path log = config.resolveSibling("log");
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-Xmx128m",
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                // What an installed one logs, not what tests do.
                                "-Dlogback.configurationFile=logback.xml",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName(),
                                "serve",
                                "--config",
                                config.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start();
        return new ServeProcess(process, log);
    }

    /// Waits until a port is open.
    ServeProcess awaitPort(int port) {
        Awaitility.await("port " + port)
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptions()
                .failFast(() -> !process.isAlive())
                .until(() -> {
                    try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                        return true;
                    }
                });
        return this;
    }

    /// Sends a signal by its name, for example HUP.
    void signal(String name) throws IOException, InterruptedException {
        Process kill =
                new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                        .inheritIO()
                        .start();
        if (kill.waitFor() != 0) {
            throw new IOException("kill -" + name + " failed");
        }
    }

    /// As kill -9: nothing of the process runs any more.
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    String said() throws IOException {
        return Files.readString(log);
    }

    @Override
    public void close() {
        kill();
    }
}
