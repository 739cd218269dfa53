package org.imapmirror.reconcile.sync;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.reconcile.sync.SyncReport.Cause;
import org.imapmirror.reconcile.sync.SyncReport.FolderReport;
import org.imapmirror.testing.CyrusServer;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.RealServer;
import org.imapmirror.testing.Seeds;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/// A message of no octets at all, as a full disk leaves behind, among others. Neither Dovecot nor
/// Cyrus takes one: it is named, and the others come over.
@Tag("cyrus")
@Tag("dovecot")
class EmptyMessageIT {
    @TempDir Path directory;

    @Test
    void isNamedWhereDovecotDoesNotTakeIt() {
        Seeds.each(
                1,
                (_, random) -> {
                    try (DovecotServer target = DovecotServer.launch()) {
                        to(target, random);
                    }
                });
    }

    @Test
    void isNamedWhereCyrusDoesNotTakeIt() {
        Seeds.each(
                1,
                (_, random) -> {
                    try (CyrusServer target = CyrusServer.launch()) {
                        to(target, random);
                    }
                });
    }

    private void to(RealServer target, Random random) throws Exception {
        try (DovecotServer source = DovecotServer.launch();
                ImapStore client = TestSide.of("source", source, 1).open();
                ImapStore there = TestSide.of("target", target, 1).open()) {
            SampleAccount account = new SampleAccount(source, client, random);
            account.withoutRawHeaders();
            account.add("INBOX", 7);
            Path maildir = source.directory().resolve("mail").resolve(source.user(1));
            Files.createFile(maildir.resolve("Maildir/cur/1700000000.empty.host,S=0,W=0:2,S"));
            client.examine("INBOX");
            client.noop();
            account.add("INBOX", 7);

            SyncReport report = run(source, target);
            assertThat(SyncContract.sum(report, FolderReport::copied)).isEqualTo(14);
            assertThat(report.failures())
                    .singleElement()
                    .satisfies(
                            failure -> assertThat(failure.cause()).isEqualTo(Cause.APPEND),
                            failure -> assertThat(failure.uid()).isEqualTo(8),
                            failure -> assertThat(failure.size()).isZero(),
                            failure -> assertThat(failure.reason()).isNotBlank());
            there.examine("INBOX");
            assertThat(there.uids().size()).isEqualTo(14);

            SyncReport again = run(source, target);
            assertThat(SyncContract.sum(again, FolderReport::copied)).isZero();
            assertThat(again.failures()).hasSize(1);
        }
    }

    private SyncReport run(RealServer source, RealServer target) throws Exception {
        return Syncer.run(
                TestSide.of("source", source, 1),
                TestSide.of("target", target, 1),
                Options.ALL.get(),
                directory.resolve(target.getClass().getSimpleName() + ".db"),
                Progress.NONE);
    }
}
