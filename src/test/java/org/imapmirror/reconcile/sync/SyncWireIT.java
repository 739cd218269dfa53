package org.imapmirror.reconcile.sync;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxEvent.FlagChange;
import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.reconcile.Brake;
import org.imapmirror.reconcile.sync.SyncOptions.Deletes;
import org.imapmirror.reconcile.sync.SyncReport.FolderReport;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.RecordingRelay;
import org.imapmirror.testing.Seeds;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// What a run asks the servers for, by what they offer: where nothing changed, one round trip to
/// each side after login.
@Tag("dovecot")
class SyncWireIT {
    /// The target's mailboxes are made as the source's, and others of it are looked for.
    private static final Deletes MIRROR =
            new Deletes(true, true, false, false, false, Brake.DEFAULT, false);

    /// Login, namespace, lists, logout.
    private static final int ROUND_TRIPS = 4;

    @TempDir Path directory;

    /// Listens on the way to each side.
    private record Ways(RecordingRelay source, RecordingRelay target) {
        List<RecordingRelay> both() {
            return List.of(source, target);
        }

        void clear() {
            both().forEach(RecordingRelay::clear);
        }
    }

    /// What a server offers.
    enum Offer {
        LIST_STATUS(" CONDSTORE LIST-STATUS LIST-EXTENDED SPECIAL-USE"),
        CONDSTORE(" CONDSTORE LIST-EXTENDED SPECIAL-USE"),
        PLAIN("");

        private final String settings;

        Offer(String more) {
            settings =
                    "imap_capability = IMAP4rev1 LITERAL+ SASL-IR ENABLE IDLE UNSELECT UIDPLUS"
                            + " NAMESPACE ESEARCH MULTIAPPEND MOVE"
                            + more;
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatDidNotChangeIsNotAskedFor(Offer offer) throws Exception {
        try (DovecotServer source = DovecotServer.launch(1, offer.settings);
                DovecotServer target = DovecotServer.launch(1, offer.settings);
                RecordingRelay one = RecordingRelay.to(source.imapPort());
                RecordingRelay two = RecordingRelay.to(target.imapPort())) {
            Ways ways = new Ways(one, two);
            Seeds.each(1, (_, random) -> run(offer, source, target, ways, random));
        }
    }

    private static Side through(RecordingRelay relay, TestSide direct) {
        return new TestSide(
                direct.server(), direct.host(), relay.port(), direct.user(), direct.password());
    }

    private void run(
            Offer offer, DovecotServer source, DovecotServer target, Ways ways, Random random)
            throws Exception {
        Side from = through(ways.source(), TestSide.of("source", source, 1));
        Side to = through(ways.target(), TestSide.of("target", target, 1));
        try (ImapStore client = TestSide.of("source", source, 1).open()) {
            SampleAccount account = new SampleAccount(source, client, random);
            account.fill(10);
            assertThat(copied(from, to)).isEqualTo(50);
            // Without CONDSTORE flags are read, which the first run did not have to.
            assertThat(copied(from, to)).isZero();

            ways.clear();
            assertThat(copied(from, to)).isZero();
            for (RecordingRelay relay : ways.both()) {
                assertIdle(offer, relay);
            }

            client.select("INBOX");
            client.store(UidSet.of(3), FlagChange.ADDED, Flags.of("\\Flagged", "new"));
            account.add("日本語", 3);
            ways.clear();
            assertThat(copied(from, to)).isEqualTo(3);
            for (RecordingRelay relay : ways.both()) {
                assertThat(work(relay))
                        .filteredOn(command -> command.matches("(SELECT|EXAMINE) .*"))
                        .noneMatch(command -> offer != Offer.PLAIN && command.contains("Work"));
            }
        }
    }

    @Test
    void portionsAreAsTheOptionsSay() throws Exception {
        try (DovecotServer source = DovecotServer.launch(1, Offer.LIST_STATUS.settings);
                DovecotServer target = DovecotServer.launch(1, Offer.LIST_STATUS.settings);
                RecordingRelay one = RecordingRelay.to(source.imapPort());
                RecordingRelay two = RecordingRelay.to(target.imapPort())) {
            Ways ways = new Ways(one, two);
            Seeds.each(1, (_, random) -> portions(source, target, ways, random));
        }
    }

    private void portions(DovecotServer source, DovecotServer target, Ways ways, Random random)
            throws Exception {
        try (ImapStore client = TestSide.of("source", source, 1).open()) {
            new SampleAccount(source, client, random).fill(10);
        }
        Tuning small = new Tuning(4, 1L << 30, 5, 3, 4, Duration.ofSeconds(30));
        SyncReport report =
                Syncer.run(
                        through(ways.source(), TestSide.of("source", source, 1)),
                        through(ways.target(), TestSide.of("target", target, 1)),
                        Options.ALL.with(small).get(),
                        directory.resolve("small.db"),
                        Progress.NONE);
        assertThat(report.failures()).isEmpty();
        // In each of five mailboxes 5 are looked at, 4 and 1 stored, and again.
        assertThat(work(ways.target())).filteredOn(c -> c.startsWith("APPEND ")).hasSize(5 * 4);
        assertThat(work(ways.source())).filteredOn(c -> c.contains("RFC822.SIZE")).hasSize(5 * 2);
    }

    private static void assertIdle(Offer offer, RecordingRelay relay) {
        List<String> work = work(relay);
        switch (offer) {
            case LIST_STATUS ->
                    assertThat(work)
                            .satisfiesExactly(
                                    all ->
                                            assertThat(all)
                                                    .startsWith("LIST \"\" ")
                                                    .contains("STATUS (", "HIGHESTMODSEQ"),
                                    some -> assertThat(some).startsWith("LIST (SUBSCRIBED)"));
            case CONDSTORE ->
                    assertThat(work)
                            .hasSize(2 + SampleAccount.MAILBOXES.size())
                            .allMatch(command -> command.matches("(LIST|STATUS) .*"));
            case PLAIN ->
                    // Whether flags changed is not to be known otherwise.
                    assertThat(work)
                            .filteredOn(command -> command.matches("(LIST|LSUB|STATUS) .*"))
                            .hasSize(2 + SampleAccount.MAILBOXES.size());
        }
        if (offer != Offer.PLAIN) {
            assertThat(relay.roundTrips()).as(work.toString()).isEqualTo(ROUND_TRIPS);
        }
    }

    private static List<String> work(RecordingRelay relay) {
        List<String> out = new ArrayList<>(relay.commands());
        out.removeIf(c -> c.matches("(?i)(CAPABILITY|LOGIN|AUTHENTICATE|NAMESPACE|LOGOUT).*"));
        return out;
    }

    private long copied(Side from, Side to) throws Exception {
        SyncReport report =
                Syncer.run(
                        from,
                        to,
                        Options.ALL.with(MIRROR).get(),
                        directory.resolve("pair.db"),
                        Progress.NONE);
        assertThat(report.failures()).isEmpty();
        return SyncContract.sum(report, FolderReport::copied);
    }
}
