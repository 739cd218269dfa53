package org.imapmirror.replicate;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxEvent.FlagChange;
import org.imapmirror.event.MailboxEvent.MailboxSuspect;
import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.FaultRelay;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/// The machine's clock jumps by an hour, forth and back and back again: nothing is lost or stored
/// twice, and nothing stands still.
@Tag("dovecot")
class ClockIT {
    @TempDir Path directory;
    private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);

    private void jump(int hours) {
        ahead.updateAndGet(before -> before.plusHours(hours));
    }

    @Test
    void aClockThatJumpsChangesNothing() throws Exception {
        InstantSource wall = () -> Instant.now().plus(ahead.get());
        Clock clock = wall.withZone(ZoneOffset.UTC);
        try (DovecotServer primary = DovecotServer.launch();
                DovecotServer mirror = DovecotServer.launch();
                FaultRelay relay = FaultRelay.to(mirror.imapPort());
                LaneWorld world =
                        new LaneWorld(
                                primary,
                                mirror,
                                directory,
                                Deletions.APPLIED,
                                clock,
                                System::nanoTime)) {
            world.ports.put("mirror", relay.port());
            world.lanes.start(List.of());
            world.lanes.seen(LaneWorld.ALICE);
            world.append("INBOX", "first", Flags.NONE);
            world.awaitMirrored();
            for (int hours : new int[] {1, -1, -1, 2, -1}) {
                jump(hours);
                relay.cutBeforeAnswer("APPENDUID");
                long uid = world.append("INBOX", "journalled" + hours, Flags.of("\\Seen"));
                world.awaitMirrored();
                assertThat(relay.isSprung()).isTrue();
                // Past the proxy, as sweeps and doubts find it.
                ImapStore c = world.client;
                LaneWorld.store(c, "INBOX", "untold" + hours, Flags.NONE, LaneWorld.DATE);
                c.select("INBOX");
                c.store(UidSet.of(uid), FlagChange.ADDED, Flags.of("\\Flagged"));
                world.lanes.sweep(LaneWorld.ALICE).toCompletableFuture().get();
                world.awaitMirrored();
                assertThat(world.onMirror()).isEqualTo(world.onPrimary());
                jump(-hours);
                c.expunge(UidSet.of(uid));
                world.journal(MailboxSuspect.ofAccount("test"));
                world.awaitMirrored();
                assertThat(world.onMirror()).isEqualTo(world.onPrimary());
                jump(hours);
            }
            assertThat(world.onMirror().get("INBOX")).hasSize(1 + 1 + 5);
            LaneReport report = world.lanes.report().getFirst();
            assertThat(report.parked()).isZero();
            assertThat(report.extra()).isZero();
        }
    }
}
