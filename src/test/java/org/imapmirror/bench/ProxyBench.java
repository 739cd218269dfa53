package org.imapmirror.bench;

import org.imapmirror.testing.Access;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.LargeMail;
import org.imapmirror.testing.RawImap;
import org.imapmirror.testing.ServeProcess;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What it costs a client to have something between itself and the primary: round trips and
/// throughput, one way after the other in each round. Started by `bench/proxy`.
final class ProxyBench {
    private static final int LOGINS = 40;
    private static final int NOOPS = 1000;
    private static final int STORES = 200;
    private static final int APPENDS = 100;
    private static final int FETCHED = 2000;
    private static final int FETCHED_SIZE = 50_000;
    private static final int DISTINCT = 250;
    private static final int LARGE_APPENDS = 8;
    private static final long LARGE = 4_000_000;
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private static final byte[] SMALL = Flood.MAIL;

    private final DovecotServer primary;
    private final List<Front> fronts;
    private final Results results = new Results("proxy");

    private ProxyBench(DovecotServer primary, List<Front> fronts) {
        this.primary = primary;
        this.fronts = fronts;
    }

    public static void main(String[] args) throws Exception {
        int rounds = Integer.parseInt(args[0]);
        try (Workspace workspace = new Workspace();
                DovecotServer primary = DovecotServer.launch();
                DovecotServer mirror = DovecotServer.launch();
                ServeProcess serve =
                        ServeProcess.between(
                                primary,
                                mirror,
                                workspace.folder(),
                                "",
                                "accounts: {exclude: [" + primary.user(3) + "]}")) {
            List<Front> fronts = new ArrayList<>();
            fronts.add(Front.direct(primary, 1));
            fronts.add(
                    new Front(
                            Front.MIRRORED,
                            serve.port(),
                            2,
                            () -> List.of(serve.pid()),
                            () -> serve.awaitMirrored(PATIENCE),
                            () -> {}));
            fronts.add(
                    new Front(
                            Front.UNMIRRORED,
                            serve.port(),
                            3,
                            () -> List.of(serve.pid()),
                            () -> {}));
            fronts.addAll(Alternatives.start(primary, workspace.folder(), 4));
            try {
                new ProxyBench(primary, fronts).run(rounds);
            } finally {
                fronts.forEach(Front::close);
            }
        }
    }

    private void run(int rounds) throws IOException {
        System.out.printf(
                "Medians of %d rounds, in each all ways in turns. Per round and way: %d logins, %d"
                        + " NOOPs, %d STOREs, %d APPENDs of %d octets, a FETCH of %d MB in %d"
                        + " messages, %d APPENDs of %d MB. No TLS.%n",
                rounds,
                LOGINS,
                NOOPS,
                STORES,
                APPENDS,
                SMALL.length,
                FETCHED * (long) FETCHED_SIZE / 1_000_000,
                FETCHED,
                LARGE_APPENDS,
                LARGE / 1_000_000);
        for (Front front : fronts) {
            fill(front);
        }
        for (Front front : fronts) {
            measure(front, new Results("warm-up"));
        }
        for (int round = 0; round < rounds; round++) {
            for (Front front : fronts) {
                measure(front, results);
            }
        }
        results.print(System.out);
    }

    /// Past all proxies. The copies are hard links, so that all ways read from the page cache.
    private void fill(Front front) throws IOException {
        try (RawImap client = Front.direct(primary, front.user()).login(primary)) {
            client.command("CREATE Many");
            client.command("CREATE Small");
            client.command("CREATE Large");
            for (int i = 0; i < DISTINCT; i++) {
                LargeMail mail = new LargeMail(i, FETCHED_SIZE);
                client.append("Many", mail.size(), mail::writeTo);
            }
            client.command("SELECT Many");
            for (int i = DISTINCT; i < FETCHED; i += DISTINCT) {
                client.command("COPY 1:" + DISTINCT + " Many");
            }
        }
    }

    private void measure(Front front, Results to) throws IOException {
        String way = front.name();
        logins(front, to);
        try (RawImap client = front.login(primary)) {
            front.settle().run();
            client.command("SELECT Small");
            to.addTimes("NOOP", way, times(NOOPS, _ -> client.command("NOOP")));
            to.addTimes("APPEND 2 KB", way, times(APPENDS, _ -> client.append("Small", SMALL)));
            front.settle().run();
            client.command("NOOP");
            to.addTimes(
                    "STORE",
                    way,
                    times(
                            STORES,
                            i ->
                                    client.command(
                                            "STORE 1 "
                                                    + (i % 2 == 0 ? "+" : "-")
                                                    + "FLAGS (\\Seen)")));
            front.settle().run();
            client.command("SELECT Many");
            fetch(client, front, to);
            to.add("APPEND", "MB/s", way, appendLarge(client));
            client.command("LOGOUT");
        }
        front.settle().run();
    }

    private void logins(Front front, Results to) throws IOException {
        Access access = front.access(primary);
        long[] greetings = new long[LOGINS];
        long[] logins = new long[LOGINS];
        for (int i = 0; i < LOGINS; i++) {
            long start = System.nanoTime();
            try (RawImap client = RawImap.connect(access.host(), access.port())) {
                greetings[i] = System.nanoTime() - start;
                client.login(access.user(), access.password());
                logins[i] = System.nanoTime() - start - greetings[i];
            }
        }
        to.addTimes("connect", front.name(), greetings);
        to.addTimes("LOGIN", front.name(), logins);
    }

    private static void fetch(RawImap client, Front front, Results to) throws IOException {
        long before = client.octets();
        double cpu = cpuSeconds(front);
        long start = System.nanoTime();
        client.command("FETCH 1:* (BODY.PEEK[])");
        double seconds = (System.nanoTime() - start) / 1e9;
        double megabytes = (client.octets() - before) / 1e6;
        to.add("FETCH", "MB/s", front.name(), megabytes / seconds);
        to.add(
                "CPU of what is between, FETCH",
                "s/GB",
                front.name(),
                (cpuSeconds(front) - cpu) / megabytes * 1000);
    }

    /// What the processes of this way have used so far, to a hundredth of a second.
    private static double cpuSeconds(Front front) {
        return front.processes().get().stream()
                .flatMap(pid -> ProcessHandle.of(pid).stream())
                .flatMap(process -> process.info().totalCpuDuration().stream())
                .mapToDouble(used -> used.toMillis() / 1e3)
                .sum();
    }

    private static double appendLarge(RawImap client) throws IOException {
        LargeMail mail = new LargeMail(7, LARGE);
        long start = System.nanoTime();
        for (int i = 0; i < LARGE_APPENDS; i++) {
            client.append("Large", mail.size(), mail::writeTo);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        return mail.size() * LARGE_APPENDS / 1e6 / seconds;
    }

    @FunctionalInterface
    private interface Action {
        void run(int i) throws IOException;
    }

    private static long[] times(int count, Action action) throws IOException {
        long[] nanos = new long[count];
        for (int i = 0; i < count; i++) {
            long start = System.nanoTime();
            action.run(i);
            nanos[i] = System.nanoTime() - start;
        }
        return nanos;
    }
}
