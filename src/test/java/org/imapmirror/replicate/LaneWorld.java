package org.imapmirror.replicate;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.awaitility.Awaitility;
import org.imapmirror.event.Account;
import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxEvent;
import org.imapmirror.event.MailboxEvent.MessageAppended;
import org.imapmirror.event.MailboxName;
import org.imapmirror.event.MailboxRef;
import org.imapmirror.event.Origin;
import org.imapmirror.event.PayloadRef;
import org.imapmirror.event.UidSet;
import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Trust;
import org.imapmirror.journal.Journal;
import org.imapmirror.journal.JournalConfig;
import org.imapmirror.mailstore.Appended;
import org.imapmirror.mailstore.Appender;
import org.imapmirror.mailstore.ClientLimits;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.Listed;
import org.imapmirror.mailstore.LoginAs;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.Summary;
import org.imapmirror.reconcile.Brake;
import org.imapmirror.state.Database;
import org.imapmirror.testing.RealServer;
import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// Two real servers, a journal, a state database and the lanes between them, without a proxy: the
/// test does on the primary what a client would, and journals what capture would.
final class LaneWorld implements AutoCloseable {
    static final Account ALICE = new Account("user0001");

    final RealServer primary;
    final RealServer mirror;
    final Journal journal;
    final Database state;
    final Lanes lanes;
    final ImapStore client;

    /// What lanes get that ask for the commands of clients about names.

    /// What lanes get that ask for all commands of clients.
    Supplier<CompletableFuture<Void>> settled = () -> CompletableFuture.completedFuture(null);

    /// Where lanes find the servers; by the servers' own ports where nothing is said.
    final Map<String, Integer> ports = new ConcurrentHashMap<>();

    LaneWorld(RealServer primary, RealServer mirror, Path directory)
            throws IOException, StoreException {
        this(primary, mirror, directory, Deletions.APPLIED, Clock.systemUTC(), System::nanoTime);
    }

    /// @param clock the wall clock
    /// @param nanos the monotonic one
    LaneWorld(
            RealServer primary,
            RealServer mirror,
            Path directory,
            Deletions deletions,
            Clock clock,
            LongSupplier nanos)
            throws IOException, StoreException {
        this.primary = primary;
        this.mirror = mirror;
        this.journal =
                Journal.open(JournalConfig.in(directory.resolve("journal")), Clock.systemUTC());
        this.state =
                Database.open("jdbc:sqlite:" + directory.resolve("state.db"), "classpath:db/state");
        Topology topology = new Topology(_ -> "primary", _ -> List.of("mirror"));
        LanesConfig config =
                new LanesConfig(
                        SweepRules.NEVER,
                        4,
                        Brake.DEFAULT,
                        Duration.ofSeconds(5),
                        Duration.ofMillis(100),
                        RetryRules.DEFAULT,
                        Map.of("mirror", deletions));
        this.lanes =
                new Lanes(
                        config,
                        state,
                        journal,
                        topology,
                        (server, _) -> open(server, ports.get(server)),
                        new LiveSessions(
                                _ -> settled.get(), _ -> CompletableFuture.allOf(), _ -> {}),
                        (_, _) -> {},
                        new Lanes.Time(clock, nanos, Executors.newSingleThreadScheduledExecutor()));
        this.client = open("primary");
    }

    ImapStore open(String server) throws StoreException {
        return open(server, null);
    }

    private ImapStore open(String server, @Nullable Integer port) throws StoreException {
        RealServer s = server.equals("primary") ? primary : mirror;
        return ImapStore.open(
                new Endpoint(
                        server,
                        s.host(),
                        port == null ? s.imapPort() : port,
                        Endpoint.Tls.NONE,
                        new Trust.Insecure()),
                new LoginAs.Plain(s.user(1), s.password(1)),
                ClientLimits.DEFAULT);
    }

    static byte[] message(String id, String text) {
        return ("Message-ID: <%s@test>\r\nFrom: a@test\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\n"
                        + "Subject: %s\r\n\r\n%s\r\n")
                .formatted(id, id, text)
                .getBytes(US_ASCII);
    }

    /// Stores a message as a client would and returns where it is.
    static Appended.Stored store(
            ImapStore store, String mailbox, String id, Flags flags, String date)
            throws StoreException, IOException {
        byte[] body = message(id, "text of " + id);
        Appender appender = store.appender(mailbox);
        appender.add(flags, date, body.length, new ByteArrayInputStream(body));
        return (Appended.Stored) appender.finish().get(0);
    }

    static final String DATE = "23-Nov-2026 10:00:00 +0000";

    /// Stores a message on the primary and journals it with its body.
    long append(String mailbox, String id, Flags flags) throws StoreException, IOException {
        Appended.Stored s = store(client, mailbox, id, flags, DATE);
        journal(
                new MessageAppended(
                        new MailboxRef(new MailboxName(mailbox), s.uidValidity()),
                        s.uid(),
                        flags,
                        DATE,
                        0,
                        spooled(message(id, "text of " + id))));
        return s.uid();
    }

    PayloadRef spooled(byte[] body) {
        var payload = journal.newPayload();
        payload.write(ByteBuffer.wrap(body)).toCompletableFuture().join();
        return payload.finish();
    }

    void journal(MailboxEvent... events) {
        journal.append(ALICE, new Origin("test", ""), List.of(events)).toCompletableFuture().join();
    }

    void awaitMirrored() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    List<LaneReport> all = lanes.report();
                    return !all.isEmpty()
                            && lanes.uncertain().isEmpty()
                            && all.stream().allMatch(l -> l.pending() == 0);
                });
    }

    /// Everything of an account: mailbox to its attributes and messages, in UID order.
    static Map<String, List<String>> contents(ImapStore store) throws StoreException {
        Map<String, List<String>> out = new TreeMap<>();
        for (Listed l : store.list()) {
            List<String> lines = new ArrayList<>();
            lines.add("use=" + l.specialUse() + " subscribed=" + l.subscribed());
            if (l.selectable()) {
                store.examine(l.name());
                UidSet uids = store.uids();
                Map<Long, String> digests = store.digests(uids);
                for (Summary s : store.summaries(uids)) {
                    lines.add(digests.get(s.uid()) + " " + s.flags() + " " + s.internalDate());
                }
            }
            out.put(l.name(), lines);
        }
        return out;
    }

    Map<String, List<String>> onPrimary() throws StoreException {
        try (ImapStore s = open("primary")) {
            return contents(s);
        }
    }

    Map<String, List<String>> onMirror() throws StoreException {
        try (ImapStore s = open("mirror")) {
            return contents(s);
        }
    }

    /// Puts the state back to just before the outcome of storing these UIDs was committed.
    void forgetOutcome(String mailbox, List<Long> uids) {
        LaneStore store = new LaneStore(state, Clock.systemUTC());
        LaneRow lane = store.lanes().get(0);
        MailboxRow m = Objects.requireNonNull(store.mailboxes(lane).get(new MailboxName(mailbox)));
        List<MessageRow> rows = List.copyOf(store.messages(m, UidSet.of(uids)).values());
        long next = rows.stream().mapToLong(MessageRow::targetUid).min().orElseThrow();
        List<Attempt.Item> items =
                rows.stream()
                        .map(r -> new Attempt.Item(r.uid(), r.size(), r.flags(), null, null))
                        .toList();
        store.change(
                lane,
                tx -> {
                    for (long uid : uids) {
                        tx.put(m, new MessageRow(uid, 0, MessageRow.State.PENDING, 0, Flags.NONE));
                    }
                    tx.attempt(new Attempt(m.id(), m.targetUidValidity(), next, items));
                });
    }

    @Override
    public void close() {
        client.close();
        lanes.close();
        journal.close();
        state.close();
    }
}
