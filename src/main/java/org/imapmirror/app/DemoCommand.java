package org.imapmirror.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;

import jakarta.mail.MessagingException;
import jakarta.mail.Store;

import org.imapmirror.app.demo.DemoSession;
import org.imapmirror.app.demo.MailboxPicture;
import org.imapmirror.app.demo.SampleMail;
import org.slf4j.LoggerFactory;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

@Command(
        name = "demo",
        description = {
            "Starts two embedded mail servers with sample accounts and a proxy that mirrors the one"
                    + " to the other, says how to connect, and prints a line for each change that"
                    + " reaches the mirror, until it is ended with Ctrl-C.",
            "Nothing is kept. Exit code of --once: 0 where both servers are equal, else 1."
        })
final class DemoCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--once",
            description =
                    "Plays a session through the proxy, waits until it is mirrored, compares both"
                            + " servers message by message, and ends.")
    private boolean once;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "0",
            description =
                    "Where the proxy listens on 127.0.0.1; a free port where it is not given.")
    private int port;

    @Override
    public Integer call() throws MessagingException, IOException {
        quieten();
        PrintWriter out = spec.commandLine().getOut();
        long start = System.nanoTime();
        try (Demo demo = Demo.start(port)) {
            return once ? playOnce(demo, start, out) : serve(demo, out);
        }
    }

    private static int serve(Demo demo, PrintWriter out) {
        out.println("Two mail servers run, and imapmirror between them. Connect a mail client:");
        out.println();
        out.println("    IMAP server  127.0.0.1, port " + demo.port() + ", no encryption");
        for (String user : Demo.users()) {
            out.println("    user         " + user + ", password " + Demo.password(user));
        }
        out.println();
        out.println("or: curl -u anna:anna-secret imap://127.0.0.1:" + demo.port() + "/");
        out.println(
                "The primary itself is on port "
                        + demo.old().port()
                        + ", the mirror on port "
                        + demo.next().port()
                        + ", the status at");
        out.println("http://127.0.0.1:" + demo.adminPort() + "/v1/status. End it with Ctrl-C.");
        out.println();
        out.flush();
        AtomicBoolean ended = new AtomicBoolean();
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    ended.set(true);
                                    demo.close();
                                },
                                "demo-stop"));
        Map<String, MailboxPicture> seen = new HashMap<>();
        while (!ended.get()) {
            for (String user : Demo.users()) {
                MailboxPicture now = demo.next().picture(user);
                MailboxPicture before = seen.getOrDefault(user, MailboxPicture.empty());
                seen.put(user, now);
                LocalTime time = LocalTime.now().truncatedTo(ChronoUnit.MILLIS);
                before.changesTo(now)
                        .forEach(line -> out.println(time + "  mirror, " + user + ": " + line));
            }
            out.flush();
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
        return ExitCode.OK;
    }

    private static int playOnce(Demo demo, long start, PrintWriter out)
            throws MessagingException, IOException {
        out.println("servers and proxy run " + since(start));
        boolean mirrored = await(() -> demo.status().pending() == 0);
        out.println(
                "first copy of the accounts is "
                        + (mirrored ? "done " : "NOT done ")
                        + since(start));
        String user = Demo.users().getFirst();
        try (Store client = demo.client(user)) {
            new DemoSession(client, user, step -> out.println("  " + user + ": " + step)).play();
            out.println("  somebody else: deliver a message to the primary, past the proxy");
            demo.old().deliver(user, SampleMail.plain(user, 20, "A letter"));
            // What is delivered past the proxy has to be noticed before it is pending.
            await(() ->
                    demo.old().picture(user).equals(demo.next().picture(user))
                            && demo.status().pending() == 0);
        }
        mirrored &= await(() -> demo.status().pending() == 0);
        out.println(
                "the session is "
                        + (mirrored ? "mirrored " : "NOT mirrored in time ")
                        + since(start));
        boolean equal = compare(demo, out);
        out.println(
                (equal ? "both servers are equal, message by message " : "the servers DIFFER ")
                        + since(start));
        return equal && mirrored ? ExitCode.OK : ExitCode.ATTENTION;
    }

    private static boolean compare(Demo demo, PrintWriter out)
            throws MessagingException, IOException {
        Table table = new Table("ACCOUNT", "MAILBOX", "PRIMARY", "MIRROR", "SUBSCRIBED", "RESULT");
        boolean equal = true;
        StringBuilder differences = new StringBuilder();
        for (String user : Demo.users()) {
            MailboxPicture primary = picture(demo, user, true);
            MailboxPicture mirror = picture(demo, user, false);
            SortedSet<String> names = new TreeSet<>(primary.mailboxes().keySet());
            names.addAll(mirror.mailboxes().keySet());
            for (String name : names) {
                List<?> left = primary.mailboxes().get(name);
                List<?> right = mirror.mailboxes().get(name);
                boolean subscribed = primary.subscribed().contains(name);
                boolean same =
                        left != null
                                && left.equals(right)
                                && subscribed == mirror.subscribed().contains(name);
                table.row(
                        user,
                        name,
                        left == null ? "-" : String.valueOf(left.size()),
                        right == null ? "-" : String.valueOf(right.size()),
                        subscribed ? "yes" : "",
                        same ? "equal" : "DIFFERS");
            }
            equal &= primary.equals(mirror);
            for (String line : primary.changesTo(mirror)) {
                differences
                        .append("on the mirror, ")
                        .append(user)
                        .append(": ")
                        .append(line)
                        .append('\n');
            }
        }
        table.print(out);
        out.print(differences);
        return equal;
    }

    private static MailboxPicture picture(Demo demo, String user, boolean primary)
            throws MessagingException, IOException {
        try (Store store = demo.connect(primary ? demo.old() : demo.next(), user)) {
            return MailboxPicture.of(store);
        }
    }

    private static boolean await(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                return false;
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
        return true;
    }

    private static String since(long start) {
        return "(%.1f s)".formatted((System.nanoTime() - start) / 1e9);
    }

    /// The log would stand between the lines that are to be read; a level that was asked for stays.
    private static void quieten() {
        if (System.getenv("IMAPMIRROR_LOG_LEVEL") == null) {
            ((Logger) LoggerFactory.getLogger("org.imapmirror")).setLevel(Level.WARN);
        }
    }
}
