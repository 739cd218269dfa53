package org.imapmirror.app;

import jakarta.mail.MessagingException;
import jakarta.mail.Store;

import org.imapmirror.admin.Status;
import org.imapmirror.app.config.Config;
import org.imapmirror.app.config.ServerLogin;
import org.imapmirror.app.demo.DemoServer;
import org.imapmirror.app.demo.MailClient;
import org.imapmirror.app.demo.SampleMail;
import org.imapmirror.imap.Endpoint;
import org.imapmirror.proxy.ProxyLimits;
import org.imapmirror.route.AccountRules;
import org.imapmirror.route.Mirror;
import org.imapmirror.route.Routes;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Two embedded servers with sample accounts, and the same [Service] between them that `serve`
/// runs. Everything is in memory or in a temporary folder, and gone after [#close].
final class Demo implements AutoCloseable {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    /// User names and passwords.
    private static final Map<String, String> PASSWORDS = new LinkedHashMap<>();

    static {
        PASSWORDS.put("anna", "anna-secret");
        PASSWORDS.put("bert", "bert-secret");
    }

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final DemoServer old;
    private final DemoServer next;
    private final Service service;

    private Demo(int port) throws IOException, MessagingException {
        try {
            Path folder = Files.createTempDirectory("imapmirror-demo-");
            open.push(() -> delete(folder));
            old = DemoServer.start("old", PASSWORDS);
            open.push(old);
            next = DemoServer.start("new", PASSWORDS);
            open.push(next);
            for (String user : users()) {
                try (Store store = connect(old, user)) {
                    SampleMail.fill(store, user);
                }
            }
            service = Service.start(config(folder, port), (_, _) -> {});
            open.push(service);
        } catch (IOException | MessagingException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /// @param port where the proxy listens; 0 for a free one
    /// @throws IOException where the port or the temporary folder cannot be had
    /// @throws MessagingException where the sample mail cannot be stored
    static Demo start(int port) throws IOException, MessagingException {
        return new Demo(port);
    }

    static List<String> users() {
        return List.copyOf(PASSWORDS.keySet());
    }

    static String password(String user) {
        return PASSWORDS.getOrDefault(user, "");
    }

    DemoServer old() {
        return old;
    }

    DemoServer next() {
        return next;
    }

    /// Where mail clients connect.
    int port() {
        return service.ports().getFirst();
    }

    int adminPort() {
        return service.adminPort();
    }

    Status status() {
        return service.overview().status();
    }

    /// A client's connection through the proxy.
    Store client(String user) throws MessagingException {
        return MailClient.connect(LOOPBACK.getHostAddress(), port(), user, password(user));
    }

    /// A connection to one of the servers, past the proxy.
    Store connect(DemoServer server, String user) throws MessagingException {
        return MailClient.connect(server.host(), server.port(), user, password(user));
    }

    private Config config(Path folder, int port) throws IOException {
        Path logins = folder.resolve("logins.csv");
        List<String> lines = new ArrayList<>(List.of("account,user,password"));
        PASSWORDS.forEach((user, password) -> lines.add(user + "," + user + "," + password));
        Files.write(logins, lines);
        ServerLogin login = new ServerLogin.Table(logins);
        Map<String, Config.Server> servers =
                Map.of(
                        old.name(),
                        new Config.Server(old.endpoint(), login, Config.ServerLimits.DEFAULT),
                        next.name(),
                        new Config.Server(next.endpoint(), login, Config.ServerLimits.DEFAULT));
        Routes routes =
                new Routes(
                        old.name(),
                        List.of(new Mirror(next.name(), Mirror.Mode.MIRROR, Mirror.Deletes.APPLY)),
                        new AccountRules("", List.of(), users(), List.of()));
        return new Config(
                List.of(
                        new Config.Listener(
                                new InetSocketAddress(LOOPBACK, port), Endpoint.Tls.NONE)),
                null,
                servers,
                routes,
                new Config.Journal(
                        folder.resolve("journal"),
                        1_000_000_000,
                        Duration.ofMillis(250),
                        32 * 1024,
                        null),
                new Config.State("jdbc:sqlite:" + folder.resolve("state.db")),
                new Config.Audit(folder.resolve("audit"), 64 << 20),
                Config.Sweep.DEFAULT,
                new Config.FirstCopy(4),
                new Config.Brake(100, 20),
                Config.Retry.DEFAULT,
                new Config.Login(null),
                ProxyLimits.DEFAULTS,
                new Config.Admin(new InetSocketAddress(LOOPBACK, 0), null),
                Config.Log.DEFAULT,
                List.of());
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    @Override
    public synchronized void close() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("bug: the demonstration cannot be ended", e);
            }
        }
    }
}
