package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.imapmirror.testing.Access;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.Mailboxes.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Without sweeps and without a watch, and with the primary stopped for good before anything could
/// be mirrored: what the journal holds makes the mirror what the primary was.
@Tag("dovecot")
class JournalAloneIT {
    private static final int ACCOUNTS = 3;
    private static final int COMMANDS = Integer.getInteger("commands", 400);

    @TempDir Path directory;

    @Test
    void randomWorkOnAPrimaryThatIsGone() throws Exception {
        long seed = Long.getLong("seed", new Random().nextInt(1_000_000_000));
        System.out.println("JournalAloneIT: -Dseed=" + seed);
        Random random = new Random(seed);
        try (MirrorWorld world = new MirrorWorld(directory, "sweep: {every: never, watch: none}")) {
            // The first copy needs the primary.
            work(world, 10, random);
            world.awaitMirrored();
            world.mirror().stop();

            work(world, COMMANDS, random);
            List<Mailboxes> snapshots = new ArrayList<>();
            for (int user = 1; user <= ACCOUNTS; user++) {
                snapshots.add(Mailboxes.read(Access.to(world.primary(), user)));
            }
            world.primary().stop();
            world.mirror().start();

            world.awaitMirrored();
            for (int user = 1; user <= ACCOUNTS; user++) {
                Mailboxes found = Mailboxes.read(Access.to(world.mirror(), user));
                assertThat(found.differencesFrom(snapshots.get(user - 1), Order.OF_UIDS))
                        .as("user %d, seed %d", user, seed)
                        .isEmpty();
            }
        }
    }

    /// One client for each account.
    private static void work(MirrorWorld world, int commands, Random random) {
        List<RandomWork> work = new ArrayList<>();
        for (int user = 1; user <= ACCOUNTS; user++) {
            // Other names for each, so that none finds what another one left.
            String name = "w" + user + Integer.toString(random.nextInt(1_000_000), 36);
            work.add(RandomWork.startDated(name, world.through(user), random.nextLong()));
        }
        Awaitility.await(commands + " commands")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(1))
                .until(() -> work.stream().mapToLong(RandomWork::answered).sum() >= commands);
        work.forEach(RandomWork::stop);
    }
}
