package org.imapmirror.replicate;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.event.Doubt;
import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxEvent.FlagChange;
import org.imapmirror.event.MailboxName;
import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.testing.RealServer;
import org.imapmirror.testing.RecordingRelay;

import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// A [LaneWorld] whose lanes are overheard, and somebody who changes the primary past them. The
/// servers end with it.
final class SweepWorld implements AutoCloseable {
    final RealServer primary;
    final RealServer mirror;
    final RecordingRelay toPrimary;
    final RecordingRelay toMirror;
    final LaneWorld world;

    /// @param nanos the monotonic clock
    SweepWorld(RealServer primary, RealServer mirror, Path directory, AtomicLong nanos)
            throws Exception {
        this.primary = primary;
        this.mirror = mirror;
        toPrimary = RecordingRelay.to(primary.imapPort());
        toMirror = RecordingRelay.to(mirror.imapPort());
        world =
                new LaneWorld(
                        primary,
                        mirror,
                        directory,
                        Deletions.APPLIED,
                        Clock.systemUTC(),
                        nanos::get);
        world.ports.put("primary", toPrimary.port());
        world.ports.put("mirror", toMirror.port());
        world.lanes.start(List.of());
    }

    @Override
    public void close() {
        world.close();
        toPrimary.close();
        toMirror.close();
        primary.close();
        mirror.close();
    }

    void fill(String mailbox, int messages) throws Exception {
        for (int i = 0; i < messages; i++) {
            LaneWorld.store(world.client, mailbox, mailbox + i, Flags.of("\\Seen"), LaneWorld.DATE);
        }
    }

    /// Copies, and sweeps until nothing is left to find.
    void settle() throws Exception {
        world.lanes.seen(LaneWorld.ALICE);
        world.awaitMirrored();
        sweep();
        sweep();
        sweep();
    }

    void sweep() throws Exception {
        toPrimary.clear();
        toMirror.clear();
        world.lanes.sweep(LaneWorld.ALICE).toCompletableFuture().get(60, TimeUnit.SECONDS);
        world.awaitMirrored();
    }

    void assertEqual() throws Exception {
        assertThat(world.onMirror()).isEqualTo(world.onPrimary());
        assertThat(world.lanes.report().get(0).parked()).isZero();
    }

    /// Without those of a login.
    static List<String> work(RecordingRelay relay) {
        List<String> out = new ArrayList<>(relay.commands());
        out.removeIf(c -> c.matches("(?i)(CAPABILITY|LOGIN|AUTHENTICATE|ID|NAMESPACE|LOGOUT).*"));
        return out;
    }

    /// The commands that open mailboxes.
    static List<String> opened(RecordingRelay relay) {
        return relay.commands().stream().filter(c -> c.matches("(?i)(SELECT|EXAMINE) .*")).toList();
    }

    /// Changes at random, each few of which a sweep has to find.
    void randomChanges(Random random) throws Exception {
        List<String> names = new ArrayList<>(List.of("INBOX", "A", "B"));
        world.client.create("A", null);
        world.client.create("B", null);
        for (String name : names) {
            fill(name, 10 + random.nextInt(20));
        }
        settle();
        for (int round = 0; round < 12; round++) {
            int changes = random.nextInt(6);
            for (int i = 0; i < changes; i++) {
                change(random, names);
            }
            if (random.nextInt(4) == 0) {
                world.lanes.hint(
                        LaneWorld.ALICE,
                        new MailboxName(names.get(random.nextInt(names.size()))),
                        random.nextBoolean() ? Doubt.MEMBERSHIP : Doubt.FLAGS);
                world.awaitMirrored();
            }
            sweep();
            world.awaitMirrored();
            assertThat(world.onMirror()).as("round %d", round).isEqualTo(world.onPrimary());
        }
        assertEqual();
    }

    private void change(Random random, List<String> names) throws Exception {
        ImapStore c = world.client;
        int at = random.nextInt(names.size());
        String name = names.get(at);
        c.select(name);
        UidSet uids = c.uids();
        List<Long> all = new ArrayList<>();
        uids.forEach(all::add);
        UidSet.Builder some = new UidSet.Builder();
        for (long uid : all) {
            if (random.nextInt(8) == 0) {
                some.add(uid);
            }
        }
        UidSet chosen = some.build();
        switch (random.nextInt(6)) {
            case 0 ->
                    LaneWorld.store(
                            c, name, "r" + random.nextLong(), Flags.of("k1"), LaneWorld.DATE);
            case 1 -> {
                if (!chosen.isEmpty()) {
                    c.expunge(chosen);
                }
            }
            case 2 -> {
                if (!chosen.isEmpty()) {
                    c.move(chosen, names.get(random.nextInt(names.size())));
                }
            }
            case 3 -> {
                if (!chosen.isEmpty()) {
                    c.copy(chosen, names.get(random.nextInt(names.size())));
                }
            }
            case 4 -> {
                if (!name.equals("INBOX")) {
                    String to = "N" + random.nextInt(1_000_000);
                    c.rename(name, to);
                    names.set(at, to);
                }
            }
            default -> {
                if (!chosen.isEmpty()) {
                    c.store(
                            chosen,
                            FlagChange.values()[random.nextInt(3)],
                            Flags.of("\\Flagged", "k" + random.nextInt(3)));
                }
            }
        }
    }
}
