package org.imapmirror.bench;

import org.imapmirror.testing.Access;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.LargeMail;
import org.imapmirror.testing.Ports;
import org.imapmirror.testing.RawImap;
import org.imapmirror.testing.ServeProcess;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// What it costs a client to have something between itself and the primary: round trips and
/// throughput, one way after the other in each round. Started by `bench/proxy`.
final class ProxyBench {
    /// Until Java has compiled what runs often, most of its processor time goes into that.
    private static final int WARM_UPS = 5;

    /// Round trips of the warm-up, the same for all ways: some minutes of a server's life.
    private static final int WARM_ROUND_TRIPS = 50_000;

    /// The same of logins, in connections at once; only for what Java has to compile.
    private static final int WARM_LOGINS_EACH = 120;

    private static final int LOGINS = 40;

    /// In each round. What the machine does besides changes within seconds by more than the ways
    /// differ, so that what is short takes many turns.
    private static final int ROUND_TRIP_TURNS = 12;

    private static final int THROUGHPUT_TURNS = 3;
    private static final int ROUND_TRIPS = 500;
    private static final int STORES = 200;
    private static final int APPENDS = 100;
    private static final int FETCHED = 2000;
    private static final int FETCHED_SIZE = 50_000;
    private static final int DISTINCT = 250;
    private static final int CONNECTIONS = 8;
    private static final int COPIED_USER = 8;
    private static final int LOGINS_EACH = 8;
    private static final int FETCHED_EACH = 500;
    private static final int UPLOADS = 24;
    private static final int UPLOADS_EACH = 6;
    private static final LargeMail LARGE = new LargeMail(7, 1_000_000);

    /// What a target may fall short of HAProxy.
    private static final double TOLERANCE = 0.05;

    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private static final byte[] SMALL = Flood.MAIL;

    private final DovecotServer primary;
    private final List<Front> fronts;
    private final DurableCopy copies;
    private final Results results = new Results("proxy");

    private ProxyBench(DovecotServer primary, List<Front> fronts, DurableCopy copies) {
        this.primary = primary;
        this.fronts = fronts;
        this.copies = copies;
    }

    public static void main(String[] args) throws Exception {
        int rounds = Integer.parseInt(args[0]);
        try (Workspace workspace = new Workspace();
                Workspace another = new Workspace();
                Workspace third = new Workspace();
                DurableCopy copies = new DurableCopy(third.folder(), LARGE);
                DovecotServer primary = DovecotServer.launch();
                DovecotServer mirror = DovecotServer.launch();
                ServeProcess serve =
                        ServeProcess.between(
                                primary,
                                mirror,
                                workspace.folder(),
                                "",
                                "accounts: {exclude: [" + primary.user(3) + "]}");
                ServeProcess alone =
                        ServeProcess.between(
                                primary.imapPort(), Ports.one(), another.folder(), "", "")) {
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
                            Front.CAPTURED, alone.port(), 7, () -> List.of(alone.pid()), () -> {}));
            fronts.add(
                    new Front(
                            Front.UNMIRRORED,
                            serve.port(),
                            3,
                            () -> List.of(serve.pid()),
                            () -> {}));
            fronts.addAll(Alternatives.start(primary.imapPort(), workspace.folder(), 4, 100));
            try {
                new ProxyBench(primary, fronts, copies).run(rounds);
            } finally {
                fronts.forEach(Front::close);
            }
        }
    }

    private void run(int rounds) throws Exception {
        System.out.printf(
                "Medians of %d rounds behind a warm-up (%d round trips and more), in each all ways"
                    + " in turns. Per round and way: %d logins one after the other, %d STOREs, %d"
                    + " APPENDs of %d octets; %d turns of %d NOOPs and %d FETCHes of FLAGS; %d"
                    + " turns of %d logins in %d connections at once, of FETCH of messages of %d"
                    + " KB, %d by one connection, %d by each of %d, and of uploads of 1 MB, %d by"
                    + " one connection, %d by each of %d. No TLS.%n",
                rounds,
                2 * WARM_ROUND_TRIPS,
                LOGINS,
                STORES,
                APPENDS,
                SMALL.length,
                ROUND_TRIP_TURNS,
                ROUND_TRIPS,
                ROUND_TRIPS,
                THROUGHPUT_TURNS,
                LOGINS_EACH * CONNECTIONS,
                CONNECTIONS,
                FETCHED_SIZE / 1000,
                FETCHED,
                FETCHED_EACH,
                CONNECTIONS,
                UPLOADS,
                UPLOADS_EACH,
                CONNECTIONS);
        for (Front front : fronts) {
            fill(front);
        }
        for (Front front : fronts) {
            warmUp(front);
        }
        Front copied = Front.copied(primary, COPIED_USER);
        fill(copied);
        List<Front> uploading = new ArrayList<>(fronts);
        uploading.add(copied);
        for (int round = 0; round < rounds; round++) {
            for (Front front : fronts) {
                sessions(front, results);
            }
            for (int turn = 0; turn < ROUND_TRIP_TURNS; turn++) {
                for (Front front : rotated(fronts, turn)) {
                    roundTrips(front, ROUND_TRIPS, results);
                }
            }
            for (int turn = 0; turn < THROUGHPUT_TURNS; turn++) {
                for (Front front : rotated(fronts, 2 * (round + turn))) {
                    loginsAtOnce(front, LOGINS_EACH, results);
                    fetches(front, results);
                }
                for (Front front : rotated(uploading, 2 * (round + turn))) {
                    uploads(front, results);
                }
            }
        }
        results.print(System.out);
        targets().print(System.out);
    }

    private void warmUp(Front front) throws Exception {
        Results unused = new Results("warm-up");
        boolean compiled = front.name().startsWith("imapmirror");
        for (int i = 0; i < (compiled ? WARM_UPS : 1); i++) {
            sessions(front, unused);
            fetches(front, unused);
            uploads(front, unused);
        }
        loginsAtOnce(front, compiled ? WARM_LOGINS_EACH : LOGINS_EACH, unused);
        roundTrips(front, WARM_ROUND_TRIPS, unused);
    }

    /// Nobody is always behind the same other one.
    private static List<Front> rotated(List<Front> fronts, int by) {
        List<Front> turned = new ArrayList<>(fronts);
        Collections.rotate(turned, by);
        return turned;
    }

    private Targets targets() {
        Targets targets = new Targets();
        for (String measure : List.of("FETCH, 1", "FETCH, 8")) {
            double haproxy = ofDirect(measure, Front.HAPROXY);
            targets.atLeast(
                    measure + " connection(s), of direct",
                    ofDirect(measure, Front.MIRRORED),
                    haproxy - TOLERANCE);
        }
        for (String measure : List.of("upload, 1", "upload, 8")) {
            double haproxy = ofDirect(measure, Front.HAPROXY);
            for (String way : List.of(Front.MIRRORED, Front.CAPTURED)) {
                targets.atLeast(
                        measure + " connection(s), of direct, " + way,
                        ofDirect(measure, way),
                        haproxy - TOLERANCE);
            }
            targets.atLeast(
                    measure + " connection(s), of direct with a durable copy, " + Front.CAPTURED,
                    results.median(measure, Front.CAPTURED) / results.median(measure, Front.COPIED),
                    haproxy - TOLERANCE);
        }
        for (String measure : List.of("NOOP p50", "FETCH FLAGS p50")) {
            targets.atMost(
                    measure + ", of direct",
                    ofDirect(measure, Front.MIRRORED),
                    ofDirect(measure, Front.HAPROXY));
        }
        targets.atLeast(
                "logins, 8 at once, of direct",
                ofDirect("logins, 8 at once", Front.MIRRORED),
                ofDirect("logins, 8 at once", Front.NGINX));
        return targets;
    }

    private double ofDirect(String measure, String way) {
        return results.median(measure, way) / results.median(measure, Front.DIRECT);
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

    private void sessions(Front front, Results to) throws Exception {
        String way = front.name();
        logins(front, to);
        try (RawImap client = front.login(primary)) {
            front.settle().run();
            client.command("SELECT Small");
            to.addTimes("APPEND 2 KB", way, times(APPENDS, _ -> client.append("Small", SMALL)));
            front.settle().run();
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
            client.command("LOGOUT");
        }
        front.settle().run();
    }

    private void roundTrips(Front front, int count, Results to) throws Exception {
        try (RawImap client = front.login(primary)) {
            client.command("SELECT Small");
            roundTrips("NOOP", "NOOP", client, front, count, to);
            roundTrips("FETCH FLAGS", "FETCH 1 (UID FLAGS)", client, front, count, to);
            client.command("LOGOUT");
        }
    }

    private static void roundTrips(
            String measure, String command, RawImap client, Front front, int count, Results to)
            throws IOException {
        double cpu = front.cpuSeconds();
        to.addTimes(measure, front.name(), times(count, _ -> client.command(command)));
        to.add(
                "CPU of what is between, " + measure,
                "us",
                front.name(),
                (front.cpuSeconds() - cpu) / count * 1e6);
    }

    private void fetches(Front front, Results to) throws Exception {
        fetch(front, 1, FETCHED, to);
        fetch(front, CONNECTIONS, FETCHED_EACH, to);
    }

    private void uploads(Front front, Results to) throws Exception {
        upload(front, 1, UPLOADS, to);
        front.settle().run();
        upload(front, CONNECTIONS, UPLOADS_EACH, to);
        front.settle().run();
        // So that the next one finds the disk as this one did, and no sweep has to find out.
        try (RawImap client = front.login(primary)) {
            client.command("SELECT Large");
            client.command("STORE 1:* +FLAGS.SILENT (\\Deleted)");
            client.command("EXPUNGE");
            client.command("LOGOUT");
        }
        front.settle().run();
    }

    private void logins(Front front, Results to) throws Exception {
        Access access = front.access(primary);
        long[] greetings = new long[LOGINS];
        long[] logins = new long[LOGINS];
        for (int i = 0; i < LOGINS; i++) {
            long start = System.nanoTime();
            try (RawImap client = RawImap.connect(access.host(), access.port())) {
                greetings[i] = System.nanoTime() - start;
                client.login(access.user(), access.password());
                logins[i] = System.nanoTime() - start - greetings[i];
                client.command("LOGOUT");
            }
        }
        to.addTimes("connect", front.name(), greetings);
        to.addTimes("LOGIN", front.name(), logins);
    }

    private void loginsAtOnce(Front front, int each, Results to) throws Exception {
        Access access = front.access(primary);
        double cpu = front.cpuSeconds();
        long start = System.nanoTime();
        AtOnce.run(
                CONNECTIONS,
                _ -> {
                    for (int i = 0; i < each; i++) {
                        try (RawImap client = RawImap.login(access)) {
                            client.command("LOGOUT");
                        }
                    }
                });
        int count = CONNECTIONS * each;
        double seconds = (System.nanoTime() - start) / 1e9;
        to.add("logins, 8 at once", "1/s", front.name(), count / seconds);
        to.add(
                "CPU of what is between, login",
                "ms",
                front.name(),
                (front.cpuSeconds() - cpu) / count * 1e3);
    }

    private void fetch(Front front, int connections, int messages, Results to) throws Exception {
        List<RawImap> clients = open(front, connections, "SELECT Many");
        long before = octets(clients);
        double cpu = front.cpuSeconds();
        long start = System.nanoTime();
        AtOnce.run(
                connections, i -> clients.get(i).command("FETCH 1:" + messages + " (BODY.PEEK[])"));
        double seconds = (System.nanoTime() - start) / 1e9;
        double megabytes = (octets(clients) - before) / 1e6;
        throughput("FETCH, " + connections, front, cpu, seconds, megabytes, to);
        close(clients);
    }

    private void upload(Front front, int connections, int messages, Results to) throws Exception {
        List<RawImap> clients = open(front, connections, "NOOP");
        double cpu = front.cpuSeconds();
        long start = System.nanoTime();
        AtOnce.run(
                connections,
                i -> {
                    for (int n = 0; n < messages; n++) {
                        append(front, clients.get(i));
                    }
                });
        double seconds = (System.nanoTime() - start) / 1e9;
        double megabytes = (double) LARGE.size() * connections * messages / 1e6;
        throughput("upload, " + connections, front, cpu, seconds, megabytes, to);
        close(clients);
    }

    private void append(Front front, RawImap client) throws IOException {
        if (front.name().equals(Front.COPIED)) {
            copies.append(client, "Large");
        } else {
            client.append("Large", LARGE.size(), LARGE::writeTo);
        }
    }

    private static void throughput(
            String measure, Front front, double cpu, double seconds, double megabytes, Results to) {
        to.add(measure, "MB/s", front.name(), megabytes / seconds);
        to.add(
                "CPU of what is between, " + measure,
                "s/GB",
                front.name(),
                (front.cpuSeconds() - cpu) / megabytes * 1000);
    }

    private List<RawImap> open(Front front, int count, String command) throws IOException {
        List<RawImap> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            RawImap client = front.login(primary);
            clients.add(client);
            client.command(command);
        }
        return clients;
    }

    private static long octets(List<RawImap> clients) {
        return clients.stream().mapToLong(RawImap::octets).sum();
    }

    private static void close(List<RawImap> clients) throws IOException {
        for (RawImap client : clients) {
            client.command("LOGOUT");
            client.close();
        }
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
