package org.imapmirror.bench;

import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxEvent.FlagChange;
import org.imapmirror.event.UidSet;
import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Trust;
import org.imapmirror.mailstore.Appender;
import org.imapmirror.mailstore.ClientLimits;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.LoginAs;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.Ports;
import org.imapmirror.testing.RawImap;
import org.imapmirror.testing.RecordingRelay;
import org.imapmirror.testing.ServeProcess;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What it costs to look whether an account that is mirrored already changed, inside a running
/// `serve`, in processor time and round trips; and what `doveadm sync` and mbsync take for the
/// same. Started by `bench/sweep`.
final class SweepBench {
    private static final int MAILBOXES = 10;
    private static final int FLAGGED = 100;
    private static final int WARM_UP = 200;
    private static final int SWEEPS = 50;
    private static final int ROUNDS = 5;
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final double MOST_CPU_MILLIS = 20;
    private static final int USER = 1;

    private final int messages;
    private final Workspace workspace;
    private final DovecotServer primary;
    private final Results results = new Results("sweep");

    private SweepBench(int messages, Workspace workspace, DovecotServer primary) {
        this.messages = messages;
        this.workspace = workspace;
        this.primary = primary;
    }

    public static void main(String[] args) throws Exception {
        try (Workspace workspace = new Workspace();
                DovecotServer primary = DovecotServer.launch();
                DovecotServer mirror = DovecotServer.launch()) {
            SweepBench bench = new SweepBench(Integer.parseInt(args[0]), workspace, primary);
            bench.run(mirror);
        }
    }

    private void run(DovecotServer mirror) throws Exception {
        System.out.printf(
                "%d messages in %d mailboxes; imapmirror: a sweep by command inside a running"
                    + " serve, with the processor time of that process (and of its answer to the"
                    + " command), the mean of %d sweeps without changes and of %d with %d changed"
                    + " flags; the others: a run of the command, with its own processor time. No"
                    + " TLS.%n",
                messages, MAILBOXES, SWEEPS, ROUNDS, FLAGGED);
        fill();
        try (RecordingRelay toPrimary = RecordingRelay.to(primary.imapPort());
                RecordingRelay toMirror = RecordingRelay.to(mirror.imapPort());
                ServeProcess serve =
                        ServeProcess.between(
                                toPrimary.port(),
                                toMirror.port(),
                                workspace.folder(),
                                "",
                                "sweep: {every: never, watch: none}")) {
            RawImap.login(serve.through(primary, USER)).close();
            serve.awaitMirrored(PATIENCE);
            Sweeps sweeps = new Sweeps(serve, toPrimary, toMirror);
            // The first ones compare everything, look at what was stored, and get compiled.
            for (int i = 0; i < WARM_UP; i++) {
                sweeps.once();
            }
            unchanged(sweeps);
            changed(sweeps);
        }
        others();
        results.print(System.out);
        Targets targets = new Targets();
        targets.atMost(
                "sweep without changes, CPU, ms",
                results.median("no change, CPU", "imapmirror"),
                MOST_CPU_MILLIS);
        targets.atMost(
                "sweep without changes, round trips to the primary",
                results.median("no change, round trips to the primary", "imapmirror"),
                1);
        targets.print(System.out);
    }

    private void unchanged(Sweeps sweeps) throws Exception {
        double cpu = sweeps.cpuSeconds();
        int primaryTrips = 0;
        int mirrorTrips = 0;
        for (int i = 0; i < SWEEPS; i++) {
            sweeps.once();
            primaryTrips += sweeps.toPrimary.roundTrips();
            mirrorTrips += sweeps.toMirror.roundTrips();
        }
        double used = sweeps.cpuSeconds() - cpu;
        results.add("no change, CPU", "ms", "imapmirror", used * 1000 / SWEEPS);
        results.add(
                "no change, round trips to the primary",
                "",
                "imapmirror",
                (double) primaryTrips / SWEEPS);
        results.add(
                "no change, round trips to the mirror",
                "",
                "imapmirror",
                (double) mirrorTrips / SWEEPS);
        System.out.println("the last one asked the primary: " + sweeps.toPrimary.commands());
    }

    private void changed(Sweeps sweeps) throws Exception {
        for (int i = 0; i < ROUNDS; i++) {
            change(i % 2 == 0 ? FlagChange.ADDED : FlagChange.REMOVED);
            double cpu = sweeps.cpuSeconds();
            sweeps.once();
            results.add(
                    FLAGGED + " flags, CPU",
                    "ms",
                    "imapmirror",
                    (sweeps.cpuSeconds() - cpu) * 1000);
            results.add(
                    FLAGGED + " flags, round trips to the primary",
                    "",
                    "imapmirror",
                    sweeps.toPrimary.roundTrips());
            // What was stored on the mirror is looked at once.
            sweeps.once();
        }
    }

    /// Sweeps of the one account, one after the other.
    private record Sweeps(ServeProcess serve, RecordingRelay toPrimary, RecordingRelay toMirror) {
        void once() {
            toPrimary.clear();
            toMirror.clear();
            serve.sweep("user0001");
            serve.awaitMirrored(PATIENCE);
        }

        double cpuSeconds() {
            return CpuTime.seconds(List.of(serve.pid()));
        }
    }

    private void others() throws Exception {
        Map<String, List<String>> ways = new LinkedHashMap<>();
        List<DovecotServer> targets = new ArrayList<>();
        try {
            if (Files.isExecutable(Path.of("/usr/bin/doveadm"))) {
                int port = Ports.one();
                targets.add(
                        DovecotServer.launch(
                                10,
                                "doveadm_password = bench\nservice doveadm {\n  inet_listener {\n"
                                        + "    port = "
                                        + port
                                        + "\n  }\n}\n"));
                ways.put("doveadm sync", doveadm(port));
            }
            if (Files.isExecutable(Path.of("/usr/bin/mbsync"))) {
                DovecotServer target = DovecotServer.launch();
                targets.add(target);
                ways.put("mbsync", mbsync(target));
            }
            for (Map.Entry<String, List<String>> way : ways.entrySet()) {
                measure(way.getKey(), way.getValue());
            }
        } finally {
            targets.forEach(DovecotServer::close);
        }
    }

    private void measure(String name, List<String> command) throws Exception {
        Path out = workspace.folder().resolve(name.replace(' ', '-') + ".out");
        Timed.run(command, Map.of(), out);
        Timed.run(command, Map.of(), out);
        for (int i = 0; i < ROUNDS; i++) {
            results.add(
                    "no change, CPU", "ms", name, Timed.run(command, Map.of(), out).cpu() * 1000);
        }
        for (int i = 0; i < ROUNDS; i++) {
            change(i % 2 == 0 ? FlagChange.ADDED : FlagChange.REMOVED);
            results.add(
                    FLAGGED + " flags, CPU",
                    "ms",
                    name,
                    Timed.run(command, Map.of(), out).cpu() * 1000);
        }
    }

    /// With what `-s` tells, each run asks only for what is new.
    private List<String> doveadm(int port) throws IOException {
        Path state = workspace.folder().resolve("dsync.state");
        Path script =
                Files.writeString(
                        workspace.folder().resolve("dsync.sh"),
                        """
                        touch %1$s
                        /usr/bin/doveadm -c %2$s -o doveadm_password=bench sync -1 -s "$(cat %1$s)" \
                        -u %3$s tcp:127.0.0.1:%4$d >%1$s.new && mv %1$s.new %1$s
                        """
                                .formatted(
                                        state,
                                        primary.directory().resolve("dovecot.conf"),
                                        primary.user(USER),
                                        port));
        return List.of("/bin/sh", script.toString());
    }

    private List<String> mbsync(DovecotServer target) throws IOException {
        Path home = Files.createDirectory(workspace.folder().resolve("mbsync"));
        StringBuilder rc = new StringBuilder();
        for (String side : List.of("far", "near")) {
            rc.append(
                    """
                    IMAPStore %1$s
                    Host 127.0.0.1
                    Port %2$d
                    User %3$s
                    Pass %4$s
                    SSLType None
                    AuthMechs LOGIN

                    """
                            .formatted(
                                    side,
                                    (side.equals("far") ? primary : target).imapPort(),
                                    primary.user(USER),
                                    primary.password(USER)));
        }
        rc.append(
                """
                Channel all
                Far :far:
                Near :near:
                Patterns *
                Create Near
                Remove Near
                Expunge Near
                Sync Pull
                SyncState %s/
                """
                        .formatted(home));
        Path file = Files.writeString(home.resolve("mbsyncrc"), rc);
        return List.of("/usr/bin/mbsync", "-q", "-c", file.toString(), "-a");
    }

    private ImapStore open() throws StoreException {
        return ImapStore.open(
                new Endpoint(
                        "bench",
                        primary.host(),
                        primary.imapPort(),
                        Endpoint.Tls.NONE,
                        new Trust.Insecure()),
                new LoginAs.Plain(primary.user(USER), primary.password(USER)),
                ClientLimits.DEFAULT);
    }

    private void fill() throws StoreException, IOException {
        try (ImapStore store = open()) {
            for (int i = 0; i < MAILBOXES; i++) {
                String box = i == 0 ? "INBOX" : "Box" + i;
                if (i > 0) {
                    store.create(box, null);
                    store.subscribe(box);
                }
                Appender appender = store.appender(box);
                for (int n = 0; n < messages / MAILBOXES; n++) {
                    byte[] message =
                            ("Message-ID: <%d.%d@example.org>\r\n"
                                            + "From: a@example.org\r\n"
                                            + "Subject: %d\r\n"
                                            + "\r\n"
                                            + "%s\r\n")
                                    .formatted(i, n, n, "x".repeat(70 + n % 2000))
                                    .getBytes(StandardCharsets.US_ASCII);
                    appender.add(
                            n % 2 == 0 ? Flags.NONE : Flags.of("\\Seen"),
                            "%02d-Feb-2014 22:%02d:04 -0800".formatted(1 + n % 28, n % 60),
                            message.length,
                            new ByteArrayInputStream(message));
                }
                var unused = appender.finish();
            }
        }
    }

    private void change(FlagChange change) throws StoreException {
        try (ImapStore store = open()) {
            store.select("INBOX");
            List<Long> uids = new ArrayList<>();
            store.uids().forEach(uids::add);
            var unused =
                    store.store(UidSet.of(uids.subList(0, FLAGGED)), change, Flags.of("\\Flagged"));
        }
    }
}
