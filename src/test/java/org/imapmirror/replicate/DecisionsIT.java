package org.imapmirror.replicate;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.event.Flags;
import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.Appended;
import org.imapmirror.testing.DovecotServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;

/// Deletions that the brake holds, and what administrators decide about them; and what a mirror
/// stores late.
@Tag("dovecot")
class DecisionsIT {
    private static final Decisions.About ALICE =
            new Decisions.About(LaneWorld.ALICE, "mirror", null);

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

    private void messages(String mailbox, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            LaneWorld.store(world.client, mailbox, "d" + i, Flags.NONE, LaneWorld.DATE);
        }
        world.lanes.start(List.of());
        world.lanes.seen(LaneWorld.ALICE);
        world.awaitMirrored();
    }

    private void sweep() throws Exception {
        world.lanes.sweep(LaneWorld.ALICE).toCompletableFuture().get();
        world.awaitMirrored();
    }

    private LaneReport lane() {
        return world.lanes.report().getFirst();
    }

    private int onMirror(String mailbox) throws Exception {
        return world.onMirror().getOrDefault(mailbox, List.of("")).size() - 1;
    }

    @Test
    void approvalCoversWhatWasHeldAndNoMore() throws Exception {
        messages("INBOX", 500);
        world.client.select("INBOX");
        world.client.expunge(UidSet.range(1, 120));
        sweep();
        assertThat(lane().parkedItems())
                .singleElement()
                .satisfies(p -> assertThat(p.item()).isEqualTo("deletions in INBOX"));
        assertThat(onMirror("INBOX")).isEqualTo(500);
        // More go before the approval comes: these were never held.
        world.client.expunge(UidSet.range(200, 320));
        assertThat(world.lanes.decisions().approve(ALICE)).isEqualTo(1);
        world.awaitMirrored();
        assertThat(onMirror("INBOX")).isEqualTo(380);
        assertThat(lane().parkedItems())
                .singleElement()
                .satisfies(p -> assertThat(p.reason()).startsWith("121 of 380"));
        assertThat(world.lanes.decisions().skip(ALICE)).isEqualTo(1);
        sweep();
        assertThat(lane().parked()).isZero();
        assertThat(lane().skipped()).isEqualTo(1);
        assertThat(onMirror("INBOX")).isEqualTo(380);
        assertThat(world.lanes.decisions().approve(ALICE)).isEqualTo(1);
        world.awaitMirrored();
        assertThat(world.onMirror()).isEqualTo(world.onPrimary());
        assertThat(lane().skipped()).isZero();
    }

    @Test
    void anEmptySideHasToBeNamed() throws Exception {
        messages("INBOX", 5);
        world.client.select("INBOX");
        world.client.expunge(UidSet.range(1, 5));
        sweep();
        assertThat(lane().parkedItems().getFirst().reason()).contains("--item");
        world.lanes.decisions().approve(ALICE);
        world.awaitMirrored();
        assertThat(onMirror("INBOX")).isEqualTo(5);
        assertThat(lane().parked()).isEqualTo(1);
        String item = lane().parkedItems().getFirst().item();
        assertThat(
                        world.lanes
                                .decisions()
                                .approve(new Decisions.About(LaneWorld.ALICE, null, item)))
                .isEqualTo(1);
        world.awaitMirrored();
        assertThat(onMirror("INBOX")).isZero();
        assertThat(lane().parked()).isZero();
    }

    @Test
    void aMailboxThatWasDeletedUnseenWaitsForApproval() throws Exception {
        world.client.create("Work", null);
        messages("Work", 150);
        world.client.delete("Work");
        sweep();
        assertThat(lane().parkedItems())
                .singleElement()
                .satisfies(p -> assertThat(p.item()).isEqualTo("deletion of Work"));
        assertThat(onMirror("Work")).isEqualTo(150);
        assertThat(world.lanes.decisions().approve(ALICE)).isEqualTo(1);
        world.awaitMirrored();
        assertThat(world.onMirror()).doesNotContainKey("Work");
        assertThat(lane().parked()).isZero();
    }

    /// As when a server does a command that was given up after the message was sent again.
    @Test
    void whatTheMirrorStoresLateIsRemoved() throws Exception {
        messages("INBOX", 3);
        var there = world.open("mirror");
        Appended.Stored late = LaneWorld.store(there, "INBOX", "d1", Flags.NONE, LaneWorld.DATE);
        LaneWorld.store(there, "INBOX", "stranger", Flags.NONE, LaneWorld.DATE);
        there.close();
        LaneStore store = new LaneStore(world.state, java.time.Clock.systemUTC());
        LaneRow lane = store.lanes().getFirst();
        MailboxRow m = store.mailboxes(lane).values().iterator().next();
        store.change(
                lane,
                tx ->
                        tx.expectEchoes(
                                new Attempt(m.id(), late.uidValidity(), late.uid(), List.of()),
                                UidSet.range(1, 3)));
        world.lanes.wake(LaneWorld.ALICE);
        world.awaitMirrored();
        sweep();
        assertThat(onMirror("INBOX")).isEqualTo(4);
        assertThat(world.onMirror().get("INBOX")).containsAll(world.onPrimary().get("INBOX"));
        assertThat(lane().extra()).isEqualTo(1);
    }
}
