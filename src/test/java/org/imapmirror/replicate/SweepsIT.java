package org.imapmirror.replicate;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.event.Doubt;
import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxEvent.FlagChange;
import org.imapmirror.event.MailboxEvent.FlagsChanged;
import org.imapmirror.event.MailboxName;
import org.imapmirror.event.MailboxRef;
import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.RecordingRelay;
import org.imapmirror.testing.Seeds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// What sweeps ask for, and that they find everything all the same.
@Tag("dovecot")
class SweepsIT {
    private static final MailboxName INBOX = MailboxName.INBOX;

    @TempDir Path directory;
    private final AtomicLong nanos = new AtomicLong(5);
    private DovecotServer primary;
    private DovecotServer mirror;
    private RecordingRelay toPrimary;
    private RecordingRelay toMirror;
    private LaneWorld world;

    /// What a server offers.
    enum Offer {
        QRESYNC(" CONDSTORE QRESYNC LIST-STATUS LIST-EXTENDED SPECIAL-USE"),
        CONDSTORE(" CONDSTORE LIST-EXTENDED SPECIAL-USE"),
        PLAIN("");

        private final String settings;

        Offer(String more) {
            settings =
                    "imap_capability = IMAP4rev1 LITERAL+ SASL-IR ENABLE IDLE UNSELECT UIDPLUS"
                            + " NAMESPACE ESEARCH MULTIAPPEND MOVE"
                            + more;
        }
    }

    @BeforeEach
    void start() throws Exception {
        start(Offer.QRESYNC, Files.createDirectory(directory.resolve("first")));
    }

    private void restart(Offer offer, String name) throws Exception {
        stop();
        start(offer, Files.createDirectory(directory.resolve(name)));
    }

    private void start(Offer offer, Path where) throws Exception {
        primary = DovecotServer.launch(10, offer.settings);
        mirror = DovecotServer.launch(10, offer.settings);
        toPrimary = RecordingRelay.to(primary.imapPort());
        toMirror = RecordingRelay.to(mirror.imapPort());
        world =
                new LaneWorld(
                        primary, mirror, where, Deletions.APPLIED, Clock.systemUTC(), nanos::get);
        world.ports.put("primary", toPrimary.port());
        world.ports.put("mirror", toMirror.port());
        world.lanes.start(List.of());
    }

    @AfterEach
    void stop() {
        world.close();
        toPrimary.close();
        toMirror.close();
        primary.close();
        mirror.close();
    }

    private void fill(String mailbox, int messages) throws Exception {
        for (int i = 0; i < messages; i++) {
            LaneWorld.store(world.client, mailbox, mailbox + i, Flags.of("\\Seen"), LaneWorld.DATE);
        }
    }

    /// Copies, and sweeps until nothing is left to find.
    private void settle() throws Exception {
        world.lanes.seen(LaneWorld.ALICE);
        world.awaitMirrored();
        sweep();
        sweep();
        sweep();
    }

    private void sweep() throws Exception {
        toPrimary.clear();
        toMirror.clear();
        world.lanes.sweep(LaneWorld.ALICE).toCompletableFuture().get(60, TimeUnit.SECONDS);
        world.awaitMirrored();
    }

    private void assertEqual() throws Exception {
        assertThat(world.onMirror()).isEqualTo(world.onPrimary());
        assertThat(world.lanes.report().get(0).parked()).isZero();
    }

    /// Without those of a login.
    private static List<String> work(RecordingRelay relay) {
        List<String> out = new ArrayList<>(relay.commands());
        out.removeIf(c -> c.matches("(?i)(CAPABILITY|LOGIN|AUTHENTICATE|ID|NAMESPACE|LOGOUT).*"));
        return out;
    }

    @Test
    void unchangedAccountIsAskedForOnce() throws Exception {
        fill("INBOX", 30);
        for (String name : List.of("Archive", "Work", "Work/2026", "ümläut & more")) {
            world.client.create(name, null);
            fill(name, 5);
        }
        world.client.subscribe("Work");
        settle();
        for (RecordingRelay relay : List.of(toPrimary, toMirror)) {
            assertThat(work(relay))
                    .satisfiesExactly(
                            all -> assertThat(all).startsWith("LIST \"\" ").contains("STATUS ("),
                            some -> assertThat(some).startsWith("LIST (SUBSCRIBED)"));
        }
        assertEqual();
    }

    @Test
    void whatChangedIsAskedForAlone() throws Exception {
        fill("INBOX", 40);
        world.client.create("Work", null);
        fill("Work", 10);
        settle();
        ImapStore c = world.client;
        c.select("INBOX");
        c.store(UidSet.of(3, 17), FlagChange.ADDED, Flags.of("\\Flagged", "work"));
        c.expunge(UidSet.of(5, 6));
        LaneWorld.store(c, "INBOX", "new", Flags.NONE, LaneWorld.DATE);
        sweep();
        assertEqual();
        assertThat(work(toPrimary))
                .anyMatch(s -> s.matches("UID FETCH 1:\\* .*CHANGEDSINCE [0-9]+ VANISHED\\)"))
                .noneMatch(s -> s.contains("Work"))
                .noneMatch(s -> s.matches("UID FETCH .*FLAGS\\)"));
        // What the lane itself stored there is looked at once.
        assertThat(work(toMirror)).noneMatch(s -> s.contains("Work"));
        sweep();
        assertThat(work(toPrimary)).noneMatch(s -> s.contains("FETCH"));
        assertThat(work(toMirror)).anyMatch(s -> s.contains("INBOX"));
        sweep();
        assertThat(work(toMirror)).noneMatch(s -> s.contains("INBOX"));
    }

    @Test
    void hintsAskForWhatChangedAlone() throws Exception {
        fill("INBOX", 40);
        settle();
        world.client.select("INBOX");
        world.client.store(UidSet.of(3), FlagChange.ADDED, Flags.of("\\Flagged"));
        world.client.expunge(UidSet.of(8));
        toPrimary.clear();
        world.lanes.hint(LaneWorld.ALICE, INBOX, Doubt.FLAGS);
        world.awaitMirrored();
        assertEqual();
        assertThat(work(toPrimary))
                .anyMatch(s -> s.contains("CHANGEDSINCE"))
                .noneMatch(s -> s.matches("UID FETCH .*FLAGS\\)"));
    }

    /// An event may have told of the wrong message; the message that it named did not change on the
    /// primary.
    @Test
    void whatEventsChangedIsLookedAtToo() throws Exception {
        fill("INBOX", 20);
        settle();
        world.client.select("INBOX");
        world.client.store(UidSet.of(3), FlagChange.ADDED, Flags.of("\\Flagged"));
        long validity =
                Objects.requireNonNull(world.client.status(List.of("INBOX")).get("INBOX"))
                        .uidValidity();
        world.journal(
                new FlagsChanged(
                        new MailboxRef(INBOX, validity),
                        UidSet.of(4),
                        FlagChange.ADDED,
                        Flags.of("\\Flagged")));
        world.awaitMirrored();
        sweep();
        assertEqual();
        assertThat(work(toPrimary))
                .noneMatch(s -> s.matches("UID FETCH 1:[0-9*]+ \\(UID FLAGS\\)"));
    }

    @Test
    void everythingIsComparedFromTimeToTime() throws Exception {
        fill("INBOX", 20);
        settle();
        assertThat(work(toPrimary)).noneMatch(s -> s.contains("INBOX"));
        nanos.addAndGet(Duration.ofDays(7).plusSeconds(1).toNanos());
        sweep();
        assertThat(work(toPrimary)).contains("UID FETCH 1:20 (UID FLAGS)");
        sweep();
        assertThat(work(toPrimary)).noneMatch(s -> s.contains("INBOX"));
    }

    @Test
    void whatSomebodyChangesOnTheMirrorIsNoticed() throws Exception {
        fill("INBOX", 20);
        settle();
        assertThat(work(toMirror)).noneMatch(s -> s.contains("INBOX"));
        try (ImapStore there = world.open("mirror")) {
            there.select("INBOX");
            there.store(UidSet.of(7), FlagChange.REMOVED, Flags.of("\\Seen"));
            there.expunge(UidSet.of(20));
        }
        sweep();
        sweep();
        assertEqual();
    }

    @ParameterizedTest
    @EnumSource(Offer.class)
    void renamesPastTheProxyCopyNothing(Offer offer) throws Exception {
        restart(offer, "renames");
        world.client.create("Work", null);
        fill("Work", 30);
        world.client.create("Work/2026", null);
        fill("Work/2026", 7);
        world.client.create("Work/2026/June", null);
        fill("Work/2026/June", 3);
        world.client.create("Other", null);
        fill("Other", 3);
        settle();
        world.client.rename("Work", "Archive/Done");
        world.client.rename("Other", "Another");
        world.client.select("Archive/Done");
        world.client.expunge(UidSet.of(30));
        LaneWorld.store(world.client, "Archive/Done", "new", Flags.NONE, LaneWorld.DATE);
        sweep();
        List<String> asked = work(toMirror);
        sweep();
        asked.addAll(work(toMirror));
        assertEqual();
        assertThat(asked)
                .anyMatch(s -> s.startsWith("RENAME \"Work\""))
                .anyMatch(s -> s.startsWith("RENAME \"Other\""))
                .noneMatch(s -> s.startsWith("DELETE"));
        assertThat(asked.stream().filter(s -> s.startsWith("APPEND"))).hasSize(1);
    }

    /// The same name, and another mailbox.
    @Test
    void aMailboxThatWasMadeAgainIsNotTakenForTheOldOne() throws Exception {
        world.client.create("Work", null);
        fill("Work", 3);
        settle();
        world.client.rename("Work", "Old");
        world.client.create("Work", null);
        LaneWorld.store(world.client, "Work", "fresh", Flags.NONE, LaneWorld.DATE);
        sweep();
        sweep();
        assertThat(world.onMirror().get("Old")).isEqualTo(world.onPrimary().get("Old"));
        assertThat(world.onMirror().get("Work")).containsAll(world.onPrimary().get("Work"));
    }

    @ParameterizedTest
    @EnumSource(Offer.class)
    void everyChangeIsFound(Offer offer) throws Exception {
        Seeds.each(
                1,
                (seed, random) -> {
                    restart(offer, offer + "-" + seed);
                    randomChanges(random);
                });
    }

    private void randomChanges(Random random) throws Exception {
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
