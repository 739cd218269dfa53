package org.imapmirror.app;

import org.awaitility.Awaitility;
import org.imapmirror.testing.Access;
import org.imapmirror.testing.Mail;
import org.imapmirror.testing.WireClient;
import org.imapmirror.testing.WireClient.Reply;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

/// A client that appends, flags, copies, moves and expunges at random, and with [OwnMailboxes]
/// makes, renames and deletes mailboxes; it goes on after its connection was cut. It knows which of
/// its messages must still be there.
final class RandomWork {
    private static final List<String> MAILBOXES = List.of("INBOX", "A", "B");

    private final String name;
    private final Access access;
    private final Random random;
    private final AtomicLong answered = new AtomicLong();
    private final Set<String> kept = ConcurrentHashMap.newKeySet();
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final @Nullable OwnMailboxes own;
    private final boolean alwaysDated;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Thread thread;
    private volatile boolean stopped;
    private int appended;

    private RandomWork(
            String name, Access access, long seed, boolean mailboxes, boolean alwaysDated) {
        this.name = name;
        this.access = access;
        this.random = new Random(seed);
        this.own = mailboxes ? new OwnMailboxes(this, random) : null;
        this.alwaysDated = alwaysDated;
        this.thread = Thread.ofVirtual().name(name).unstarted(this::run);
    }

    static RandomWork start(String name, Access access, long seed) {
        RandomWork work = new RandomWork(name, access, seed, false, false);
        work.thread.start();
        return work;
    }

    /// One that also makes, renames, subscribes and deletes mailboxes of its own.
    static RandomWork startWithMailboxes(String name, Access access, long seed) {
        RandomWork work = new RandomWork(name, access, seed, true, false);
        work.thread.start();
        return work;
    }

    /// The same with a date for each message, which then nobody has to ask the primary for.
    static RandomWork startDated(String name, Access access, long seed) {
        RandomWork work = new RandomWork(name, access, seed, true, true);
        work.thread.start();
        return work;
    }

    String name() {
        return name;
    }

    String user() {
        return access.user();
    }

    /// Commands that were answered with OK so far.
    long answered() {
        return answered.get();
    }

    /// Commands that all of them together were answered with OK so far.
    static long answered(List<RandomWork> all) {
        return all.stream().mapToLong(RandomWork::answered).sum();
    }

    /// Waits until they were answered so many more with OK.
    static void awaitMore(List<RandomWork> all, int more, Duration patience) {
        long goal = answered(all) + more;
        Awaitility.await(more + " commands more")
                .atMost(patience)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> answered(all) >= goal);
    }

    /// Subjects of the messages whose append was confirmed and which nobody has begun to expunge.
    Set<String> kept() {
        return Set.copyOf(kept);
    }

    /// Subjects of all messages whose append was ever confirmed.
    Set<String> acknowledged() {
        return Set.copyOf(acknowledged);
    }

    /// These messages may be gone from now on.
    void mayVanish(Predicate<String> subject) {
        kept.removeIf(subject);
    }

    /// Ends after the command that is under way.
    void stop() {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        Throwable failed = failure.get();
        if (failed != null) {
            throw new AssertionError(name + " ended early", failed);
        }
    }

    private void run() {
        try {
            while (!stopped) {
                try (WireClient client = new WireClient(access)) {
                    session(client);
                } catch (IOException _) {
                    // Killed; what was under way may have happened or not.
                    Thread.onSpinWait();
                }
            }
        } catch (RuntimeException | Error e) {
            failure.set(e);
        }
    }

    private void session(WireClient client) throws IOException {
        // They may be there already.
        client.command("CREATE A");
        client.command("CREATE B");
        if (own != null) {
            own.find(client);
        }
        while (!stopped) {
            String mailbox = anyOf(MAILBOXES);
            append(client, mailbox);
            client.command("SELECT " + mailbox).orFail();
            for (int i = random.nextInt(4); i > 0 && !stopped; i--) {
                change(client);
            }
            if (own != null) {
                own.change(client);
            }
        }
    }

    private void append(WireClient client, String mailbox) throws IOException {
        append(client, mailbox, name + "-" + appended++ + "-");
    }

    void append(WireClient client, String mailbox, String subject) throws IOException {
        String body = "x".repeat(random.nextInt(20) == 0 ? 200_000 : random.nextInt(2_000));
        String date = " \"%02d-Nov-2025 10:00:00 +0000\"".formatted(1 + random.nextInt(28));
        String options =
                (random.nextBoolean() ? "(\\Seen)" : "()")
                        + (alwaysDated || random.nextBoolean() ? date : "");
        if (ok(client.append(mailbox, options, Mail.message(subject, body)))) {
            kept.add(subject);
            acknowledged.add(subject);
        }
    }

    /// On the selected mailbox. UIDs that another session took away meanwhile are no error.
    private void change(WireClient client) throws IOException {
        Reply found = client.command("UID SEARCH ALL").orFail();
        List<String> uids = new ArrayList<>();
        for (String line : found.untagged()) {
            if (line.startsWith("* SEARCH ")) {
                uids.addAll(List.of(line.substring(9).split(" ", -1)));
            }
        }
        if (uids.isEmpty()) {
            return;
        }
        String uid = anyOf(uids);
        switch (random.nextInt(6)) {
            case 0 -> ok(client.command("UID STORE " + uid + " +FLAGS (\\Flagged keyword)"));
            case 1 -> ok(client.command("UID STORE " + uid + " FLAGS.SILENT (\\Answered)"));
            case 2 -> ok(client.command("UID MOVE " + uid + " " + anyOf(MAILBOXES)));
            case 3 -> ok(client.command("UID COPY " + uid + " " + anyOf(MAILBOXES)));
            default -> expunge(client);
        }
    }

    /// One of our own, so that we know what may be missing.
    private void expunge(WireClient client) throws IOException {
        if (kept.isEmpty()) {
            return;
        }
        String subject = anyOf(kept.stream().sorted().toList());
        Reply found = client.command("UID SEARCH SUBJECT \"" + subject + "\"").orFail();
        for (String line : found.untagged()) {
            if (line.startsWith("* SEARCH ")) {
                String uids = line.substring(9).replace(' ', ',');
                kept.remove(subject);
                ok(client.command("UID STORE " + uids + " +FLAGS.SILENT (\\Deleted)"));
                ok(client.command("UID EXPUNGE " + uids));
            }
        }
    }

    boolean ok(Reply reply) {
        if (reply.isOk()) {
            answered.incrementAndGet();
        }
        return reply.isOk();
    }

    private <T> T anyOf(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }
}
