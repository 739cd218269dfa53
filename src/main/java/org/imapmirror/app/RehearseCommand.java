package org.imapmirror.app;

import jakarta.mail.MessagingException;

import org.imapmirror.app.config.ConfigException;
import org.imapmirror.app.demo.DemoServer;
import org.imapmirror.app.demo.SampleMail;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/// Does what `sync` and `verify` do, or what `serve` does ([ServeRehearsal]), between embedded
/// servers, so that Java can write down which classes these need; `bin/imapmirror` starts it for
/// that and lets later starts be faster by what came of it.
///
/// The servers are in a process of their own, so that what only they need is not written down.
@Command(name = "rehearse", hidden = true, description = "For bin/imapmirror --prepare.")
final class RehearseCommand implements Callable<Integer> {
    private static final String USER = "anna";
    private static final String PASSWORD = "anna-secret";
    private static final String SECRET = "secret";

    /// The fifth would be dated after noon, which the embedded server takes for midnight.
    private static final int MESSAGES = 4;

    @Option(names = "--servers", description = "Is the servers, until standard input ends.")
    private @Nullable Path serversFor;

    @Option(names = "--serve", description = "What serve does, instead of sync and verify.")
    private boolean serve;

    @Option(names = "--clients", description = "Is the servers and clients of that.")
    private @Nullable Path clientsFor;

    @Override
    public Integer call() throws IOException, MessagingException, ConfigException {
        if (serversFor != null) {
            return serve(serversFor);
        }
        return clientsFor == null ? rehearse() : ServeRehearsal.play(clientsFor);
    }

    /// Syncs once, too: a new state file is made, which needs more than what comes later.
    private static int serve(Path folder) throws IOException, MessagingException {
        try (DemoServer source = DemoServer.start("source", Map.of(USER, PASSWORD));
                DemoServer target = DemoServer.start("target", Map.of(USER, PASSWORD))) {
            source.deliver(USER, SampleMail.plain(USER, 0, "A letter"));
            int code = act(folder, source.port() + "", target.port() + "", "sync");
            for (int i = 1; i < MESSAGES; i++) {
                source.deliver(USER, SampleMail.plain(USER, i, "A letter"));
            }
            System.out.println(source.port() + "\n" + target.port());
            System.out.flush();
            return System.in.read() < 0 ? code : ExitCode.USAGE;
        }
    }

    private int rehearse() throws IOException, ConfigException {
        if (!serve) {
            handshake();
        }
        Path folder = Files.createTempDirectory("imapmirror-rehearsal-");
        Files.writeString(folder.resolve(SECRET), PASSWORD + "\n");
        Process other =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName(),
                                "rehearse",
                                serve ? "--clients" : "--servers",
                                folder.toString())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try (BufferedReader ports =
                new BufferedReader(
                        new InputStreamReader(other.getInputStream(), StandardCharsets.US_ASCII))) {
            if (serve) {
                return ServeRehearsal.serve(folder, ports, other.getOutputStream());
            }
            String source = ports.readLine();
            String target = ports.readLine();
            if (source == null || target == null) {
                throw new IOException("the embedded servers did not start");
            }
            int code = 0;
            for (String word : List.of("sync", "sync", "verify")) {
                code = code == 0 ? act(folder, source, target, word) : code;
            }
            return code;
        } finally {
            other.destroy();
            remove(folder);
        }
    }

    private static int act(Path folder, String source, String target, String word) {
        String secret = folder.resolve(SECRET).toString();
        List<String> words =
                new ArrayList<>(
                        List.of(
                                word,
                                "--source",
                                url(source),
                                "--source-password-file",
                                secret,
                                "--target",
                                url(target),
                                "--target-password-file",
                                secret));
        if (word.equals("sync")) {
            words.addAll(List.of("--state", folder.resolve("state").toString()));
        }
        StringWriter said = new StringWriter();
        CommandLine line = Main.commandLine(word);
        line.setOut(new PrintWriter(said)).setErr(new PrintWriter(said));
        return line.execute(words.toArray(String[]::new));
    }

    private static String url(String port) {
        return "imap+insecure://" + USER + "@127.0.0.1:" + port;
    }

    /// The first word of a TLS connection, for which no server is needed.
    private static void handshake() throws SSLException {
        try {
            SSLEngine engine = SSLContext.getDefault().createSSLEngine("localhost", 993);
            engine.setUseClientMode(true);
            engine.wrap(
                    ByteBuffer.allocate(0),
                    ByteBuffer.allocate(engine.getSession().getPacketBufferSize()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("bug: every JDK has TLS", e);
        }
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
