package org.imapmirror.replicate;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxEvent.MailboxCreated;
import org.imapmirror.event.MailboxEvent.MailboxDeleted;
import org.imapmirror.event.MailboxEvent.MailboxRenamed;
import org.imapmirror.event.MailboxEvent.MessagesExpunged;
import org.imapmirror.event.MailboxEvent.MessagesMoved;
import org.imapmirror.event.MailboxName;
import org.imapmirror.event.MailboxRef;
import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.testing.DovecotServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/// What is deleted on the primary stays on a mirror for a time.
@Tag("dovecot")
class HeldIT {
    private static final Duration WEEK = Duration.ofDays(7);
    private static final Decisions.About ALL = new Decisions.About(null, null, null);

    @TempDir Path directory;
    private final AtomicLong wall = new AtomicLong(1_790_000_000_000L);
    private final AtomicLong nanos = new AtomicLong(5);
    private DovecotServer primary;
    private DovecotServer mirror;
    private LaneWorld world;

    @BeforeEach
    void start() throws Exception {
        primary = DovecotServer.launch();
        mirror = DovecotServer.launch();
        open(new Deletions(WEEK));
    }

    @AfterEach
    void stop() {
        world.close();
        primary.close();
        mirror.close();
    }

    private void open(Deletions deletions) throws Exception {
        world = new LaneWorld(primary, mirror, directory, deletions, clock(), nanos::get);
        world.lanes.start(List.of());
        world.lanes.seen(LaneWorld.ALICE);
        world.awaitMirrored();
    }

    private Clock clock() {
        InstantSource source = () -> Instant.ofEpochMilli(wall.get());
        return source.withZone(ZoneOffset.UTC);
    }

    private void pass(Duration time) {
        wall.addAndGet(time.toMillis());
        nanos.addAndGet(time.toNanos());
    }

    private MailboxRef ref(String name) throws Exception {
        return new MailboxRef(
                new MailboxName(name),
                Objects.requireNonNull(world.client.status(List.of(name)).get(name)).uidValidity());
    }

    private void create(String name) throws Exception {
        world.client.create(name, null);
        world.journal(new MailboxCreated(new MailboxName(name), null, true));
    }

    private void expunge(String name, long... uids) throws Exception {
        world.client.select(name);
        world.client.expunge(UidSet.of(uids));
        world.journal(new MessagesExpunged(ref(name), UidSet.of(uids)));
    }

    private void delete(String name) throws Exception {
        world.client.delete(name);
        world.journal(new MailboxDeleted(new MailboxName(name)));
    }

    private LaneReport lane() {
        return world.lanes.report().getFirst();
    }

    private List<HeldMessage> held() {
        List<HeldMessage> out = new ArrayList<>();
        world.lanes.decisions().held(ALL, out::add);
        return out;
    }

    private void sweep() throws Exception {
        world.lanes.sweep(LaneWorld.ALICE).toCompletableFuture().get();
        world.awaitMirrored();
    }

    private void awaitHeld(long n) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> {
                    world.lanes.wake(LaneWorld.ALICE);
                    return lane().held() == n;
                });
    }

    /// Without the first line, which tells what the mailbox is.
    private static int messages(Map<String, List<String>> account, String mailbox) {
        return account.getOrDefault(mailbox, List.of("")).size() - 1;
    }

    @Test
    void expungedMessageStaysUntilItIsDue() throws Exception {
        for (int i = 1; i <= 4; i++) {
            world.append("INBOX", "m" + i, Flags.of("\\Flagged"));
        }
        expunge("INBOX", 2);
        world.awaitMirrored();
        assertThat(lane().held()).isEqualTo(1);
        assertThat(messages(world.onMirror(), "INBOX")).isEqualTo(4);
        assertThat(held())
                .singleElement()
                .satisfies(
                        h -> assertThat(h.mailbox()).isEqualTo("INBOX"),
                        h -> assertThat(h.uid()).isEqualTo(2),
                        h -> assertThat(h.due()).isEqualTo(h.deleted().plus(WEEK)));
        // Of the sweeps, one finds an expunge itself.
        world.client.select("INBOX");
        world.client.expunge(UidSet.of(3));
        sweep();
        sweep();
        assertThat(lane().held()).isEqualTo(2);
        assertThat(lane().extra()).isZero();
        assertThat(messages(world.onMirror(), "INBOX")).isEqualTo(4);
        pass(Duration.ofDays(6));
        sweep();
        assertThat(lane().held()).isEqualTo(2);
        pass(Duration.ofDays(2));
        awaitHeld(0);
        assertThat(world.onMirror()).isEqualTo(world.onPrimary());
    }

    @Test
    void aClockThatJumpsPurgesNothing() throws Exception {
        world.append("INBOX", "m1", Flags.NONE);
        world.append("INBOX", "m2", Flags.NONE);
        expunge("INBOX", 1);
        world.awaitMirrored();
        wall.addAndGet(Duration.ofDays(5000).toMillis());
        sweep();
        assertThat(lane().held()).isEqualTo(1);
        assertThat(lane().lagSeconds()).isNotNegative();
        wall.addAndGet(-Duration.ofDays(9000).toMillis());
        sweep();
        world.close();
        wall.addAndGet(Duration.ofDays(20_000).toMillis());
        nanos.set(Long.MIN_VALUE / 2);
        open(new Deletions(WEEK));
        sweep();
        assertThat(lane().held()).isEqualTo(1);
        // One day was believed.
        pass(Duration.ofDays(6).plusMinutes(1));
        awaitHeld(0);
        assertThat(world.onMirror()).isEqualTo(world.onPrimary());
    }

    @Test
    void aMoveMoves() throws Exception {
        create("Work");
        for (int i = 1; i <= 3; i++) {
            world.append("INBOX", "m" + i, Flags.NONE);
        }
        MailboxRef inbox = ref("INBOX");
        world.client.select("INBOX");
        var moved = world.client.move(UidSet.of(1, 3), "Work");
        world.journal(
                new MessagesMoved(
                        inbox,
                        UidSet.of(1, 3),
                        ref("Work"),
                        UidSet.of(
                                Objects.requireNonNull(moved.pairs()).stream()
                                        .map(p -> p[1])
                                        .toList())));
        sweep();
        assertThat(lane().held()).isZero();
        assertThat(world.onMirror()).isEqualTo(world.onPrimary());
    }

    @Test
    void aDeletedMailboxStaysAndMakesWay() throws Exception {
        create("Work");
        create("Work/Child");
        create("Empty");
        world.append("Work", "old", Flags.of("\\Seen"));
        world.append("Work/Child", "child", Flags.NONE);
        delete("Work");
        delete("Empty");
        world.awaitMirrored();
        sweep();
        assertThat(world.onMirror()).doesNotContainKey("Empty");
        assertThat(messages(world.onMirror(), "Work")).isEqualTo(1);
        assertThat(lane().extra()).isZero();
        create("Work");
        world.append("Work", "new", Flags.NONE);
        world.append("Work/Child", "later", Flags.NONE);
        world.awaitMirrored();
        sweep();
        Map<String, List<String>> there = world.onMirror();
        assertThat(messages(there, "deleted-Work")).isEqualTo(1);
        there.remove("deleted-Work");
        assertThat(there).isEqualTo(world.onPrimary());
        assertThat(held())
                .singleElement()
                .satisfies(
                        h -> assertThat(h.mailbox()).isEqualTo("Work"),
                        h -> assertThat(h.target()).isEqualTo("deleted-Work"));
        // Once more, by a rename, and with the first free name taken.
        delete("Work");
        create("Other");
        world.append("Other", "other", Flags.NONE);
        world.client.rename("Other", "Work");
        world.journal(new MailboxRenamed(new MailboxName("Other"), new MailboxName("Work")));
        world.awaitMirrored();
        sweep();
        there = world.onMirror();
        assertThat(messages(there, "deleted-Work-2")).isEqualTo(1);
        there.keySet().removeIf(name -> name.startsWith("deleted-"));
        assertThat(there).isEqualTo(world.onPrimary());
        pass(WEEK);
        awaitHeld(0);
        sweep();
        assertThat(world.onMirror()).isEqualTo(world.onPrimary());
    }

    @Test
    void aRenameOfWhatIsAboveLeavesHeldMailboxesBehind() throws Exception {
        create("Top/Work");
        create("Top/Live");
        world.append("Top/Work", "old", Flags.NONE);
        world.append("Top/Live", "live", Flags.NONE);
        delete("Top/Work");
        world.client.rename("Top", "Next");
        world.journal(new MailboxRenamed(new MailboxName("Top"), new MailboxName("Next")));
        create("Next/Work");
        world.awaitMirrored();
        sweep();
        Map<String, List<String>> there = world.onMirror();
        assertThat(messages(there, "deleted-Top-Work")).isEqualTo(1);
        there.remove("deleted-Top-Work");
        assertThat(there).isEqualTo(world.onPrimary());
        assertThat(lane().extra()).isZero();
    }

    @Test
    void aMoveAsideThatWasCutOffIsEnded() throws Exception {
        create("Work");
        create("Work/Child");
        world.append("Work", "old", Flags.NONE);
        world.append("Work/Child", "child", Flags.NONE);
        delete("Work");
        world.awaitMirrored();
        LaneStore store = new LaneStore(world.state, Clock.systemUTC());
        LaneRow lane = store.lanes().getFirst();
        Grave grave = store.held().graves(lane).getFirst();
        store.change(lane, tx -> tx.held().moving(grave, "deleted-Work"));
        try (ImapStore there = world.open("mirror")) {
            there.rename("Work", "deleted-Work");
        }
        sweep();
        Map<String, List<String>> there = world.onMirror();
        assertThat(messages(there, "deleted-Work")).isEqualTo(1);
        assertThat(messages(there, "Work/Child")).isEqualTo(1);
        assertThat(lane().extra()).isZero();
    }

    @Test
    void neverIsUntilSomebodyPurges() throws Exception {
        world.close();
        open(new Deletions(null));
        create("Work");
        world.append("Work", "w", Flags.NONE);
        world.append("INBOX", "m1", Flags.NONE);
        world.append("INBOX", "m1", Flags.NONE);
        expunge("INBOX", 1);
        delete("Work");
        world.awaitMirrored();
        pass(Duration.ofDays(10_000));
        sweep();
        assertThat(held()).hasSize(2).allSatisfy(h -> assertThat(h.due()).isNull());
        // An equal message comes again: it is stored, not matched with the held one.
        world.append("INBOX", "m1", Flags.NONE);
        sweep();
        assertThat(messages(world.onMirror(), "INBOX")).isEqualTo(3);
        assertThat(world.lanes.decisions().purge(ALL)).isEqualTo(2);
        awaitHeld(0);
        sweep();
        assertThat(world.onMirror()).isEqualTo(world.onPrimary());
        assertThat(lane().extra()).isZero();
    }

    /// A first copy that is made anew matches what the mirror holds, and must leave held ones out.
    @Test
    void aMapThatWasLostDoesNotTakeHeldMessages() throws Exception {
        world.append("INBOX", "twin", Flags.NONE);
        world.append("INBOX", "other", Flags.NONE);
        expunge("INBOX", 1);
        world.append("INBOX", "twin", Flags.NONE);
        world.awaitMirrored();
        LaneStore store = new LaneStore(world.state, Clock.systemUTC());
        LaneRow lane = store.lanes().getFirst();
        MailboxRow m = Objects.requireNonNull(store.mailboxes(lane).get(MailboxName.INBOX));
        store.change(
                lane,
                tx -> {
                    tx.forgetMessages(m);
                    tx.update(m.forgotten().withTargetUidValidity(m.targetUidValidity()));
                });
        sweep();
        assertThat(lane().extra()).isZero();
        pass(WEEK);
        awaitHeld(0);
        assertThat(world.onMirror()).isEqualTo(world.onPrimary());
    }
}
