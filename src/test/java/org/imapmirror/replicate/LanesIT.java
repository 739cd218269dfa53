package org.imapmirror.replicate;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.event.Doubt;
import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxEvent;
import org.imapmirror.event.MailboxEvent.FlagChange;
import org.imapmirror.event.MailboxEvent.FlagsChanged;
import org.imapmirror.event.MailboxEvent.MailboxCreated;
import org.imapmirror.event.MailboxEvent.MailboxDeleted;
import org.imapmirror.event.MailboxEvent.MailboxRenamed;
import org.imapmirror.event.MailboxEvent.MailboxSuspect;
import org.imapmirror.event.MailboxEvent.MessageAppended;
import org.imapmirror.event.MailboxEvent.MessagesCopied;
import org.imapmirror.event.MailboxEvent.MessagesExpunged;
import org.imapmirror.event.MailboxEvent.MessagesMoved;
import org.imapmirror.event.MailboxEvent.Subscribed;
import org.imapmirror.event.MailboxName;
import org.imapmirror.event.MailboxRef;
import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.Appended;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.UidPairs;
import org.imapmirror.testing.DovecotServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

@Tag("dovecot")
class LanesIT {
    private static final MailboxName INBOX = MailboxName.INBOX;

    @TempDir Path directory;
    private DovecotServer primary;
    private DovecotServer mirror;
    private LaneWorld world;

    @BeforeEach
    void start() throws Exception {
        primary = DovecotServer.launch();
        mirror = DovecotServer.launch();
        world = new LaneWorld(primary, mirror, directory);
    }

    @AfterEach
    void stop() {
        world.close();
        primary.close();
        mirror.close();
    }

    private MailboxRef ref(String name) throws Exception {
        return new MailboxRef(
                new MailboxName(name),
                Objects.requireNonNull(world.client.status(List.of(name)).get(name)).uidValidity());
    }

    private void assertEqual() throws Exception {
        world.awaitMirrored();
        assertThat(world.onMirror()).isEqualTo(world.onPrimary());
        assertThat(world.lanes.report().get(0).parked()).isZero();
    }

    @Test
    void firstCopyMatchesWhatTheMirrorHoldsBeforeItAppends() throws Exception {
        world.client.create("Archive", "\\Archive");
        world.client.create("a/b/ümläut & more", null);
        world.client.subscribe("a/b/ümläut & more");
        for (int i = 0; i < 250; i++) {
            LaneWorld.store(
                    world.client, "INBOX", "m" + i, Flags.of("\\Seen", "work"), LaneWorld.DATE);
        }
        LaneWorld.store(world.client, "INBOX", "m7", Flags.NONE, LaneWorld.DATE);
        LaneWorld.store(
                world.client, "a/b/ümläut & more", "x", Flags.of("\\Draft"), LaneWorld.DATE);
        try (ImapStore there = world.open("mirror")) {
            for (int i = 0; i < 20; i++) {
                LaneWorld.store(there, "INBOX", "m" + i, Flags.NONE, LaneWorld.DATE);
            }
            LaneWorld.store(there, "INBOX", "m7", Flags.NONE, LaneWorld.DATE);
        }
        world.lanes.start(List.of());
        world.lanes.seen(LaneWorld.ALICE);
        world.awaitMirrored();
        var there = world.onMirror();
        var here = world.onPrimary();
        assertThat(there.keySet()).isEqualTo(here.keySet());
        here.forEach((name, lines) ->
                assertThat(there.get(name)).containsExactlyInAnyOrderElementsOf(lines));
        assertThat(world.lanes.report().get(0).extra()).isZero();
    }

    @Test
    void liveEventsArriveInOrder() throws Exception {
        world.lanes.start(List.of());
        world.lanes.seen(LaneWorld.ALICE);
        world.awaitMirrored();
        ImapStore c = world.client;
        for (int i = 0; i < 30; i++) {
            world.append(
                    "INBOX", "m" + i, i % 2 == 0 ? Flags.NONE : Flags.of("\\Flagged", "k" + i));
        }
        c.create("Work", null);
        world.journal(new MailboxCreated(new MailboxName("Work"), null));
        c.select("INBOX");
        MailboxRef inbox = ref("INBOX");
        MailboxRef workBox = ref("Work");
        UidPairs copied = c.copy(UidSet.range(1, 10), "Work");
        world.journal(new MessagesCopied(inbox, UidSet.range(1, 10), workBox, targets(copied)));
        UidPairs moved = c.move(UidSet.of(3, 5, 11), "Work");
        world.journal(new MessagesMoved(inbox, UidSet.of(3, 5, 11), workBox, targets(moved)));
        c.store(UidSet.range(20, 25), FlagChange.ADDED, Flags.of("\\Answered", "later"));
        world.journal(
                new FlagsChanged(
                        inbox,
                        UidSet.range(20, 25),
                        FlagChange.ADDED,
                        Flags.of("\\Answered", "later")));
        c.expunge(UidSet.of(1, 30));
        world.journal(new MessagesExpunged(inbox, UidSet.of(1, 30)));
        c.rename("Work", "Done/Work");
        world.journal(new MailboxRenamed(new MailboxName("Work"), new MailboxName("Done/Work")));
        c.subscribe("Done/Work");
        world.journal(new Subscribed(new MailboxName("Done/Work")));
        c.create("Gone", null);
        c.delete("Gone");
        world.journal(
                new MailboxCreated(new MailboxName("Gone"), null),
                new MailboxDeleted(new MailboxName("Gone")));
        world.append("Done/Work", "last", Flags.NONE);
        assertEqual();
    }

    private static UidSet targets(UidPairs pairs) {
        return UidSet.of(Objects.requireNonNull(pairs.pairs()).stream().map(p -> p[1]).toList());
    }

    @Test
    void deliveriesAndForeignChangesAreFoundByHintsAndSweeps() throws Exception {
        world.lanes.start(List.of());
        world.lanes.seen(LaneWorld.ALICE);
        world.awaitMirrored();
        for (int i = 0; i < 5; i++) {
            LaneWorld.store(world.client, "INBOX", "d" + i, Flags.NONE, LaneWorld.DATE);
        }
        world.lanes.hint(LaneWorld.ALICE, INBOX, Doubt.MEMBERSHIP);
        assertEqual();
        world.client.select("INBOX");
        world.client.expunge(UidSet.of(2));
        world.client.store(UidSet.of(3), FlagChange.ADDED, Flags.of("\\Seen"));
        world.client.create("New/Box", null);
        LaneWorld.store(world.client, "New/Box", "n", Flags.NONE, LaneWorld.DATE);
        world.lanes.sweep(LaneWorld.ALICE).toCompletableFuture().get();
        assertEqual();
    }

    @Test
    void whatSomebodyChangedOnTheMirrorIsSetBackBySweep() throws Exception {
        world.lanes.start(List.of());
        for (int i = 0; i < 5; i++) {
            LaneWorld.store(world.client, "INBOX", "d" + i, Flags.NONE, LaneWorld.DATE);
        }
        world.lanes.seen(LaneWorld.ALICE);
        world.awaitMirrored();
        try (ImapStore there = world.open("mirror")) {
            there.select("INBOX");
            there.store(UidSet.of(1), FlagChange.ADDED, Flags.of("\\Deleted"));
            there.expunge(UidSet.of(5));
            LaneWorld.store(there, "INBOX", "stranger", Flags.NONE, LaneWorld.DATE);
        }
        world.lanes.sweep(LaneWorld.ALICE).toCompletableFuture().get();
        world.awaitMirrored();
        assertThat(world.onMirror().get("INBOX")).containsAll(world.onPrimary().get("INBOX"));
        assertThat(world.onMirror().get("INBOX")).hasSize(7);
        assertThat(world.lanes.report().get(0).extra()).isEqualTo(1);
    }

    @Test
    void suspicionOfTheAccountIsSettledByComparison() throws Exception {
        world.lanes.start(List.of());
        world.lanes.seen(LaneWorld.ALICE);
        world.awaitMirrored();
        LaneWorld.store(world.client, "INBOX", "unseen", Flags.of("\\Seen"), LaneWorld.DATE);
        world.client.create("Unseen", null);
        world.journal(MailboxSuspect.ofAccount("test"));
        assertEqual();
    }

    @Test
    void journalDrainsFromTheSpoolWhenThePrimaryIsGone() throws Exception {
        world.lanes.start(List.of());
        world.lanes.seen(LaneWorld.ALICE);
        world.awaitMirrored();
        mirror.stop();
        for (int i = 0; i < 40; i++) {
            world.append("INBOX", "m" + i, Flags.of("\\Seen"));
        }
        world.client.select("INBOX");
        world.client.expunge(UidSet.of(4));
        world.journal(new MessagesExpunged(ref("INBOX"), UidSet.of(4)));
        var expected = world.onPrimary();
        primary.stop();
        mirror.start();
        world.awaitMirrored();
        assertThat(world.onMirror()).isEqualTo(expected);
    }

    /// A client may name UIDs that do not exist yet; the messages that get them later are not gone.
    @Test
    void uidsThatWereNamedInVainKeepNoLaterMessageAway() throws Exception {
        world.lanes.start(List.of());
        world.lanes.seen(LaneWorld.ALICE);
        world.awaitMirrored();
        long first = world.append("INBOX", "first", Flags.NONE);
        world.journal(
                new FlagsChanged(
                        ref("INBOX"),
                        UidSet.range(first + 1, first + 4),
                        FlagChange.ADDED,
                        Flags.of("\\Seen")));
        world.awaitMirrored();
        for (int i = 0; i < 6; i++) {
            world.append("INBOX", "later" + i, Flags.of("\\Flagged"));
        }
        assertEqual();
    }

    /// As after a crash of the proxy: nothing tells of the first of two messages.
    @Test
    void whatNoEventToldOfIsStoredBeforeALaterMessage() throws Exception {
        world.lanes.start(List.of());
        world.lanes.seen(LaneWorld.ALICE);
        world.awaitMirrored();
        LaneWorld.store(world.client, "INBOX", "untold", Flags.NONE, LaneWorld.DATE);
        long told =
                LaneWorld.store(world.client, "INBOX", "told", Flags.NONE, LaneWorld.DATE).uid();
        world.client.select("INBOX");
        world.client.store(UidSet.of(told), FlagChange.ADDED, Flags.of("\\Seen"));
        world.journal(
                new FlagsChanged(
                        ref("INBOX"), UidSet.of(told), FlagChange.ADDED, Flags.of("\\Seen")));
        world.awaitMirrored();
        world.lanes.sweep(LaneWorld.ALICE).toCompletableFuture().get();
        assertEqual();
    }

    /// The primary's clock gave the date, and the message is elsewhere when it is asked for.
    @Test
    void aMessageThatWentOnKeepsItsDate() throws Exception {
        world.lanes.start(List.of());
        world.lanes.seen(LaneWorld.ALICE);
        world.awaitMirrored();
        ImapStore c = world.client;
        c.create("Work", null);
        world.journal(new MailboxCreated(new MailboxName("Work"), null));
        world.awaitMirrored();
        mirror.stop();
        Appended.Stored s = LaneWorld.store(c, "INBOX", "moving", Flags.NONE, LaneWorld.DATE);
        world.journal(
                new MessageAppended(
                        ref("INBOX"),
                        s.uid(),
                        Flags.NONE,
                        null,
                        System.currentTimeMillis(),
                        world.spooled(LaneWorld.message("moving", "text of moving"))));
        c.select("INBOX");
        UidPairs moved = c.move(UidSet.of(s.uid()), "Work");
        c.rename("Work", "Done");
        MailboxRef work = new MailboxRef(new MailboxName("Work"), ref("Done").uidValidity());
        world.journal(
                new MessagesMoved(ref("INBOX"), UidSet.of(s.uid()), work, targets(moved)),
                new MailboxRenamed(new MailboxName("Work"), new MailboxName("Done")));
        mirror.start();
        assertEqual();
    }

    /// Another mailbox has its name by the time that it is asked for.
    @Test
    void aMessageInAMailboxThatWasRenamedKeepsItsDate() throws Exception {
        renameBeforeTheDateIsKnown(world::journal);
        assertEqual();
    }

    @Test
    void aDateWaitsForTheCommandThatTakesTheMessageAway() throws Exception {
        renameBeforeTheDateIsKnown(renamed -> journalWhileComparing(1, renamed));
        assertEqual();
    }

    private void renameBeforeTheDateIsKnown(Consumer<MailboxEvent[]> told) throws Exception {
        world.lanes.start(List.of());
        world.lanes.seen(LaneWorld.ALICE);
        world.awaitMirrored();
        ImapStore c = world.client;
        MailboxName work = new MailboxName("Work");
        c.create("Work", null);
        world.journal(new MailboxCreated(work, null));
        world.awaitMirrored();
        mirror.stop();
        Appended.Stored s = LaneWorld.store(c, "Work", "undated", Flags.NONE, LaneWorld.DATE);
        world.journal(
                new MessageAppended(
                        ref("Work"),
                        s.uid(),
                        Flags.NONE,
                        null,
                        System.currentTimeMillis(),
                        world.spooled(LaneWorld.message("undated", "text of undated"))));
        c.rename("Work", "Done");
        c.create("Work", null);
        told.accept(
                new MailboxEvent[] {
                    new MailboxRenamed(work, new MailboxName("Done")),
                    new MailboxCreated(work, null)
                });
        mirror.start();
    }

    /// The primary copied what nobody told of, and the doubt about the source does not reach the
    /// copy.
    @Test
    void copyOutOfAMailboxInDoubtHasThePrimarysFlags() throws Exception {
        world.lanes.start(List.of());
        world.lanes.seen(LaneWorld.ALICE);
        world.awaitMirrored();
        long uid = world.append("INBOX", "read", Flags.NONE);
        world.client.create("Work", null);
        world.journal(new MailboxCreated(new MailboxName("Work"), null));
        world.awaitMirrored();
        ImapStore c = world.client;
        c.select("INBOX");
        c.store(UidSet.of(uid), FlagChange.ADDED, Flags.of("\\Seen"));
        UidPairs copied = c.copy(UidSet.of(uid), "Work");
        world.journal(
                MailboxSuspect.of(Doubt.FLAGS, INBOX, "test"),
                new MessagesCopied(ref("INBOX"), UidSet.of(uid), ref("Work"), targets(copied)));
        assertEqual();
    }

    /// Journals events when a comparison has read the primary and waits for what clients were
    /// about.
    private void journalWhileComparing(int window, MailboxEvent... events) {
        AtomicInteger windows = new AtomicInteger();
        world.settled =
                () -> {
                    if (windows.incrementAndGet() == window) {
                        world.journal(events);
                    }
                    return CompletableFuture.completedFuture(null);
                };
    }

    /// The events are older than what the comparison has read, and do not tell all: that is why it
    /// is made.
    @Test
    void whatEventsTouchDuringAComparisonIsLookedAtAgain() throws Exception {
        world.lanes.start(List.of());
        world.lanes.seen(LaneWorld.ALICE);
        world.awaitMirrored();
        Flags seen = Flags.of("\\Seen");
        long read = world.append("INBOX", "read", seen);
        long gone = world.append("INBOX", "gone", Flags.NONE);
        world.append("INBOX", "stays", Flags.NONE);
        world.awaitMirrored();
        world.client.select("INBOX");
        world.client.expunge(UidSet.of(gone));
        journalWhileComparing(
                1,
                new FlagsChanged(ref("INBOX"), UidSet.of(read), FlagChange.REMOVED, seen),
                new FlagsChanged(ref("INBOX"), UidSet.of(gone), FlagChange.ADDED, seen));
        world.journal(MailboxSuspect.of(Doubt.MEMBERSHIP, INBOX, "test"));
        assertEqual();
    }

    @Test
    void aHintIsFollowedBesideEvents() throws Exception {
        world.lanes.start(List.of());
        world.lanes.seen(LaneWorld.ALICE);
        world.awaitMirrored();
        long gone = world.append("INBOX", "gone", Flags.NONE);
        long stays = world.append("INBOX", "stays", Flags.NONE);
        world.awaitMirrored();
        Flags seen = Flags.of("\\Seen");
        world.client.select("INBOX");
        world.client.expunge(UidSet.of(gone));
        world.client.store(UidSet.of(stays), FlagChange.ADDED, seen);
        journalWhileComparing(
                1, new FlagsChanged(ref("INBOX"), UidSet.of(stays), FlagChange.ADDED, seen));
        world.lanes.hint(LaneWorld.ALICE, INBOX, Doubt.MEMBERSHIP);
        assertEqual();
    }

    @Test
    void whatEventsTouchDuringAListingIsListedAgain() throws Exception {
        world.lanes.start(List.of());
        world.lanes.seen(LaneWorld.ALICE);
        MailboxName work = new MailboxName("Work");
        world.client.create("Work", null);
        world.journal(new MailboxCreated(work, null));
        world.awaitMirrored();
        world.client.delete("Work");
        // The first is closed before the listing.
        journalWhileComparing(2, new MailboxCreated(work, null));
        world.journal(MailboxSuspect.ofTree("test"));
        assertEqual();
    }

    @Test
    void massDeletionNobodyWasSeenToOrderIsHeld() throws Exception {
        for (int i = 0; i < 5; i++) {
            LaneWorld.store(world.client, "INBOX", "d" + i, Flags.NONE, LaneWorld.DATE);
        }
        world.lanes.start(List.of());
        world.lanes.seen(LaneWorld.ALICE);
        world.awaitMirrored();
        world.client.select("INBOX");
        world.client.expunge(UidSet.range(1, 5));
        world.lanes.sweep(LaneWorld.ALICE).toCompletableFuture().get();
        assertThat(world.onMirror().get("INBOX")).hasSize(6);
        assertThat(world.lanes.report().get(0).parked()).isEqualTo(1);
    }

    @Test
    void anAttemptCutOffAfterTheMirrorStoredItIsNotRepeated() throws Exception {
        world.lanes.start(List.of());
        world.lanes.seen(LaneWorld.ALICE);
        world.awaitMirrored();
        mirror.stop();
        long uid = world.append("INBOX", "twin", Flags.NONE);
        long twin = world.append("INBOX", "other", Flags.NONE);
        mirror.start();
        world.awaitMirrored();
        // As after a crash between the mirror's OK and our commit: the rows are not there, the
        // attempt is.
        world.forgetOutcome("INBOX", List.of(uid, twin));
        world.lanes.login(LaneWorld.ALICE);
        world.lanes.sweep(LaneWorld.ALICE).toCompletableFuture().get();
        assertEqual();
    }
}
