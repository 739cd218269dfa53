package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import org.imapmirror.testing.Access;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.Mailboxes.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/// The process is killed again and again while clients work, beside a mirror: every message whose
/// append was ever confirmed is in the archive once, and the audit log has one entry for each
/// change, in one chain.
@Tag("dovecot")
class ArchiveKillIT {
    private static final int KILLS = 5;
    private static final int MOST_COMMANDS = 40;

    @TempDir Path directory;

    @Test
    void everyMessageEverConfirmedIsKeptOnce() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("ArchiveKillIT: -Dseed=" + seed);
        Random random = new Random(seed);
        try (DovecotServer primary = DovecotServer.launch();
                DovecotServer mirror = DovecotServer.launch();
                DovecotServer archive = DovecotServer.launch()) {
            Setup setup =
                    Setup.of(directory, primary, mirror, archive)
                            .withArchives(1)
                            .withLoginOfItsOwn();
            Path config = setup.write("sweep: {after-cut: 2s}");
            ServeProcess serve = ServeProcess.start(config).awaitPort(setup.port());
            List<RandomWork> work = new ArrayList<>();
            try {
                for (int i = 0; i < 3; i++) {
                    Access access = setup.through(1 + i / 2);
                    work.add(RandomWork.start("w" + i, access, random.nextLong()));
                }
                for (int kill = 0; kill < KILLS; kill++) {
                    RandomWork.awaitMore(
                            work, 10 + random.nextInt(MOST_COMMANDS), Duration.ofSeconds(30));
                    LockSupport.parkNanos(random.nextInt(5_000_000));
                    serve.kill();
                    serve = ServeProcess.start(config).awaitPort(setup.port());
                }
                RandomWork.awaitMore(work, MOST_COMMANDS, Duration.ofSeconds(30));
                work.forEach(RandomWork::stop);
                Run.awaitMirrored(config, Duration.ofSeconds(60));
                Run verify = Run.imapmirror("audit", "verify", "--config", config.toString());
                assertThat(verify.code()).as("seed %d %s", seed, verify).isZero();
                List<JsonNode> audit = audit();
                for (int user = 1; user <= 2; user++) {
                    Mailboxes onPrimary = Mailboxes.read(Access.to(primary, user));
                    assertThat(
                                    Mailboxes.read(Access.to(mirror, user))
                                            .differencesFrom(onPrimary, Order.OF_UIDS))
                            .as("user %d, seed %d", user, seed)
                            .isEmpty();
                    Mailboxes archived = Mailboxes.read(Access.to(archive, user));
                    Map<String, Integer> kept = ArchiveWorld.subjects(archived);
                    String context =
                            "user %d, seed %d, log:%n%s".formatted(user, seed, serve.said());
                    assertThat(kept.keySet())
                            .as(context)
                            .containsAll(ever(work, primary.user(user)))
                            .containsAll(ArchiveWorld.subjects(onPrimary).keySet());
                    assertThat(kept).as(context).allSatisfy((_, n) -> assertThat(n).isOne());
                    checkStored(audit, primary.user(user), archived, context);
                }
                checkAppends(audit, seed);
            } finally {
                work.forEach(RandomWork::stop);
                serve.close();
            }
        }
    }

    /// One entry for each message of the archive, which tells its digest.
    private static void checkStored(
            List<JsonNode> audit, String account, Mailboxes archived, String context) {
        Set<String> places = new HashSet<>();
        int stored = 0;
        for (JsonNode e : audit) {
            if (e.path("event").asText().equals("stored")
                    && e.path("account").asText().equals(account)) {
                stored++;
                places.add(e.path("archive").toString());
                assertThat(e.path("sha256").asText()).as("%s", e).hasSize(64);
            }
        }
        assertThat(stored).as(context).isEqualTo(archived.count());
        assertThat(places).as(context).hasSize(archived.count());
    }

    /// No event is there twice.
    private static void checkAppends(List<JsonNode> audit, long seed) {
        Set<String> seen = new HashSet<>();
        for (JsonNode e : audit) {
            String event = e.path("event").asText();
            if (event.equals("appended") || event.equals("moved") || event.equals("copied")) {
                String what =
                        event
                                + e.path("account")
                                + e.path("mailbox")
                                + e.path("uidvalidity")
                                + e.path("uid")
                                + e.path("uids")
                                + e.path("to")
                                + e.path("to-uids");
                assertThat(seen.add(what)).as("seed %d, twice: %s", seed, e).isTrue();
            }
        }
        assertThat(seen).isNotEmpty();
    }

    private List<JsonNode> audit() throws Exception {
        try (Stream<Path> all = Files.list(directory.resolve("audit").resolve("mirror2"))) {
            return ArchiveWorld.audit(all.sorted().toList());
        }
    }

    private static Set<String> ever(List<RandomWork> work, String user) {
        Set<String> all = new HashSet<>();
        work.stream().filter(w -> w.user().equals(user)).forEach(w -> all.addAll(w.acknowledged()));
        return all;
    }
}
