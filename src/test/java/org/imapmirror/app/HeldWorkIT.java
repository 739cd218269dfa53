package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
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
import java.util.List;
import java.util.Random;

/// A mirror that keeps what is deleted, while clients work and the whole process is killed: what is
/// kept beside the primary's messages is exactly what is listed as held, and purged it leaves the
/// two equal.
@Tag("dovecot")
class HeldWorkIT {
    @TempDir Path directory;

    @Test
    void whatIsHeldIsAllThatIsMore() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("HeldWorkIT: -Dseed=" + seed);
        Random random = new Random(seed);
        try (DovecotServer primary = DovecotServer.launch();
                DovecotServer mirror = DovecotServer.launch()) {
            Setup setup = Setup.of(directory, primary, mirror).withLoginOfItsOwn();
            Path config = setup.write("sweep: {after-cut: 1s}");
            Files.writeString(
                    config,
                    Files.readString(config)
                            .replace("{server: mirror1}", "{server: mirror1, deletes: never}"));
            ServeProcess serve = ServeProcess.start(config).awaitPort(setup.port());
            List<RandomWork> work = new ArrayList<>();
            try {
                for (int i = 0; i < 2; i++) {
                    work.add(RandomWork.start("w" + i, setup.through(1), random.nextLong()));
                }
                for (int kill = 0; kill < 3; kill++) {
                    RandomWork.awaitMore(work, 60, Duration.ofSeconds(30));
                    serve.kill();
                    serve = ServeProcess.start(config).awaitPort(setup.port());
                }
                RandomWork.awaitMore(work, 60, Duration.ofSeconds(30));
                work.forEach(RandomWork::stop);
                awaitStatus(config, "\"pending\":0,");
                assertThat(status(config)).contains("\"extra\":0,", "\"parked\":0,");
                Mailboxes onPrimary = Mailboxes.read(Access.to(primary, 1));
                long held = held(config);
                assertThat(held).isPositive();
                assertThat(messages(Mailboxes.read(Access.to(mirror, 1))))
                        .isEqualTo(messages(onPrimary) + held);
                assertThat(Run.imapmirror("purge", "--config", config.toString()).code()).isZero();
                awaitStatus(config, "\"held\":0}");
                assertThat(
                                Mailboxes.read(Access.to(mirror, 1))
                                        .differencesFrom(onPrimary, Order.OF_UIDS))
                        .as("seed %d, log:%n%s", seed, serve.said())
                        .isEmpty();
            } finally {
                work.forEach(RandomWork::stop);
                serve.close();
            }
        }
    }

    private static long messages(Mailboxes account) {
        return account.byName().values().stream().mapToLong(m -> m.messages().size()).sum();
    }

    private static long held(Path config) throws Exception {
        String json = Run.imapmirror("held", "--json", "--config", config.toString()).out();
        return json.split("\"mirrorUid\"", -1).length - 1;
    }

    private static String status(Path config) throws Exception {
        return Run.imapmirror("status", "--config", config.toString(), "--json").out();
    }

    private static void awaitStatus(Path config, String part) {
        Awaitility.await(part)
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(100))
                .untilAsserted(() -> assertThat(status(config)).contains(part));
    }
}
