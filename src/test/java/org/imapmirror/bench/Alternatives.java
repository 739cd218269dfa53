package org.imapmirror.bench;

import com.sun.net.httpserver.HttpServer;

import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.Ports;
import org.imapmirror.testing.ProcessMemory;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// What others put in front of an IMAP server: Dovecot as a proxy, HAProxy, nginx. None of them
/// mirrors anything. Those that this machine does not have are told and left out.
final class Alternatives {
    private static final String HOST = "127.0.0.1";

    /// Connections of the measurement itself.
    private static final int SPARE = 250;

    private final int primary;
    private final int sessions;
    private final Path folder;
    private final List<Front> started = new ArrayList<>();

    private Alternatives(int primary, int sessions, Path folder) {
        this.primary = primary;
        this.sessions = sessions;
        this.folder = folder;
    }

    /// Starts what there is.
    ///
    /// @param primary its port
    /// @param firstUser of the first alternative, the next ones follow
    /// @param sessions at once, at most
    static List<Front> start(int primary, Path folder, int firstUser, int sessions)
            throws IOException {
        Alternatives all = new Alternatives(primary, sessions, folder);
        try {
            all.dovecot(firstUser);
            all.haproxy(firstUser + 1);
            all.nginx(firstUser + 2);
        } catch (IOException | RuntimeException e) {
            all.started.forEach(Front::close);
            throw e;
        }
        return all.started;
    }

    private void dovecot(int user) {
        String proxying =
                """
                passdb {
                  driver = static
                  args = proxy=y nopassword=y host=%s port=%d
                }
                """
                        .formatted(HOST, primary);
        DovecotServer proxy = DovecotServer.launch(0, proxying);
        started.add(
                new Front(
                        "dovecot-proxy",
                        proxy.imapPort(),
                        user,
                        () -> DovecotProcesses.all(proxy),
                        proxy::close));
    }

    private void haproxy(int user) throws IOException {
        String program = program(Front.HAPROXY);
        if (program == null) {
            return;
        }
        int port = Ports.one();
        Path file =
                Files.writeString(
                        folder.resolve("haproxy.cfg"),
                        """
                        global
                          maxconn %d
                        defaults
                          mode tcp
                          timeout connect 5s
                          timeout client 1h
                          timeout server 1h
                        listen imap
                          bind 127.0.0.1:%d
                          server primary 127.0.0.1:%d
                        """
                                .formatted(sessions + SPARE, port, primary));
        run(Front.HAPROXY, port, user, () -> {}, program, "-db", "-f", file.toString());
    }

    private void nginx(int user) throws IOException {
        String program = program(Front.NGINX);
        if (program == null) {
            return;
        }
        Path module = Path.of("/usr/lib/nginx/modules/ngx_mail_module.so");
        if (!Files.exists(module)) {
            System.out.println("nginx is left out: it has no mail module (libnginx-mod-mail).");
            return;
        }
        HttpServer auth = authentication();
        int port = Ports.one();
        Path file =
                Files.writeString(
                        folder.resolve("nginx.conf"),
                        """
                        load_module %s;
                        daemon off;
                        pid %s;
                        error_log stderr error;
                        worker_processes auto;
                        worker_rlimit_nofile %d;
                        events { worker_connections %d; }
                        mail {
                          auth_http 127.0.0.1:%d/;
                          server { listen 127.0.0.1:%d; protocol imap; timeout 1h; }
                        }
                        """
                                .formatted(
                                        module,
                                        folder.resolve("nginx.pid"),
                                        2 * (sessions + SPARE),
                                        2 * (sessions + SPARE),
                                        auth.getAddress().getPort(),
                                        port));
        run(Front.NGINX, port, user, () -> auth.stop(0), program, "-c", file.toString());
    }

    /// nginx asks where to connect; it does not know the primary itself.
    private HttpServer authentication() throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    exchange.getResponseHeaders().add("Auth-Status", "OK");
                    exchange.getResponseHeaders().add("Auth-Server", HOST);
                    exchange.getResponseHeaders().add("Auth-Port", "" + primary);
                    exchange.sendResponseHeaders(200, -1);
                    exchange.close();
                });
        server.start();
        return server;
    }

    private static @Nullable String program(String name) {
        for (String where : List.of("/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin")) {
            Path file = Path.of(where, name);
            if (Files.isExecutable(file)) {
                return file.toString();
            }
        }
        System.out.println(name + " is left out: it is not installed.");
        return null;
    }

    private void run(String name, int port, int user, Runnable stop, String... command)
            throws IOException {
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(Redirect.to(folder.resolve(name + ".log").toFile()))
                        .start();
        Thread hook = new Thread(() -> end(process));
        Runtime.getRuntime().addShutdownHook(hook);
        started.add(
                new Front(
                        name,
                        port,
                        user,
                        () ->
                                Stream.concat(
                                                Stream.of(process.pid()),
                                                ProcessMemory.family(process.pid()).stream())
                                        .toList(),
                        () -> {
                            end(process);
                            stop.run();
                        }));
        while (!answers(port)) {
            if (!process.isAlive()) {
                throw new IOException(
                        name
                                + " did not start: "
                                + Files.readString(folder.resolve(name + ".log")));
            }
        }
    }

    private static boolean answers(int port) {
        try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private static void end(Process process) {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
