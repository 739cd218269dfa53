package org.imapmirror.bench;

import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxEvent.FlagChange;
import org.imapmirror.event.UidSet;
import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Trust;
import org.imapmirror.mailstore.Appender;
import org.imapmirror.mailstore.ClientLimits;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.Listed;
import org.imapmirror.mailstore.LoginAs;
import org.imapmirror.mailstore.Status;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.Ports;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/// What it takes to bring an account over, and to bring it up to date again. Started by
/// `bench/sync`.
final class SyncBench {
    private static final String IMAPMIRROR = "imapmirror";
    private static final String IMAPC = "doveadm imapc";
    private static final String OFFLINEIMAP = "offlineimap";
    private static final String IMAPSYNC = "imapsync";

    /// What part of the fastest rival's time a full copy may take.
    private static final double FASTER = 0.85;

    private static final int IDLE_RUNS = 3;

    /// Of the fastest ones.
    private static final int FULL_RUNS = 3;

    private static final int MAILBOXES = 8;
    private static final long OCTETS_EACH = 32_000;
    private static final int NEW = 100;
    private static final int FLAGGED = 100;
    private static final int DELETED = 50;

    private final int messages;
    private final Workspace workspace;
    private final Results results = new Results("sync");
    private final Map<String, Way> ways = new LinkedHashMap<>();
    private final List<DovecotServer> further = new ArrayList<>();

    /// A way to do it, and its own target.
    private record Way(
            DovecotServer target, List<String> command, Map<String, String> environment) {}

    private SyncBench(int messages, Workspace workspace) {
        this.messages = messages;
        this.workspace = workspace;
    }

    public static void main(String[] args) throws Exception {
        try (Workspace workspace = new Workspace();
                DovecotServer source = DovecotServer.launch()) {
            SyncBench bench = new SyncBench(Integer.parseInt(args[0]), workspace);
            try {
                bench.run(source);
            } finally {
                bench.ways.values().forEach(way -> way.target().close());
                bench.further.forEach(DovecotServer::close);
            }
        }
    }

    private void run(DovecotServer source) throws Exception {
        fill(source);
        ways(source);
        ways.forEach((name, way) -> {
            full(name, way);
            for (int i = 0; i < IDLE_RUNS; i++) {
                measure("no change", name, way);
            }
        });
        fullAgain(source);
        change(source);
        ways.forEach((name, way) -> measure("delta", name, way));
        long expected = count(source);
        for (Map.Entry<String, Way> e : ways.entrySet()) {
            long found = count(e.getValue().target());
            if (found != expected) {
                System.out.printf("%s: %d messages instead of %d%n", e.getKey(), found, expected);
            }
        }
        results.print(System.out);
        targets().print(System.out);
    }

    /// A full copy against the fastest, what a process costs against those that are processes of
    /// the same kind.
    private Targets targets() {
        Targets targets = new Targets();
        targets.atMost(
                "full copy, s",
                results.median("full, wall", IMAPMIRROR),
                FASTER
                        * ways.keySet().stream()
                                .filter(way -> !way.equals(IMAPMIRROR))
                                .mapToDouble(way -> results.median("full, wall", way))
                                .min()
                                .orElse(Double.NaN));
        for (String what : List.of("full", "no change", "delta")) {
            for (String figure : List.of("wall", "CPU", "peak RSS")) {
                String measure = what + ", " + figure;
                targets.atMost(
                        measure + ", of the better of OfflineIMAP and imapsync",
                        results.median(measure, IMAPMIRROR),
                        Stream.of(OFFLINEIMAP, IMAPSYNC)
                                .filter(ways::containsKey)
                                .mapToDouble(way -> results.median(measure, way))
                                .min()
                                .orElse(Double.NaN));
            }
        }
        targets.atMost("full, peak RSS, MiB", results.median("full, peak RSS", IMAPMIRROR), 120);
        return targets;
    }

    /// Nobody pays for what others have written.
    private void full(String name, Way way) {
        try {
            Timed.run(List.of("sync"), Map.of(), workspace.folder().resolve("sync.out"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        measure("full", name, way);
    }

    /// A target that ends with this: where much was removed a moment ago, some file systems take
    /// their time to make new files.
    private DovecotServer another() {
        DovecotServer target = DovecotServer.launch();
        further.add(target);
        return target;
    }

    /// The fastest ones, in turns.
    private void fullAgain(DovecotServer source) {
        for (int round = 1; round < FULL_RUNS; round++) {
            Path state = workspace.folder().resolve("state-" + round);
            full(IMAPMIRROR, ownWay(source, another(), state));
            if (ways.containsKey(IMAPC)) {
                full(IMAPC, overImapc(source, another()));
            }
        }
    }

    private void measure(String what, String name, Way way) {
        try {
            Path out = workspace.folder().resolve(name + "." + what.replace(' ', '-') + ".out");
            Timed timed = Timed.run(way.command(), way.environment(), out);
            results.add(what + ", wall", "s", name, timed.wall());
            results.add(what + ", CPU", "s", name, timed.cpu());
            results.add(what + ", peak RSS", "MiB", name, timed.peak());
            System.out.printf(
                    "%-16s %-10s %6.2f s, %6.2f s of CPU, %4.0f MiB%n",
                    name, what, timed.wall(), timed.cpu(), timed.peak());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private void ways(DovecotServer source) throws Exception {
        String user = source.user(1);
        String password = source.password(1);
        Files.writeString(secret(), password + "\n");
        ways.put(
                IMAPMIRROR,
                ownWay(source, DovecotServer.launch(), workspace.folder().resolve("state")));
        if (Files.isExecutable(Path.of("/usr/bin/doveadm"))) {
            overTcp(source, user);
            ways.put(IMAPC, overImapc(source, DovecotServer.launch()));
        }
        if (Files.isExecutable(Path.of("/usr/bin/mbsync"))) {
            mbsync(source, user, password);
        }
        if (Files.isExecutable(Path.of("/usr/bin/offlineimap"))) {
            offlineimap(source, user, password);
        }
        if (Files.isExecutable(Path.of("/usr/bin/imapsync"))) {
            imapsync(source, user, password);
        }
    }

    /// Where the password is, for everybody.
    private Path secret() {
        return workspace.folder().resolve("secret");
    }

    private Way ownWay(DovecotServer source, DovecotServer target, Path state) {
        return new Way(
                target,
                List.of(
                        "bin/imapmirror",
                        "sync",
                        "--mode",
                        "mirror",
                        "--source",
                        "imap+insecure://%s@127.0.0.1:%d"
                                .formatted(source.user(1), source.imapPort()),
                        "--source-password-file",
                        secret().toString(),
                        "--target",
                        "imap+insecure://%s@127.0.0.1:%d"
                                .formatted(source.user(1), target.imapPort()),
                        "--target-password-file",
                        secret().toString(),
                        "--state",
                        state.toString()),
                Map.of("IMAPMIRROR_JAVA_HOME", System.getProperty("java.home")));
    }

    private void overTcp(DovecotServer source, String user) throws IOException {
        int port = Ports.one();
        DovecotServer target =
                DovecotServer.launch(
                        10,
                        "doveadm_password = bench\nservice doveadm {\n  inet_listener {\n    port"
                                + " = "
                                + port
                                + "\n  }\n}\n");
        ways.put(
                "doveadm tcp",
                new Way(
                        target,
                        List.of(
                                "/usr/bin/doveadm",
                                "-c",
                                source.directory().resolve("dovecot.conf").toString(),
                                "-o",
                                "doveadm_password=bench",
                                "backup",
                                "-u",
                                user,
                                "tcp:127.0.0.1:" + port),
                        Map.of()));
    }

    private static Way overImapc(DovecotServer source, DovecotServer target) {
        return new Way(
                target,
                List.of(
                        "/usr/bin/doveadm",
                        "-c",
                        target.directory().resolve("dovecot.conf").toString(),
                        "-o",
                        "imapc_host=127.0.0.1",
                        "-o",
                        "imapc_port=" + source.imapPort(),
                        "-o",
                        "imapc_user=" + source.user(1),
                        "-o",
                        "imapc_password=" + source.password(1),
                        "-o",
                        "imapc_features=rfc822.size fetch-headers",
                        "-o",
                        "mail_prefetch_count=20",
                        "backup",
                        "-R",
                        "-u",
                        source.user(1),
                        "imapc:"),
                Map.of());
    }

    private void mbsync(DovecotServer source, String user, String password) throws IOException {
        DovecotServer target = DovecotServer.launch();
        Path home = Files.createDirectory(workspace.folder().resolve("mbsync"));
        StringBuilder rc = new StringBuilder();
        for (String side : List.of("far", "near")) {
            rc.append(
                    """
                    IMAPAccount %s
                    Host 127.0.0.1
                    Port %d
                    User %s
                    Pass %s
                    SSLType None
                    AuthMechs LOGIN
                    PipelineDepth 50

                    IMAPStore %s
                    Account %s

                    """
                            .formatted(
                                    side,
                                    (side.equals("far") ? source : target).imapPort(),
                                    user,
                                    password,
                                    side,
                                    side));
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
                CopyArrivalDate yes
                SyncState %s/
                """
                        .formatted(home));
        Path file = Files.writeString(home.resolve("mbsyncrc"), rc);
        ways.put(
                "mbsync",
                new Way(
                        target,
                        List.of("/usr/bin/mbsync", "-q", "-c", file.toString(), "-a"),
                        Map.of("HOME", home.toString())));
    }

    private void offlineimap(DovecotServer source, String user, String password)
            throws IOException {
        DovecotServer target = DovecotServer.launch();
        Path home = Files.createDirectory(workspace.folder().resolve("offlineimap"));
        StringBuilder rc =
                new StringBuilder(
                        """
                        [general]
                        accounts = all
                        metadata = %s

                        [Account all]
                        localrepository = near
                        remoterepository = far

                        """
                                .formatted(home.resolve("state")));
        for (String side : List.of("far", "near")) {
            rc.append(
                    """
                    [Repository %s]
                    type = IMAP
                    remotehost = 127.0.0.1
                    remoteport = %d
                    remoteuser = %s
                    remotepass = %s
                    ssl = no
                    starttls = no
                    auth_mechanisms = PLAIN
                    maxconnections = 4
                    readonly = %s

                    """
                            .formatted(
                                    side,
                                    (side.equals("far") ? source : target).imapPort(),
                                    user,
                                    password,
                                    side.equals("far") ? "yes" : "no"));
        }
        Path file = Files.writeString(home.resolve("offlineimaprc"), rc);
        ways.put(
                OFFLINEIMAP,
                new Way(
                        target,
                        List.of("/usr/bin/offlineimap", "-c", file.toString(), "-o", "-u", "quiet"),
                        Map.of("HOME", home.toString())));
    }

    private void imapsync(DovecotServer source, String user, String password) {
        DovecotServer target = DovecotServer.launch();
        ways.put(
                IMAPSYNC,
                new Way(
                        target,
                        List.of(
                                "/usr/bin/imapsync",
                                "--host1",
                                "127.0.0.1",
                                "--port1",
                                source.imapPort() + "",
                                "--user1",
                                user,
                                "--password1",
                                password,
                                "--notls1",
                                "--host2",
                                "127.0.0.1",
                                "--port2",
                                target.imapPort() + "",
                                "--user2",
                                user,
                                "--password2",
                                password,
                                "--notls2",
                                "--delete2",
                                "--nolog",
                                "--noreleasecheck"),
                        Map.of("HOME", workspace.folder().toString())));
    }

    private static ImapStore open(DovecotServer server) throws StoreException {
        return ImapStore.open(
                new Endpoint(
                        "bench",
                        server.host(),
                        server.imapPort(),
                        Endpoint.Tls.NONE,
                        new Trust.Insecure()),
                new LoginAs.Plain(server.user(1), server.password(1)),
                ClientLimits.DEFAULT);
    }

    private static long count(DovecotServer server) throws StoreException {
        try (ImapStore store = open(server)) {
            List<String> names =
                    store.list().stream().filter(Listed::selectable).map(Listed::name).toList();
            return store.status(names).values().stream().mapToLong(Status::messages).sum();
        }
    }

    private static String box(int i) {
        return i == 0 ? "INBOX" : "Box" + i;
    }

    private void fill(DovecotServer source) throws StoreException, IOException {
        try (ImapStore store = open(source)) {
            for (int i = 0; i < MAILBOXES; i++) {
                if (i > 0) {
                    store.create(box(i), null);
                    store.subscribe(box(i));
                }
                add(store, box(i), messages / MAILBOXES, i);
            }
        }
    }

    /// Sizes as in real mailboxes: most are small, few are large.
    private static void add(ImapStore store, String box, int count, long seed)
            throws StoreException, IOException {
        Random random = new Random(seed);
        double[] weights = random.doubles(count).map(r -> Math.exp(4 * r) - 0.9).toArray();
        double sum = 0;
        for (double weight : weights) {
            sum += weight;
        }
        byte[] text = ("x".repeat(76) + "\r\n").repeat(20_000).getBytes(StandardCharsets.US_ASCII);
        Appender appender = store.appender(box);
        for (int i = 0; i < count; i++) {
            byte[] head =
                    ("Message-ID: <%s.%d.%d@example.org>\r\nFrom: a@example.org\r\nSubject: %d\r\n\r\n"
                                    .formatted(box, seed, i, i))
                            .getBytes(StandardCharsets.US_ASCII);
            int size = (int) Math.min(text.length - 78, OCTETS_EACH * count * weights[i] / sum);
            size = size / 78 * 78 + 78;
            byte[] message = new byte[head.length + size];
            System.arraycopy(head, 0, message, 0, head.length);
            System.arraycopy(text, 0, message, head.length, size);
            Flags flags =
                    i % 3 == 0
                            ? Flags.NONE
                            : i % 3 == 1 ? Flags.of("\\Seen") : Flags.of("\\Seen", "Work");
            appender.add(
                    flags,
                    "%02d-Feb-2014 22:%02d:04 -0800".formatted(1 + i % 28, i % 60),
                    message.length,
                    new ByteArrayInputStream(message));
        }
        appender.finish();
    }

    private static void change(DovecotServer source) throws StoreException, IOException {
        try (ImapStore store = open(source)) {
            store.select("INBOX");
            List<Long> uids = new ArrayList<>();
            store.uids().forEach(uids::add);
            store.store(
                    UidSet.of(uids.subList(0, FLAGGED)),
                    FlagChange.ADDED,
                    Flags.of("\\Flagged", "\\Answered"));
            store.expunge(UidSet.of(uids.subList(FLAGGED, FLAGGED + DELETED)));
            add(store, box(1), NEW, 99);
        }
    }
}
