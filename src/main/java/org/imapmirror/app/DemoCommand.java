package org.imapmirror.app;

import jakarta.mail.MessagingException;
import jakarta.mail.Store;

import org.imapmirror.app.config.Config;
import org.imapmirror.app.config.ServerLogin;
import org.imapmirror.app.demo.DemoServer;
import org.imapmirror.app.demo.DemoSession;
import org.imapmirror.app.demo.MailClient;
import org.imapmirror.app.demo.MailboxPicture;
import org.imapmirror.app.demo.SampleMail;
import org.imapmirror.event.MailboxEvent;
import org.imapmirror.imap.Endpoint;
import org.imapmirror.replicate.LaneKey;
import org.imapmirror.route.AccountRules;
import org.imapmirror.route.Mirror;
import org.imapmirror.route.Routes;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

@Command(
        name = "demo",
        description = {
            "Starts two embedded mail servers with sample accounts and a proxy between them, tells"
                + " how to connect, and prints a line for every change that reached the mirror.",
            "With --once: plays a session through the proxy, compares both servers message by"
                    + " message and ends. Exit code 0: they are equal; 1: they are not."
        })
final class DemoCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);
    private static final String PASSWORD = "secret";
    private static final List<String> ACCOUNTS = List.of("anna", "ben");

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(names = "--once", description = "Play one session, compare, and end.")
    private boolean once;

    @Override
    public Integer call() throws IOException, MessagingException, InterruptedException {
        Path directory = Files.createTempDirectory("imapmirror-demo");
        Map<String, String> passwords = new TreeMap<>();
        ACCOUNTS.forEach(a -> passwords.put(a, PASSWORD));
        PrintWriter out = spec.commandLine().getOut();
        try (DemoServer primary = DemoServer.start("primary", passwords);
                DemoServer mirror = DemoServer.start("mirror", passwords)) {
            for (String account : ACCOUNTS) {
                try (Store store =
                        MailClient.connect(primary.host(), primary.port(), account, PASSWORD)) {
                    SampleMail.fill(store, account);
                }
            }
            try (Service service = Service.start(config(primary, mirror, directory), told(out))) {
                return once
                        ? playOnce(service, primary, mirror, out)
                        : runUntilStopped(service, primary, mirror, out);
            }
        } finally {
            delete(directory);
        }
    }

    private static BiConsumer<LaneKey, MailboxEvent> told(PrintWriter out) {
        return (lane, event) -> {
            out.println("  mirrored  " + lane.account() + "  " + event);
            out.flush();
        };
    }

    private static int runUntilStopped(
            Service service, DemoServer primary, DemoServer mirror, PrintWriter out)
            throws InterruptedException {
        out.println(
                "proxy    127.0.0.1:"
                        + service.ports().get(0)
                        + "   connect your mail client here");
        out.println("primary  127.0.0.1:" + primary.port() + "   the server behind the proxy");
        out.println("mirror   127.0.0.1:" + mirror.port() + "   the server that follows");
        out.println("accounts " + String.join(", ", ACCOUNTS) + "   password " + PASSWORD);
        out.println("IMAP without TLS; everything is in memory. Ctrl-C ends it.");
        out.flush();
        new CountDownLatch(1).await();
        return ExitCode.OK;
    }

    private static int playOnce(
            Service service, DemoServer primary, DemoServer mirror, PrintWriter out)
            throws MessagingException, InterruptedException {
        for (String account : ACCOUNTS) {
            try (Store store =
                    MailClient.connect("127.0.0.1", service.ports().get(0), account, PASSWORD)) {
                new DemoSession(
                                store,
                                account,
                                line -> out.println("  client    " + account + "  " + line))
                        .play();
            }
        }
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (service.overview().status().pending() > 0 && System.nanoTime() - end < 0) {
            Thread.sleep(LOOK_EVERY);
        }
        long pending = service.overview().status().pending();
        Table table = new Table("account", "mailboxes", "messages", "result");
        int differing = 0;
        for (String account : ACCOUNTS) {
            MailboxPicture left = primary.picture(account);
            MailboxPicture right = mirror.picture(account);
            List<String> differences = left.changesTo(right);
            differing += differences.size();
            table.row(
                    account,
                    String.valueOf(left.mailboxes().size()),
                    String.valueOf(left.size()),
                    differences.isEmpty() ? "equal" : differences.size() + " differences");
            differences.forEach(d -> out.println("  differs   " + account + "  " + d));
        }
        table.print(out);
        if (pending > 0) {
            out.println("not everything was mirrored in time: pending " + pending);
        }
        out.flush();
        return differing == 0 && pending == 0 ? ExitCode.OK : ExitCode.ATTENTION;
    }

    private static Config config(DemoServer primary, DemoServer mirror, Path directory) {
        InetSocketAddress anyPort = new InetSocketAddress("127.0.0.1", 0);
        Routes routes =
                new Routes(
                        primary.name(),
                        List.of(
                                new Mirror(
                                        mirror.name(), Mirror.Mode.MIRROR, Mirror.Deletes.APPLY)),
                        new AccountRules("", List.of(), List.of("*"), List.of()));
        return new Config(
                List.of(new Config.Listener(anyPort, Endpoint.Tls.NONE)),
                null,
                Map.of(primary.name(), server(primary), mirror.name(), server(mirror)),
                routes,
                new Config.Journal(
                        directory.resolve("journal"),
                        1_000_000_000L,
                        Duration.ofMillis(250),
                        32 * 1024),
                new Config.State("jdbc:sqlite:" + directory.resolve("state/state.db")),
                new Config.Sweep(Duration.ofHours(1), Config.Sweep.Watch.ACTIVE),
                new Config.FirstCopy(4),
                new Config.Brake(100, 20),
                new Config.Login(Config.Login.Keep.MEMORY),
                new Config.Limits(
                        100,
                        Duration.ofMinutes(1),
                        Duration.ofMinutes(30),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(2)),
                new Config.Admin(anyPort, null));
    }

    private static Config.Server server(DemoServer server) {
        return new Config.Server(
                server.endpoint(), new ServerLogin.Captured(), Config.ServerLimits.DEFAULT);
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
