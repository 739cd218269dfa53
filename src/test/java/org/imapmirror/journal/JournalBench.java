package org.imapmirror.journal;

import static org.imapmirror.journal.Samples.ORIGIN;
import static org.imapmirror.journal.Samples.get;

import org.imapmirror.event.Account;
import org.imapmirror.event.EventCodec;
import org.imapmirror.event.MailboxEvent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// How long until an event is durable, and how many become so: the journal against plain SQLite
/// with one commit per event and the same durability, in turns on the same disk. Started by
/// `bench/journal`.
final class JournalBench {
    private static final int ROUNDS = 3;
    private static final int ACCOUNTS = 1000;
    private static final MailboxEvent EVENT =
            MailboxEvent.MailboxSuspect.ofAccount("x".repeat(450));

    private JournalBench() {}

    /// Makes one event of an account durable before it returns.
    private interface Store extends AutoCloseable {
        void append(int account) throws Exception;
    }

    private static final class JournalStore implements Store {
        private final Journal journal;

        JournalStore(Path folder) throws IOException {
            journal = Journal.open(JournalConfig.in(folder), Clock.systemUTC());
        }

        @Override
        public void append(int account) {
            var seq = get(journal.append(account(account), ORIGIN, List.of(EVENT)));
            assert seq > 0;
        }

        @Override
        public void close() {
            journal.close();
        }
    }

    private static final class PlainStore implements Store {
        private final Connection connection;
        private final PreparedStatement insert;
        private final long[] heads = new long[ACCOUNTS];

        PlainStore(Path folder) throws SQLException {
            connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("plain.db"));
            try (Statement setup = connection.createStatement()) {
                setup.execute("PRAGMA journal_mode = WAL");
                setup.execute("PRAGMA synchronous = FULL");
                setup.execute(
                        "CREATE TABLE entry (account BIGINT, seq BIGINT, at BIGINT, session TEXT,"
                                + " client TEXT, event TEXT, PRIMARY KEY (account, seq))");
            }
            insert = connection.prepareStatement("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)");
        }

        @Override
        public synchronized void append(int account) throws SQLException {
            insert.setLong(1, account);
            insert.setLong(2, ++heads[account]);
            insert.setLong(3, System.currentTimeMillis());
            insert.setString(4, ORIGIN.session());
            insert.setString(5, ORIGIN.client());
            insert.setString(6, EventCodec.write(EVENT));
            insert.executeUpdate();
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }

    /// As many octets at the end of a file, and its fsync: what the disk itself takes.
    private static final class FileStore implements Store {
        private final FileChannel file;
        private final byte[] event = EventCodec.write(EVENT).getBytes(StandardCharsets.UTF_8);

        FileStore(Path folder) throws IOException {
            file =
                    FileChannel.open(
                            folder.resolve("plain.log"),
                            StandardOpenOption.CREATE_NEW,
                            StandardOpenOption.WRITE);
        }

        @Override
        public synchronized void append(int account) throws IOException {
            file.write(ByteBuffer.wrap(event));
            file.force(false);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    private record Result(double perSecond, double p50, double p99) {
        static Result of(long[] nanos, double seconds) {
            Arrays.sort(nanos);
            return new Result(
                    nanos.length / seconds,
                    nanos[nanos.length / 2] / 1e6,
                    nanos[(int) (nanos.length * 0.99)] / 1e6);
        }
    }

    private static Account account(int n) {
        return new Account("user" + n + "@example.org");
    }

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        double seconds = Double.parseDouble(args[1]);
        System.out.printf(
                Locale.ROOT,
                "Events of %d octets for %d accounts, each producer waits until its event is"
                        + " durable; median of %d rounds of %.0f s each, taken in turns.%n%n",
                EventCodec.write(EVENT).length(),
                ACCOUNTS,
                ROUNDS,
                seconds);
        System.out.println(
                "producers  store                     events/s   p50 ms   p99 ms   against plain");
        measure(folder, 8, 2); // warm-up
        for (int producers : new int[] {1, 64}) {
            Result[][] results = measureRounds(folder, producers, seconds);
            print(producers, "SQLite, commit per event", results[1], results[1]);
            print(producers, "write and fsync", results[2], results[1]);
            print(producers, "journal", results[0], results[1]);
            if (producers == 1) {
                double times = p50(results[0]) / p50(results[2]);
                System.out.printf(
                        Locale.ROOT,
                        "TARGET|commit of one session p50, in times of a write and its"
                                + " fsync|%.2f|at most 2|%s%n",
                        times,
                        times <= 2 ? "met" : "not met");
            }
        }
    }

    private static Result[][] measureRounds(Path folder, int producers, double seconds)
            throws Exception {
        Result[] journal = new Result[ROUNDS];
        Result[] plain = new Result[ROUNDS];
        Result[] disk = new Result[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            Result[] all = measure(folder, producers, seconds);
            journal[round] = all[0];
            plain[round] = all[1];
            disk[round] = all[2];
        }
        return new Result[][] {journal, plain, disk};
    }

    private static Result[] measure(Path folder, int producers, double seconds) throws Exception {
        Path here = Files.createTempDirectory(folder, "round");
        try (JournalStore journal = new JournalStore(here);
                PlainStore plain = new PlainStore(here);
                FileStore disk = new FileStore(here)) {
            return new Result[] {
                run(journal, producers, seconds),
                run(plain, producers, seconds),
                run(disk, producers, seconds)
            };
        } finally {
            try (Stream<Path> files = Files.walk(here)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static Result run(Store store, int producers, double seconds)
            throws InterruptedException {
        long[][] samples = new long[producers][];
        Thread[] threads = new Thread[producers];
        long start = System.nanoTime();
        long end = start + (long) (seconds * 1e9);
        for (int p = 0; p < producers; p++) {
            int producer = p;
            threads[p] =
                    Thread.ofPlatform()
                            .start(() -> samples[producer] = produce(store, producer, end));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        double took = (System.nanoTime() - start) / 1e9;
        return Result.of(Arrays.stream(samples).flatMapToLong(Arrays::stream).toArray(), took);
    }

    private static long[] produce(Store store, int producer, long end) {
        long[] nanos = new long[1024];
        int n = 0;
        try {
            for (long now = System.nanoTime(); now < end; ) {
                store.append((producer * 31 + n) % ACCOUNTS);
                long after = System.nanoTime();
                if (n == nanos.length) {
                    nanos = Arrays.copyOf(nanos, n * 2);
                }
                nanos[n++] = after - now;
                now = after;
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return Arrays.copyOf(nanos, n);
    }

    private static void print(int producers, String store, Result[] results, Result[] plain) {
        double perSecond = median(results, Result::perSecond);
        System.out.printf(
                Locale.ROOT,
                "%9d  %-24s %9.0f %8.3f %8.3f %10.2f x%n",
                producers,
                store,
                perSecond,
                median(results, Result::p50),
                median(results, Result::p99),
                perSecond / median(plain, Result::perSecond));
    }

    private static double p50(Result[] results) {
        return median(results, Result::p50);
    }

    private static double median(
            Result[] results, java.util.function.ToDoubleFunction<Result> value) {
        return Arrays.stream(results).mapToDouble(value).sorted().toArray()[results.length / 2];
    }
}
