package org.imapmirror.reconcile.sync;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.reconcile.sync.SyncReport.FolderReport;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.Seeds;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/// A run that finds nothing changed logs in once on each side, however many connections it may
/// have, and sees what did change.
@Tag("dovecot")
class SyncIdleIT {
    @TempDir Path directory;

    /// Counts how often it is opened.
    private record Counted(Side side, AtomicInteger opened) implements Side {
        static Counted of(Side side) {
            return new Counted(side, new AtomicInteger());
        }

        @Override
        public String name() {
            return side.name();
        }

        @Override
        public String identity() {
            return side.identity();
        }

        @Override
        public ImapStore open() throws StoreException {
            opened.incrementAndGet();
            return side.open();
        }

        int count() {
            return opened.getAndSet(0);
        }
    }

    @Test
    void nothingChangedNeedsOneLoginEach() throws Exception {
        try (DovecotServer source = DovecotServer.launch();
                DovecotServer target = DovecotServer.launch()) {
            Seeds.each(1, (_, random) -> run(source, target, random));
        }
    }

    private void run(DovecotServer source, DovecotServer target, Random random) throws Exception {
        Counted from = Counted.of(TestSide.of("source", source, 1));
        Counted to = Counted.of(TestSide.of("target", target, 1));
        try (ImapStore client = TestSide.of("source", source, 1).open()) {
            SampleAccount account = new SampleAccount(source, client, random);
            account.fill(10);
            assertThat(sync(from, to)).isEqualTo(50);
            assertThat(from.count()).isGreaterThan(1);
            assertThat(to.count()).isGreaterThan(1);

            assertThat(sync(from, to)).isZero();
            assertThat(from.count()).isOne();
            assertThat(to.count()).isOne();

            account.add("日本語", 3);
            assertThat(sync(from, to)).isEqualTo(3);
        }
    }

    private long sync(Side from, Side to) throws Exception {
        SyncReport report =
                Syncer.run(
                        from, to, Options.ALL.get(), directory.resolve("pair.db"), Progress.NONE);
        assertThat(report.failures()).isEmpty();
        return SyncContract.sum(report, FolderReport::copied);
    }
}
