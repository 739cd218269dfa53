package org.imapmirror.reconcile.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.reconcile.sync.SyncReport.FolderReport;
import org.imapmirror.testing.Access;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.FaultRelay;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.Mailboxes.Order;
import org.imapmirror.testing.Seeds;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;

/// Connections are cut in the middle of messages and of answers: the run opens them again, and goes
/// on without storing anything twice.
@Tag("dovecot")
class SyncCutIT {
    @TempDir Path directory;

    @Test
    void cutConnectionsAreOpenedAgain() throws Exception {
        try (DovecotServer source = DovecotServer.launch();
                DovecotServer target = DovecotServer.launch()) {
            Seeds.each(1, (_, random) -> cut(source, target, random));
        }
    }

    private void cut(DovecotServer source, DovecotServer target, Random random) throws Exception {
        try (ImapStore client = TestSide.of("source", source, 1).open()) {
            new SampleAccount(source, client, random).fill(60);
        }
        try (FaultRelay before = FaultRelay.to(source.imapPort());
                FaultRelay behind = FaultRelay.to(target.imapPort())) {
            behind.cutAfter(10_000 + random.nextInt(300_000));
            int[] copied = {0};
            SyncReport report =
                    Syncer.run(
                            through(source, "source", before),
                            through(target, "target", behind),
                            Options.ALL.get(),
                            directory.resolve("pair.db"),
                            new Progress() {
                                @Override
                                public synchronized void copied(String folder, long bytes) {
                                    copied[0]++;
                                    if (copied[0] == 50) {
                                        before.cut();
                                    } else if (copied[0] == 120) {
                                        behind.cut();
                                    } else if (copied[0] == 180) {
                                        behind.cutAfter(random.nextInt(200_000));
                                    }
                                }
                            });
            assertThat(report.failures()).isEmpty();
            assertThat(before.cuts() + behind.cuts()).isGreaterThanOrEqualTo(3);
            assertThat(SyncContract.sum(report, FolderReport::copied)).isEqualTo(300);
        }
        Mailboxes there = Mailboxes.read(Access.to(source, 1)).withoutSpecialUses();
        Mailboxes here = Mailboxes.read(Access.to(target, 1)).withoutSpecialUses();
        assertThat(here.differencesFrom(there, Order.OF_UIDS)).isEmpty();
    }

    @Test
    void aServerThatStaysAwayEndsTheRunAfterSoManyTries() throws Exception {
        try (DovecotServer source = DovecotServer.launch();
                DovecotServer target = DovecotServer.launch()) {
            Seeds.each(1, (_, random) -> away(source, target, random));
        }
    }

    private void away(DovecotServer source, DovecotServer target, Random random) throws Exception {
        try (ImapStore client = TestSide.of("source", source, 1).open()) {
            new SampleAccount(source, client, random).fill(30);
        }
        SyncOptions impatient =
                Options.ALL.with(new Tuning(10, 1L << 24, 2000, 3, 2, Duration.ZERO)).get();
        Path state = directory.resolve("away.db");
        try (FaultRelay behind = FaultRelay.to(target.imapPort())) {
            int[] copied = {0};
            Progress progress =
                    new Progress() {
                        @Override
                        public synchronized void copied(String folder, long bytes) {
                            copied[0]++;
                            if (copied[0] == 20) {
                                behind.refuse();
                                behind.cut();
                            }
                        }
                    };
            TestSide from = TestSide.of("source", source, 1);
            TestSide to = through(target, "target", behind);
            assertThatThrownBy(() -> Syncer.run(from, to, impatient, state, progress))
                    .isInstanceOfSatisfying(
                            StoreException.class,
                            e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.UNREACHABLE));
            behind.accept();
            assertThat(Syncer.run(from, to, impatient, state, Progress.NONE).failures()).isEmpty();
        }
        Mailboxes there = Mailboxes.read(Access.to(source, 1)).withoutSpecialUses();
        Mailboxes here = Mailboxes.read(Access.to(target, 1)).withoutSpecialUses();
        assertThat(here.differencesFrom(there, Order.OF_UIDS)).isEmpty();
    }

    private static TestSide through(DovecotServer server, String name, FaultRelay relay) {
        return new TestSide(name, server.host(), relay.port(), server.user(1), server.password(1));
    }
}
