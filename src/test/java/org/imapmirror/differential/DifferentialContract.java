package org.imapmirror.differential;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.app.MirrorWorld;
import org.imapmirror.testing.Access;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.Mailboxes.Order;
import org.imapmirror.testing.RealServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;

/// Every answer through the proxy is the one that the server gives directly, whatever the client
/// sends and however its octets are cut; afterwards both accounts are alike, and the mirror is like
/// them.
///
/// A server is free in much of what it does, so that another seed may find a difference that nobody
/// made: each has to be looked into, and is no business of who changes something else. So the seed
/// is the same in every run; `-Dseed=0` takes another one and prints it, `-Dseed=N` repeats it, and
/// `-Dcommands=N` makes the run longer.
abstract class DifferentialContract {
    private static final int STREAMS = 6;
    private static final long USUAL_SEED = 20_261_125;

    @TempDir Path directory;

    abstract RealServer primary(int users);

    /// How many commands at least.
    abstract int commands();

    abstract CommandStream stream(long seed, int sessions);

    @Test
    void nobodyCanTellTheProxyFromTheServer() throws Exception {
        long asked = Long.getLong("seed", USUAL_SEED);
        long seed = asked == 0 ? ThreadLocalRandom.current().nextLong(1_000_000_000) : asked;
        int wanted = Integer.getInteger("commands", commands());
        System.out.println("seed=" + seed);
        try (MirrorWorld world =
                        new MirrorWorld(
                                directory,
                                "sweep: {after-cut: 3s}",
                                primary(2 * STREAMS),
                                DovecotServer.launch(2 * STREAMS, ""));
                var threads = Executors.newFixedThreadPool(2)) {
            AtomicBoolean failed = new AtomicBoolean();
            List<Callable<Integer>> streams = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) {
                int user = 2 * i + 1;
                long own = seed + 2L * i;
                int sessions = sessions(i);
                streams.add(() -> {
                    Access direct = Access.to(world.primary(), user + 1);
                    try (Twins twins =
                            new Twins(
                                    direct,
                                    world.through(user),
                                    own,
                                    sessions,
                                    stream(own, sessions))) {
                        return twins.play(wanted / STREAMS + 1, failed);
                    } catch (Throwable e) {
                        failed.set(true);
                        throw e;
                    }
                });
            }
            int played = 0;
            for (Future<Integer> stream : threads.invokeAll(streams)) {
                played += stream.get();
            }
            assertThat(played).isGreaterThanOrEqualTo(wanted);
            world.awaitMirrored();
            for (int i = 0; i < STREAMS; i++) {
                compare(world, 2 * i + 1, seed);
            }
            world.assertHealthy();
        }
    }

    /// Every other stream is of two.
    private static int sessions(int stream) {
        return 1 + stream % 2;
    }

    /// How the mirror differs from the primary; empty where all is equal.
    String difference(MirrorWorld world, int user) {
        return world.difference(user);
    }

    private void compare(MirrorWorld world, int user, long seed) {
        // What two sessions do to the same messages may come out either way.
        boolean settled = sessions(user / 2) == 1;
        Mailboxes proxied = Mailboxes.read(world.through(user));
        Mailboxes direct = Mailboxes.read(Access.to(world.primary(), user + 1));
        Instant before = Instant.now().minus(Duration.ofHours(1));
        assertThat(
                        settled
                                ? proxied.datedAtMost(before)
                                        .differencesFrom(direct.datedAtMost(before), Order.OF_UIDS)
                                : "")
                .as("seed %d: user %d against its twin", seed, user)
                .isEmpty();
        assertThat(difference(world, user)).as("seed %d: mirror of user %d", seed, user).isEmpty();
    }
}
