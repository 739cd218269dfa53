package org.imapmirror.bench;

import org.imapmirror.testing.Access;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.RawImap;
import org.imapmirror.testing.ServeProcess;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// How long after a client's OK a change is visible on the mirror, and how many changes per second
/// reach it. Started by `bench/lag`.
///
/// Accounts 1 to 20 are used through the proxy and mirrored, 21 to 40 never: on the mirror itself
/// they show what the observation alone costs, on the primary what a client gets directly.
final class LagBench {
    private static final int ACCOUNTS = 20;

    /// Changes per second of one account, and of all of [#ACCOUNTS].
    private static final int RATE_OF_ONE = 20;

    private static final int RATE_OF_ALL = 100;
    private static final double LONGEST_LAG = 100;
    private static final int WARM_UP_SECONDS = 5;

    /// At so few changes in a second it takes a minute until Java has compiled what they need, and
    /// with two processors one of them is the compiler's until then.
    private static final int LAG_WARM_UP_SECONDS = 60;

    private static final int OBSERVATION_SECONDS = 10;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final DovecotServer primary;
    private final DovecotServer mirror;
    private final ServeProcess serve;
    private final Results results = new Results("lag");

    private LagBench(DovecotServer primary, DovecotServer mirror, ServeProcess serve) {
        this.primary = primary;
        this.mirror = mirror;
        this.serve = serve;
    }

    public static void main(String[] args) throws Exception {
        int seconds = Integer.parseInt(args[0]);
        try (Workspace workspace = new Workspace();
                DovecotServer primary = DovecotServer.launch(2 * ACCOUNTS, "");
                DovecotServer mirror = DovecotServer.launch(2 * ACCOUNTS, "");
                ServeProcess serve =
                        ServeProcess.between(primary, mirror, workspace.folder(), "", "")) {
            new LagBench(primary, mirror, serve).run(seconds);
        }
    }

    private void run(int seconds) throws Exception {
        System.out.printf(
                "lag: from the client's OK at the proxy to the change being visible on the mirror,"
                        + " at %d changes per second of one account, %d of %d accounts together,"
                        + " for %d s. rate: one client"
                        + " for each account, as fast as it gets its OKs, for %d s;"
                        + " imapmirror-client until the last OK, imapmirror-mirror until"
                        + " everything is on the mirror. One round after a warm-up of a minute. No"
                        + " TLS.%n",
                RATE_OF_ONE, RATE_OF_ALL, ACCOUNTS, seconds, seconds / 2);
        lags(1, WARM_UP_SECONDS, "1 account, at first");
        lags(1, seconds, accounts(1));
        lags(ACCOUNTS, LAG_WARM_UP_SECONDS, accounts(ACCOUNTS) + ", first minute");
        lags(ACCOUNTS, seconds, accounts(ACCOUNTS));
        rates(ACCOUNTS, WARM_UP_SECONDS, new Results("warm-up"));
        for (int accounts : new int[] {1, ACCOUNTS}) {
            rates(accounts, seconds / 2, results);
        }
        results.print(System.out);
        Targets targets = new Targets();
        for (Flood.Kind kind : Flood.Kind.values()) {
            String measure = "lag " + kind + ", " + accounts(ACCOUNTS) + " p99";
            targets.atMost(
                    measure + ", at " + RATE_OF_ALL + " changes/s, ms",
                    results.median(measure, Front.MIRRORED),
                    LONGEST_LAG);
        }
        targets.print(System.out);
    }

    private void lags(int accounts, int seconds, String what) throws Exception {
        for (int user = 1; user <= accounts; user++) {
            prepare(Access.to(mirror, ACCOUNTS + user));
            prepare(serve.through(primary, user));
        }
        List<Observer> direct = new ArrayList<>();
        List<Observer> mirrored = new ArrayList<>();
        for (int user = 1; user <= accounts; user++) {
            Access own = Access.to(mirror, ACCOUNTS + user);
            direct.add(new Observer(own, own));
            mirrored.add(new Observer(serve.through(primary, user), Access.to(mirror, user)));
        }
        lag("observation", direct, Math.min(seconds, OBSERVATION_SECONDS), what);
        double[] before = processorSeconds();
        lag(Front.MIRRORED, mirrored, seconds, what);
        double[] after = processorSeconds();
        // Each change of the rate is one message, or one STORE to it.
        int each = rate(accounts) * seconds / accounts;
        int changes = (each + each / 3) * accounts;
        for (int i = 0; i < after.length; i++) {
            results.add(
                    "CPU, " + what + ", per change",
                    "ms",
                    List.of(Front.MIRRORED, "primary", "mirror").get(i),
                    (after[i] - before[i]) * 1000 / changes);
        }
    }

    /// What imapmirror, the primary and the mirror have used; of Dovecot's, the processes that are
    /// alive.
    private double[] processorSeconds() {
        return new double[] {
            CpuTime.seconds(List.of(serve.pid())),
            CpuTime.seconds(DovecotProcesses.all(primary)),
            CpuTime.seconds(DovecotProcesses.all(mirror))
        };
    }

    private static int rate(int accounts) {
        return accounts == 1 ? RATE_OF_ONE : RATE_OF_ALL;
    }

    private void lag(String way, List<Observer> observers, int seconds, String what)
            throws Exception {
        int rate = rate(observers.size());
        Duration period = Duration.ofMillis(1000L * observers.size() / rate);
        int each = rate * seconds / observers.size();
        List<Observer.Lags> lags = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Observer.Lags>> running = new ArrayList<>();
            long start = System.nanoTime();
            for (int i = 0; i < observers.size(); i++) {
                Observer observer = observers.get(i);
                long first = start + i * period.toNanos() / observers.size();
                running.add(threads.submit(() -> observer.run(each / 3, each, first, period)));
            }
            for (Future<Observer.Lags> one : running) {
                lags.add(one.get());
            }
        }
        Observer.Lags all = Observer.Lags.join(lags);
        results.addTimes("lag APPEND, " + what, way, all.appends());
        results.addTimes("lag STORE, " + what, way, all.flags());
    }

    private void rates(int accounts, int seconds, Results to) throws Exception {
        List<Access> direct = new ArrayList<>();
        List<Access> mirrored = new ArrayList<>();
        for (int user = 1; user <= accounts; user++) {
            direct.add(Access.to(primary, ACCOUNTS + user));
            mirrored.add(serve.through(primary, user));
        }
        for (Access access : direct) {
            prepare(access);
        }
        for (Flood.Kind kind : Flood.Kind.values()) {
            String measure = "rate " + kind + ", " + accounts(accounts);
            Flood.Done alone = Flood.run(kind, direct, Duration.ofSeconds(seconds));
            to.add(measure, "1/s", Front.DIRECT, alone.perSecond());
            Flood.Done through = Flood.run(kind, mirrored, Duration.ofSeconds(seconds));
            to.add(measure, "1/s", "imapmirror-client", through.perSecond());
            serve.awaitMirrored(PATIENCE);
            to.add(measure, "1/s", "imapmirror-mirror", through.perSecond());
        }
    }

    /// Everything that comes once, like the first copy of an account, is over when this returns.
    private void prepare(Access access) throws IOException {
        try (RawImap client = RawImap.login(access)) {
            client.append("INBOX", Flood.MAIL);
        }
        serve.awaitMirrored(PATIENCE);
    }

    private static String accounts(int count) {
        return count == 1 ? "1 account" : count + " accounts";
    }
}
