package org.imapmirror.reconcile.sync;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxEvent.FlagChange;
import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.reconcile.sync.SyncReport.FolderReport;
import org.imapmirror.reconcile.sync.SyncReport.Outcome;
import org.imapmirror.reconcile.verify.Difference;
import org.imapmirror.reconcile.verify.Verifier;
import org.imapmirror.reconcile.verify.VerifyOptions;
import org.imapmirror.reconcile.verify.VerifyReport;
import org.imapmirror.testing.Access;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.Mailboxes.Order;
import org.imapmirror.testing.RealServer;
import org.imapmirror.testing.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.ToLongFunction;

/// What a run between two servers does, whichever they are.
abstract class SyncContract {
    @TempDir Path directory;

    abstract RealServer source();

    abstract RealServer target();

    /// What the target can hold of an account of the source.
    Mailboxes expected(Mailboxes account) {
        return account.withoutSpecialUses();
    }

    /// It stores octets in headers that are not ASCII as they are.
    boolean keepsRawHeaders() {
        return true;
    }

    private int user;

    SyncReport run(Options options) throws Exception {
        return Syncer.run(
                TestSide.of("source", source(), user),
                TestSide.of("target", target(), user),
                options.get(),
                directory.resolve("pair" + user + ".db"),
                Progress.NONE);
    }

    void assertSame(String when) throws Exception {
        Mailboxes there = expected(Mailboxes.read(Access.to(source(), user)));
        Mailboxes here = Mailboxes.read(Access.to(target(), user)).withoutSpecialUses();
        assertThat(here.differencesFrom(there, Order.OF_UIDS)).as(when).isEmpty();
        List<Difference> found = new ArrayList<>();
        VerifyReport report =
                Verifier.run(
                        TestSide.of("source", source(), user),
                        TestSide.of("target", target(), user),
                        VerifyOptions.all(Options::everything),
                        Progress.NONE,
                        found::add);
        assertThat(found).as(when).isEmpty();
        assertThat(report.complete()).isTrue();
        assertThat(report.messages()).isEqualTo(there.count());
    }

    static long sum(SyncReport report, ToLongFunction<FolderReport> of) {
        return report.folders().stream().mapToLong(of).sum();
    }

    @Test
    void everythingComesOverOnceAndStaysSoAfterDeltas() throws Exception {
        user = 1;
        Seeds.each(1, (_, random) -> deltas(random));
    }

    private void deltas(Random random) throws Exception {
        try (ImapStore client = TestSide.of("source", source(), user).open()) {
            SampleAccount account = new SampleAccount(source(), client, random);
            if (!keepsRawHeaders()) {
                account.withoutRawHeaders();
            }
            account.fill(100);
            SyncReport first = run(Options.ALL);
            assertThat(first.failures()).isEmpty();
            assertThat(first.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(sum(first, FolderReport::copied)).isEqualTo(500);
            assertSame("after the first run");

            SyncReport idle = run(Options.ALL);
            assertThat(sum(idle, FolderReport::copied)).isZero();
            assertThat(sum(idle, FolderReport::there)).isEqualTo(500);
            assertSame("after a run without changes");

            change(client, account, random);
            SyncReport delta = run(Options.ALL.with(Options.GONE));
            assertThat(delta.failures()).isEmpty();
            assertThat(delta.held()).isEmpty();
            assertThat(sum(delta, FolderReport::copied)).isEqualTo(20);
            assertThat(sum(delta, FolderReport::deleted)).isEqualTo(10);
            assertSame("after new, changed and removed messages");
        }
    }

    private void change(ImapStore client, SampleAccount account, Random random) throws Exception {
        for (String mailbox : List.of("INBOX", "日本語")) {
            client.select(source().mailbox(mailbox));
            List<Long> uids = new ArrayList<>();
            client.uids().forEach(uids::add);
            java.util.Collections.shuffle(uids, random);
            client.store(
                    UidSet.of(uids.subList(0, 10)),
                    FlagChange.NOW,
                    Flags.of("\\Seen", "\\Flagged", "Later"));
            client.store(UidSet.of(uids.subList(10, 20)), FlagChange.REMOVED, Flags.of("\\Seen"));
            client.expunge(UidSet.of(uids.subList(20, 25)));
            account.add(mailbox, 10);
        }
    }

    /// The state file is lost: what is there is found again, also what is there twice.
    @Test
    void withoutStateNothingIsStoredTwice() throws Exception {
        user = 2;
        Seeds.each(1, (_, random) -> stateLoss(random));
    }

    private void stateLoss(Random random) throws Exception {
        try (ImapStore client = TestSide.of("source", source(), user).open()) {
            SampleAccount account = new SampleAccount(source(), client, random);
            account.fill(30);
            run(Options.ALL);
            account.add("INBOX", 5);
            directory = java.nio.file.Files.createDirectory(directory.resolve("other"));
            SyncReport again = run(Options.ALL);
            assertThat(again.failures()).isEmpty();
            assertThat(sum(again, FolderReport::copied)).isEqualTo(5);
            assertThat(Mailboxes.read(Access.to(target(), user)).count()).isEqualTo(155);
            if (keepsRawHeaders()) {
                assertSame("with a new state file");
            }
        }
    }
}
