package org.imapmirror.reconcile.sync;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.Listed;
import org.imapmirror.mailstore.Status;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.reconcile.sync.SyncProcess.Account;
import org.imapmirror.reconcile.sync.SyncProcess.End;
import org.imapmirror.testing.Access;
import org.imapmirror.testing.CourierServer;
import org.imapmirror.testing.CyrusServer;
import org.imapmirror.testing.DovecotServer;
import org.imapmirror.testing.Mailboxes;
import org.imapmirror.testing.Mailboxes.Order;
import org.imapmirror.testing.RealServer;
import org.imapmirror.testing.Seeds;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/// An account of every kind of message is brought from server to server by the command itself, and
/// again to another user while the command is killed at random points: `verify` and an independent
/// client find no difference, and nothing twice.
///
/// Short as a part of all tests; `bench/matrix` runs it with 10,000 messages.
@Tag("courier")
@Tag("cyrus")
@Tag("dovecot")
class SyncMatrixIT {
    private static final int MESSAGES = Integer.getInteger("messages", 500);
    private static final int KILLS = Integer.getInteger("kills", 3);

    /// All that are not empty.
    private static final int MAILBOXES = SampleAccount.MAILBOXES.size() - 1;

    private static final int LARGE_EACH = 2500;

    private static final Set<String> ONLY = Set.of(System.getProperty("pairs", "all").split(","));

    @TempDir Path directory;

    /// @param rawHeaders the target stores octets in headers that are not ASCII as they are; Cyrus
    ///   writes `X` instead
    enum Servers {
        DOVECOT_DOVECOT(DovecotServer::launch, DovecotServer::launch, true),
        DOVECOT_CYRUS(DovecotServer::launch, CyrusServer::launch, false),
        CYRUS_DOVECOT(CyrusServer::launch, DovecotServer::launch, true),
        COURIER_DOVECOT(CourierServer::launch, DovecotServer::launch, true);

        private final Supplier<RealServer> source;
        private final Supplier<RealServer> target;
        private final boolean rawHeaders;

        Servers(Supplier<RealServer> source, Supplier<RealServer> target, boolean rawHeaders) {
            this.source = source;
            this.target = target;
            this.rawHeaders = rawHeaders;
        }

        String words() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    @ParameterizedTest
    @EnumSource
    void everythingIsThereOnceAlsoAfterKills(Servers servers) throws Exception {
        Assumptions.assumeTrue(ONLY.contains("all") || ONLY.contains(servers.words()));
        try (RealServer source = servers.source.get();
                RealServer target = servers.target.get()) {
            Seeds.each(1, (_, random) -> run(servers, source, target, random));
        }
    }

    private void run(Servers servers, RealServer source, RealServer target, Random random)
            throws Exception {
        long messages = fill(servers, source, random);
        Account from = new Account(source, 1);
        Account quiet = new Account(target, 1);
        End whole;
        try (SyncProcess sync = SyncProcess.sync(from, quiet, directory.resolve("whole"))) {
            whole = sync.end();
        }
        assertThat(whole.code()).as(whole.output()).isZero();
        say(servers, "%d messages copied in %s", messages, whole.figures());
        assertSame(servers, from, quiet, messages);

        Account killed = new Account(target, 2);
        for (int left = KILLS; left > 0; left--) {
            long latest = (long) Math.max(2e9, whole.seconds() * 2e9 / KILLS);
            long moment = random.nextBoolean() ? random.nextLong(latest) : Long.MAX_VALUE;
            kill(servers, from, killed, new Moment(moment, left, random));
        }
        End last;
        try (SyncProcess sync = SyncProcess.sync(from, killed, directory.resolve("killed"))) {
            last = sync.end();
        }
        assertThat(last.code()).as(last.output()).isZero();
        say(servers, "resumed after %d kills, ended in %s", KILLS, last.figures());
        assertSame(servers, from, killed, messages);
    }

    private static long fill(Servers servers, RealServer source, Random random) throws Exception {
        try (ImapStore client = TestSide.of("source", source, 1).open()) {
            SampleAccount account = new SampleAccount(source, client, random);
            if (!servers.rawHeaders) {
                account.withoutRawHeaders();
            }
            if (MESSAGES >= LARGE_EACH && source instanceof CourierServer courier) {
                account.into(new CourierShelf(courier));
            }
            account.fill(MESSAGES / MAILBOXES);
            // In a short run one pair has one of 25 MB, because it takes seconds everywhere.
            int large =
                    servers == Servers.DOVECOT_DOVECOT || MESSAGES >= LARGE_EACH
                            ? Math.max(1, MESSAGES / LARGE_EACH)
                            : 0;
            account.addLarge("Work/Projekte", large);
            if (MESSAGES >= LARGE_EACH && source instanceof CourierServer) {
                // Files have none.
                for (String mailbox : SampleAccount.MAILBOXES) {
                    if (!mailbox.equals("Empty")) {
                        CourierShelf.giveKeywords(client, source.mailbox(mailbox), random);
                    }
                }
            }
            return messages(client);
        }
    }

    /// When to kill.
    ///
    /// @param nanos after the start at the latest
    /// @param left kills with this one; a share of what is to be copied is copied before it
    private record Moment(long nanos, int left, Random random) {}

    private void kill(Servers servers, Account from, Account to, Moment moment) throws Exception {
        Random random = moment.random();
        try (SyncProcess sync = SyncProcess.sync(from, to, directory.resolve("killed"));
                ImapStore client = TestSide.of("target", to.server(), to.user()).open()) {
            long began = System.nanoTime();
            long before = messages(client);
            long most = Math.max(1, (MESSAGES - before) / moment.left());
            long until = before + random.nextLong(most);
            while (System.nanoTime() - began < moment.nanos()
                    && messages(client) <= until
                    && sync.runsOn()) {
                // It looks again.
            }
            // Any point of an attempt, and of what is written down around it.
            LockSupport.parkNanos(random.nextInt((int) TimeUnit.MILLISECONDS.toNanos(80)));
            sync.kill();
            say(servers, "killed at %d messages", messages(client));
        }
    }

    private static long messages(ImapStore client) throws StoreException {
        List<String> names =
                client.list().stream().filter(Listed::selectable).map(Listed::name).toList();
        return client.status(names).values().stream().mapToLong(Status::messages).sum();
    }

    private void assertSame(Servers servers, Account from, Account to, long messages)
            throws Exception {
        End verify;
        try (SyncProcess process = SyncProcess.verify(from, to, directory.resolve("verify.out"))) {
            verify = process.end();
        }
        assertThat(verify.code()).as(verify.output()).isZero();
        Mailboxes there = read(from);
        Mailboxes here = read(to);
        assertThat(there.count()).isEqualTo((int) messages);
        assertThat(here.differencesFrom(there, Order.ANY)).isEmpty();
        say(
                servers,
                "verify: no difference in %s; another client finds none in %d messages either",
                verify.figures(),
                here.count());
    }

    private static Mailboxes read(Account account) {
        return Mailboxes.read(Access.to(account.server(), account.user())).withoutSpecialUses();
    }

    private static void say(Servers servers, String what, Object... values) {
        System.out.printf("%-16s %s%n", servers.words(), what.formatted(values));
    }
}
