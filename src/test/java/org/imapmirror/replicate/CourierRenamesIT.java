package org.imapmirror.replicate;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxEvent.MailboxCreated;
import org.imapmirror.event.MailboxEvent.MailboxDeleted;
import org.imapmirror.event.MailboxEvent.MailboxRenamed;
import org.imapmirror.event.MailboxEvent.MessagesExpunged;
import org.imapmirror.event.MailboxName;
import org.imapmirror.event.MailboxRef;
import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.testing.CourierServer;
import org.imapmirror.testing.DovecotServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Renames on a mirror that numbers what is in a renamed mailbox anew. Nothing is left over there.
@Tag("courier")
@Tag("dovecot")
class CourierRenamesIT {
    @TempDir Path directory;
    private DovecotServer primary;
    private CourierServer mirror;
    private LaneWorld world;

    @BeforeEach
    void start() throws Exception {
        primary = DovecotServer.launch();
        mirror = CourierServer.launch();
        world = new LaneWorld(primary, mirror, directory);
        world.lanes.start(List.of());
        world.lanes.seen(LaneWorld.ALICE);
        for (String name : new String[] {"A", "A/B", "A/B/C"}) {
            create(name);
            for (int i = 0; i < 5; i++) {
                world.append(name, name.replace('/', '-') + i, Flags.of("\\Seen"));
            }
        }
        world.awaitMirrored();
    }

    @AfterEach
    void stop() {
        world.close();
        primary.close();
        mirror.close();
    }

    private void create(String name) throws Exception {
        world.client.create(name, null);
        world.journal(new MailboxCreated(new MailboxName(name), null));
    }

    private void rename(String from, String to) throws Exception {
        world.client.rename(from, to);
        world.journal(new MailboxRenamed(new MailboxName(from), new MailboxName(to)));
    }

    private void expunge(String name, long uid) throws Exception {
        ImapStore c = world.client;
        long validity = c.select(name).uidValidity();
        c.expunge(UidSet.of(uid));
        world.journal(
                new MessagesExpunged(
                        new MailboxRef(new MailboxName(name), validity), UidSet.of(uid)));
    }

    /// Both sides in any order, names without the mirror's prefix and separator.
    private static Map<String, List<String>> sorted(Map<String, List<String>> contents) {
        Map<String, List<String>> out = new TreeMap<>();
        contents.forEach((name, lines) -> {
            List<String> messages = new ArrayList<>(lines.subList(1, lines.size()));
            messages.sort(null);
            out.put(name.replaceFirst("^INBOX\\.", "").replace('.', '/'), messages);
        });
        return out;
    }

    private void sweep() throws Exception {
        try {
            world.lanes.sweep(LaneWorld.ALICE).toCompletableFuture().get(30, TimeUnit.SECONDS);
            world.awaitMirrored();
        } catch (TimeoutException e) {
            throw new AssertionError("no end of it: " + world.lanes.report(), e);
        }
    }

    private void assertEqual() throws Exception {
        try {
            world.awaitMirrored();
        } catch (org.awaitility.core.ConditionTimeoutException e) {
            throw new AssertionError("no end of it: " + world.lanes.report(), e);
        }
        sweep();
        assertThat(sorted(world.onMirror())).isEqualTo(sorted(world.onPrimary()));
        LaneReport report = Objects.requireNonNull(world.lanes.report().getFirst());
        assertThat(report.extra()).as("%s", report).isZero();
        assertThat(report.parked()).as("%s", report).isZero();
    }

    @Test
    void aTreeIsRenamedAndGoesOn() throws Exception {
        rename("A", "Done");
        expunge("Done/B", 2);
        world.append("Done/B/C", "later", Flags.NONE);
        rename("Done/B", "B");
        expunge("B/C", 1);
        create("A");
        world.append("A", "new", Flags.NONE);
        rename("A", "B/A");
        rename("B", "Done/B");
        world.client.delete("Done/B/A");
        world.journal(new MailboxDeleted(new MailboxName("Done/B/A")));
        assertEqual();
    }

    @Test
    void namesAreExchanged() throws Exception {
        rename("A/B", "T");
        rename("T/C", "A/B");
        rename("T", "A/B/C");
        world.append("A/B/C", "later", Flags.NONE);
        expunge("A/B", 3);
        assertEqual();
    }

    @Test
    void renamesPastTheProxyAreFollowed() throws Exception {
        world.client.rename("A", "Done");
        world.client.select("Done/B");
        world.client.expunge(UidSet.of(1, 4));
        sweep();
        assertEqual();
    }

    /// The mirror's connection is cut when it has renamed, and it is not known what it did.
    @Test
    void aRenameWhoseAnswerIsCutOffLeavesNothingOver() throws Exception {
        try (var relay = org.imapmirror.testing.FaultRelay.to(mirror.imapPort())) {
            world.ports.put("mirror", relay.port());
            relay.cutBeforeAnswer("enamed");
            world.client.rename("A", "Done");
            // Expunged on the primary before the lane can compare with it.
            for (String name : new String[] {"Done", "Done/B", "Done/B/C"}) {
                world.client.select(name);
                world.client.expunge(UidSet.of(2));
            }
            world.journal(new MailboxRenamed(new MailboxName("A"), new MailboxName("Done")));
            for (String name : new String[] {"Done", "Done/B", "Done/B/C"}) {
                long validity = world.client.select(name).uidValidity();
                world.journal(
                        new MessagesExpunged(
                                new MailboxRef(new MailboxName(name), validity), UidSet.of(2)));
            }
            assertEqual();
            assertThat(relay.isSprung()).isTrue();
        }
    }
}
