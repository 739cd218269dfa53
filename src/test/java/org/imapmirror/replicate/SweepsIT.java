package org.imapmirror.replicate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.atIndex;

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
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/// What sweeps ask for, and that they find everything all the same.
@Tag("dovecot")
class SweepsIT {
    private static final MailboxName INBOX = MailboxName.INBOX;

    @TempDir Path directory;
    private final AtomicLong nanos = new AtomicLong(5);
    private SweepWorld sweeps;

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
        sweeps.close();
        start(offer, Files.createDirectory(directory.resolve(name)));
    }

    private void start(Offer offer, Path where) throws Exception {
        sweeps =
                new SweepWorld(
                        DovecotServer.launch(10, offer.settings),
                        DovecotServer.launch(10, offer.settings),
                        where,
                        nanos);
    }

    @AfterEach
    void stop() {
        sweeps.close();
    }

    @Test
    void unchangedAccountIsAskedForOnce() throws Exception {
        sweeps.fill("INBOX", 30);
        for (String name : List.of("Archive", "Work", "Work/2026", "ümläut & more")) {
            sweeps.world.client.create(name, null);
            sweeps.fill(name, 5);
        }
        sweeps.world.client.subscribe("Work");
        sweeps.settle();
        for (RecordingRelay relay : List.of(sweeps.toPrimary, sweeps.toMirror)) {
            assertThat(SweepWorld.work(relay))
                    .hasSize(2 + 5)
                    .satisfies(
                            all ->
                                    assertThat(all)
                                            .startsWith("LIST \"\" ")
                                            .doesNotContain("STATUS"),
                            atIndex(0))
                    .satisfies(some -> assertThat(some).startsWith("LIST (SUBSCRIBED)"), atIndex(1))
                    .filteredOn(s -> s.startsWith("STATUS "))
                    .hasSize(5);
        }
        sweeps.assertEqual();
    }

    @Test
    void whatChangedIsAskedForAlone() throws Exception {
        sweeps.fill("INBOX", 40);
        sweeps.world.client.create("Work", null);
        sweeps.fill("Work", 10);
        sweeps.settle();
        ImapStore c = sweeps.world.client;
        c.select("INBOX");
        c.store(UidSet.of(3, 17), FlagChange.ADDED, Flags.of("\\Flagged", "work"));
        c.expunge(UidSet.of(5, 6));
        LaneWorld.store(c, "INBOX", "new", Flags.NONE, LaneWorld.DATE);
        sweeps.sweep();
        sweeps.assertEqual();
        assertThat(SweepWorld.work(sweeps.toPrimary))
                .anyMatch(s -> s.matches("UID FETCH 1:\\* .*CHANGEDSINCE [0-9]+ VANISHED\\)"))
                .noneMatch(s -> s.matches("UID FETCH .*FLAGS\\)"));
        assertThat(SweepWorld.opened(sweeps.toPrimary)).noneMatch(s -> s.contains("Work"));
        // What the lane itself stored there is looked at once.
        assertThat(SweepWorld.opened(sweeps.toMirror)).noneMatch(s -> s.contains("Work"));
        sweeps.sweep();
        assertThat(SweepWorld.work(sweeps.toPrimary)).noneMatch(s -> s.contains("FETCH"));
        assertThat(SweepWorld.opened(sweeps.toMirror)).anyMatch(s -> s.contains("INBOX"));
        sweeps.sweep();
        assertThat(SweepWorld.opened(sweeps.toMirror)).noneMatch(s -> s.contains("INBOX"));
    }

    @Test
    void hintsAskForWhatChangedAlone() throws Exception {
        sweeps.fill("INBOX", 40);
        sweeps.settle();
        sweeps.world.client.select("INBOX");
        sweeps.world.client.store(UidSet.of(3), FlagChange.ADDED, Flags.of("\\Flagged"));
        sweeps.world.client.expunge(UidSet.of(8));
        sweeps.toPrimary.clear();
        sweeps.world.lanes.hint(LaneWorld.ALICE, INBOX, Doubt.FLAGS);
        sweeps.world.awaitMirrored();
        sweeps.assertEqual();
        assertThat(SweepWorld.work(sweeps.toPrimary))
                .anyMatch(s -> s.contains("CHANGEDSINCE"))
                .noneMatch(s -> s.matches("UID FETCH .*FLAGS\\)"));
    }

    /// An event may have told of the wrong message; the message that it named did not change on the
    /// primary.
    @Test
    void whatEventsChangedIsLookedAtToo() throws Exception {
        sweeps.fill("INBOX", 20);
        sweeps.settle();
        sweeps.world.client.select("INBOX");
        sweeps.world.client.store(UidSet.of(3), FlagChange.ADDED, Flags.of("\\Flagged"));
        long validity =
                Objects.requireNonNull(sweeps.world.client.status(List.of("INBOX")).get("INBOX"))
                        .uidValidity();
        sweeps.world.journal(
                new FlagsChanged(
                        new MailboxRef(INBOX, validity),
                        UidSet.of(4),
                        FlagChange.ADDED,
                        Flags.of("\\Flagged")));
        sweeps.world.awaitMirrored();
        sweeps.sweep();
        sweeps.assertEqual();
        assertThat(SweepWorld.work(sweeps.toPrimary))
                .noneMatch(s -> s.matches("UID FETCH 1:[0-9*]+ \\(UID FLAGS\\)"));
    }

    @Test
    void everythingIsComparedFromTimeToTime() throws Exception {
        sweeps.fill("INBOX", 20);
        sweeps.settle();
        assertThat(SweepWorld.opened(sweeps.toPrimary)).noneMatch(s -> s.contains("INBOX"));
        nanos.addAndGet(Duration.ofDays(7).plusSeconds(1).toNanos());
        sweeps.sweep();
        assertThat(SweepWorld.work(sweeps.toPrimary)).contains("UID FETCH 1:20 (UID FLAGS)");
        sweeps.sweep();
        assertThat(SweepWorld.opened(sweeps.toPrimary)).noneMatch(s -> s.contains("INBOX"));
    }

    @Test
    void whatSomebodyChangesOnTheMirrorIsNoticed() throws Exception {
        sweeps.fill("INBOX", 20);
        sweeps.settle();
        assertThat(SweepWorld.opened(sweeps.toMirror)).noneMatch(s -> s.contains("INBOX"));
        try (ImapStore there = sweeps.world.open("mirror")) {
            there.select("INBOX");
            there.store(UidSet.of(7), FlagChange.REMOVED, Flags.of("\\Seen"));
            there.expunge(UidSet.of(20));
        }
        sweeps.sweep();
        sweeps.sweep();
        sweeps.assertEqual();
    }

    @ParameterizedTest
    @EnumSource(Offer.class)
    void renamesPastTheProxyCopyNothing(Offer offer) throws Exception {
        restart(offer, "renames");
        sweeps.world.client.create("Work", null);
        sweeps.fill("Work", 30);
        sweeps.world.client.create("Work/2026", null);
        sweeps.fill("Work/2026", 7);
        sweeps.world.client.create("Work/2026/June", null);
        sweeps.fill("Work/2026/June", 3);
        sweeps.world.client.create("Other", null);
        sweeps.fill("Other", 3);
        sweeps.settle();
        sweeps.world.client.rename("Work", "Archive/Done");
        sweeps.world.client.rename("Other", "Another");
        sweeps.world.client.select("Archive/Done");
        sweeps.world.client.expunge(UidSet.of(30));
        LaneWorld.store(sweeps.world.client, "Archive/Done", "new", Flags.NONE, LaneWorld.DATE);
        sweeps.sweep();
        List<String> asked = SweepWorld.work(sweeps.toMirror);
        sweeps.sweep();
        asked.addAll(SweepWorld.work(sweeps.toMirror));
        sweeps.assertEqual();
        assertThat(asked)
                .anyMatch(s -> s.startsWith("RENAME \"Work\""))
                .anyMatch(s -> s.startsWith("RENAME \"Other\""))
                .noneMatch(s -> s.startsWith("DELETE"));
        assertThat(asked.stream().filter(s -> s.startsWith("APPEND"))).hasSize(1);
    }

    /// The same name, and another mailbox.
    @Test
    void aMailboxThatWasMadeAgainIsNotTakenForTheOldOne() throws Exception {
        sweeps.world.client.create("Work", null);
        sweeps.fill("Work", 3);
        sweeps.settle();
        sweeps.world.client.rename("Work", "Old");
        sweeps.world.client.create("Work", null);
        LaneWorld.store(sweeps.world.client, "Work", "fresh", Flags.NONE, LaneWorld.DATE);
        sweeps.sweep();
        sweeps.sweep();
        assertThat(sweeps.world.onMirror().get("Old"))
                .isEqualTo(sweeps.world.onPrimary().get("Old"));
        assertThat(sweeps.world.onMirror().get("Work"))
                .containsAll(sweeps.world.onPrimary().get("Work"));
    }

    @ParameterizedTest
    @EnumSource(Offer.class)
    void everyChangeIsFound(Offer offer) throws Exception {
        Seeds.each(
                1,
                (seed, random) -> {
                    restart(offer, offer + "-" + seed);
                    sweeps.randomChanges(random);
                });
    }
}
