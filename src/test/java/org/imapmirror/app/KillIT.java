package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.testing.Access;
import org.imapmirror.testing.DovecotServer;
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
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;

/// The whole process is killed again and again while clients work: nothing that they were told is
/// lost, nothing is on the mirror twice.
///
/// imapmirror has a login of its own to the primary. With captured ones it could not ask the
/// primary after a start before a client logs in; what the journal holds is on the mirror by then,
/// with the time of the confirmation for messages that were given no date, and in the order of
/// confirmations where sessions worked at the same time.
@Tag("dovecot")
class KillIT {
    private static final int KILLS = 5;
    private static final int MOST_COMMANDS = 40;

    @TempDir Path directory;

    @Test
    void whatClientsWereToldSurvivesKills() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("KillIT: -Dseed=" + seed);
        Random random = new Random(seed);
        try (DovecotServer primary = DovecotServer.launch();
                DovecotServer mirror = DovecotServer.launch()) {
            Setup setup = Setup.of(directory, primary, mirror).withLoginOfItsOwn();
            Path config = setup.write("sweep: {after-cut: 2s}");
            ServeProcess serve = ServeProcess.start(config).awaitPort(setup.port());
            List<RandomWork> work = new ArrayList<>();
            try {
                for (int i = 0; i < 3; i++) {
                    // Two sessions of one account, one of another.
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
                for (int user = 1; user <= 2; user++) {
                    Mailboxes expected = Mailboxes.read(Access.to(primary, user));
                    Mailboxes found = Mailboxes.read(Access.to(mirror, user));
                    assertThat(found.differencesFrom(expected, Order.OF_UIDS))
                            .as("user %d, seed %d, log:%n%s", user, seed, serve.said())
                            .isEmpty();
                    assertThat(subjects(expected)).containsAll(kept(work, primary.user(user)));
                }
            } finally {
                work.forEach(RandomWork::stop);
                serve.close();
            }
        }
    }

    private static TreeSet<String> kept(List<RandomWork> work, String user) {
        TreeSet<String> all = new TreeSet<>();
        work.stream().filter(w -> w.user().equals(user)).forEach(w -> all.addAll(w.kept()));
        return all;
    }

    private static TreeSet<String> subjects(Mailboxes account) {
        TreeSet<String> all = new TreeSet<>();
        account.byName()
                .values()
                .forEach(m -> m.messages().forEach(message -> all.add(message.subject())));
        return all;
    }
}
