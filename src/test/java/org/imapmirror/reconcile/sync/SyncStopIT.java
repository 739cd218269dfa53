package org.imapmirror.reconcile.sync;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.reconcile.sync.SyncProcess.Account;
import org.imapmirror.reconcile.sync.SyncProcess.End;
import org.imapmirror.testing.Access;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.Mailboxes.Order;
import org.imapmirror.testing.Seeds;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/// A run that waits for a rate limit hears SIGTERM, ends in order, and is gone on with.
@Tag("dovecot")
class SyncStopIT {
    /// Far less than the account has, so that no run is done before it is stopped.
    private static final String OCTETS = "2000";

    /// In seconds; a run that is cut off needs 20.
    private static final double SOON = 15;

    @TempDir Path directory;

    @Test
    void aWaitForTheRateEndsAtOnce() throws Exception {
        try (DovecotServer source = DovecotServer.launch();
                DovecotServer target = DovecotServer.launch()) {
            Seeds.each(
                    1,
                    (_, random) -> {
                        try (ImapStore client = TestSide.of("source", source, 1).open()) {
                            new SampleAccount(source, client, random).fill(60);
                        }
                        stopAndGoOn(new Account(source, 1), new Account(target, 1));
                    });
        }
    }

    private void stopAndGoOn(Account from, Account to) throws Exception {
        Path state = directory.resolve("state");
        try (SyncProcess sync = SyncProcess.sync(from, to, state, "--bytes-per-second", OCTETS)) {
            while (!sync.output().contains("INBOX") && sync.runsOn()) {
                // It is not at work yet.
            }
            long asked = System.nanoTime();
            End end = sync.stop();
            assertThat(end.code()).as(end.output()).isEqualTo(6);
            assertThat((System.nanoTime() - asked) / 1e9).isLessThan(SOON);
            assertThat(end.output()).contains("stopped");
        }
        try (SyncProcess sync = SyncProcess.sync(from, to, state)) {
            End end = sync.end();
            assertThat(end.code()).as(end.output()).isZero();
        }
        Mailboxes there =
                Mailboxes.read(Access.to(from.server(), from.user())).withoutSpecialUses();
        Mailboxes here = Mailboxes.read(Access.to(to.server(), to.user())).withoutSpecialUses();
        assertThat(here.differencesFrom(there, Order.OF_UIDS)).isEmpty();
    }
}
