package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import org.imapmirror.testing.Access;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.Drift;
import org.imapmirror.testing.FaultRelay;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.Mailboxes.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Everything at once: many clients do everything at random, two of each account at the same time,
/// while the whole process is killed again and again, the mirror is restarted, and its connections
/// are cut, stalled and refused. In the end both servers must be equal, and an archive beside them
/// must hold every message that a client was ever told to be stored, once.
///
/// Short as a part of all tests; `bench/torture` runs it for longer.
@Tag("dovecot")
class TortureIT {
    private static final int KILLS = Integer.getInteger("kills", 4);
    private static final int CLIENTS = Integer.getInteger("clients", 4);
    private static final int COMMANDS = Integer.getInteger("commands", 60);
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    @TempDir Path directory;

    @Test
    void nothingIsLostAndNothingDoubledWhateverHappens() throws Exception {
        long seed = Long.getLong("seed", new Random().nextInt(1_000_000_000));
        System.out.println("TortureIT: -Dseed=" + seed);
        try (DovecotServer primary = DovecotServer.launch(users(), "");
                DovecotServer mirror = DovecotServer.launch(users(), "");
                DovecotServer archive = DovecotServer.launch(users(), "");
                FaultRelay toArchive = FaultRelay.to(archive.imapPort());
                FaultRelay relay = FaultRelay.to(mirror.imapPort())) {
            Setup setup =
                    Setup.of(directory, primary, mirror, archive)
                            .withLoginOfItsOwn()
                            .withMirrorsBehind(relay, toArchive)
                            .withArchives(1);
            new Ordeal(seed, primary, mirror, archive, relay, toArchive, setup).torture();
        }
    }

    private static int users() {
        return (CLIENTS + 1) / 2;
    }

    private record Ordeal(
            long seed,
            DovecotServer primary,
            DovecotServer mirror,
            DovecotServer archive,
            FaultRelay relay,
            FaultRelay toArchive,
            Setup setup) {

        void torture() throws Exception {
            Random random = new Random(seed);
            Path config = setup.write("sweep: {after-cut: 2s}");
            ServeProcess serve = ServeProcess.start(config).awaitPort(setup.port());
            List<RandomWork> work = new ArrayList<>();
            long start = System.nanoTime();
            try {
                for (int i = 0; i < CLIENTS; i++) {
                    Access access = setup.through(1 + i / 2);
                    work.add(RandomWork.startWithMailboxes("w" + i, access, random.nextLong()));
                }
                int outages;
                int restarts;
                try (Weather weather = new Weather(relay, mirror, random.nextLong())) {
                    for (int kill = 0; kill < KILLS; kill++) {
                        RandomWork.awaitMore(work, 10 + random.nextInt(COMMANDS), PATIENCE);
                        toArchive.cutAfter(random.nextInt(20_000));
                        LockSupport.parkNanos(random.nextInt(5_000_000));
                        serve.kill();
                        serve = ServeProcess.start(config).awaitPort(setup.port());
                    }
                    RandomWork.awaitMore(work, COMMANDS, PATIENCE);
                    outages = weather.outages();
                    restarts = weather.restarts();
                }
                toArchive.cutAfter(Long.MAX_VALUE);
                work.forEach(RandomWork::stop);
                long stopped = System.nanoTime();
                Run.awaitMirrored(config, PATIENCE);
                Drift drift = drift();
                double converged = (System.nanoTime() - stopped) / 1e9;
                System.out.printf(
                        "TortureIT: %d operations in %.0f s, %d kills, %d cuts, %d outages and %d"
                                + " restarts of the mirror: lost %d, doubled %d, differing %d,"
                                + " mailboxes %d; equal after %.1f s%n",
                        RandomWork.answered(work),
                        (stopped - start) / 1e9,
                        KILLS,
                        relay.cuts(),
                        outages,
                        restarts,
                        drift.lost(),
                        drift.doubled(),
                        drift.differing(),
                        drift.mailboxes(),
                        converged);
                assertEqual(work, serve);
                assertArchived(work, config);
            } finally {
                work.forEach(RandomWork::stop);
                serve.close();
            }
        }

        private Drift drift() {
            Drift sum = Drift.NONE;
            for (int user = 1; user <= users(); user++) {
                sum =
                        sum.plus(
                                Drift.between(
                                        Mailboxes.read(Access.to(primary, user)),
                                        Mailboxes.read(Access.to(mirror, user))));
            }
            return sum;
        }

        /// What the audit log says of an account.
        private String auditOf(String account) throws IOException {
            try (Stream<Path> files = Files.walk(setup.directory().resolve("audit"))) {
                return ArchiveWorld.audit(files.filter(Files::isRegularFile).sorted().toList())
                        .stream()
                        .map(JsonNode::toString)
                        .filter(line -> line.contains(account))
                        .collect(Collectors.joining("\n"));
            }
        }

        private void assertArchived(List<RandomWork> work, Path config) throws IOException {
            for (int user = 1; user <= users(); user++) {
                Map<String, Integer> held = new TreeMap<>();
                Mailboxes.read(Access.to(archive, user))
                        .byName()
                        .values()
                        .forEach(m ->
                                m.messages()
                                        .forEach(
                                                one -> held.merge(one.subject(), 1, Integer::sum)));
                Set<String> told = new TreeSet<>();
                for (RandomWork w : work) {
                    if (w.user().equals(primary.user(user))) {
                        told.addAll(w.acknowledged());
                    }
                }
                assertThat(held.keySet()).as("archive, seed %d", seed).containsAll(told);
                assertThat(held)
                        .as("archive, seed %d, audit:%n%s", seed, auditOf(primary.user(user)))
                        .allSatisfy((_, times) -> assertThat(times).isOne());
            }
            assertThat(Run.imapmirror("audit", "verify", "--config", config.toString()).code())
                    .isZero();
        }

        private void assertEqual(List<RandomWork> work, ServeProcess serve) throws Exception {
            for (int user = 1; user <= users(); user++) {
                Mailboxes expected = Mailboxes.read(Access.to(primary, user));
                Mailboxes found = Mailboxes.read(Access.to(mirror, user));
                assertThat(found.differencesFrom(expected, Order.ANY))
                        .as("user %d, seed %d, log:%n%s", user, seed, serve.said())
                        .isEmpty();
                Set<String> there = new TreeSet<>();
                expected.byName()
                        .values()
                        .forEach(m -> m.messages().forEach(one -> there.add(one.subject())));
                for (RandomWork w : work) {
                    if (w.user().equals(primary.user(user))) {
                        assertThat(there).as("seed %d", seed).containsAll(w.kept());
                    }
                }
            }
        }
    }
}
