package org.imapmirror.mailstore;

import org.imapmirror.event.Flags;
import org.imapmirror.event.UidSet;
import org.imapmirror.testing.DovecotServer;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Copies 10,000 messages of 319 MB in 8 mailboxes from one Dovecot to another, by as many
/// connections as the first argument says (4), and prints what it took; `single` as the second one
/// stores each message by a command of its own. It is run by hand, with the class path of the
/// tests.
final class CopyBench {
    private static final int MAILBOXES = 8;
    private static final int MESSAGES = 10_000 / MAILBOXES;
    private static final int BATCH = 200;
    private static final long TOTAL = 319_000_000L;
    private static final String DATE = "07-Feb-1994 22:43:04 -0800";

    private CopyBench() {}

    public static void main(String[] args) throws Exception {
        int connections = args.length > 0 ? Integer.parseInt(args[0]) : 4;
        boolean together = args.length < 2 || !args[1].equals("single");
        try (DovecotServer source = DovecotServer.launch();
                DovecotServer target = DovecotServer.launch()) {
            long began = System.nanoTime();
            each(connections, box -> fill(source, box));
            System.out.printf("filled in %.1f s%n", (System.nanoTime() - began) / 1e9);
            System.gc();
            long cpu = cpuNanos();
            long start = System.nanoTime();
            each(connections, box -> copy(source, target, box, together));
            double seconds = (System.nanoTime() - start) / 1e9;
            Runtime runtime = Runtime.getRuntime();
            System.out.printf(
                    "%d messages, %d MB, %d connections, %s: %.1f s, %.1f s of CPU, heap %d MB%n",
                    MAILBOXES * MESSAGES,
                    TOTAL / 1_000_000,
                    connections,
                    together ? "in batches" : "one by one",
                    seconds,
                    (cpuNanos() - cpu) / 1e9,
                    (runtime.totalMemory() - runtime.freeMemory()) >> 20);
            began = System.nanoTime();
            each(connections, box -> check(source, target, box));
            System.out.printf("compared in %.1f s%n", (System.nanoTime() - began) / 1e9);
        }
    }

    private static long cpuNanos() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
    }

    private interface Job {
        void run(String box) throws StoreException, IOException;
    }

    private static void each(int connections, Job job) throws Exception {
        try (ExecutorService pool = Executors.newFixedThreadPool(connections)) {
            List<Future<?>> done = new ArrayList<>();
            for (int i = 0; i < MAILBOXES; i++) {
                String box = "Box" + i;
                done.add(
                        pool.submit(() -> {
                            job.run(box);
                            return null;
                        }));
            }
            for (Future<?> one : done) {
                one.get();
            }
        }
    }

    private static ImapStore open(DovecotServer server) throws StoreException {
        return ImapStore.open(
                ImapStoreContract.plain(server.host(), server.imapPort()),
                new LoginAs.Plain(server.user(1), server.password(1)),
                ClientLimits.DEFAULT);
    }

    /// Sizes as in real mailboxes: most are small, few are large.
    private static void fill(DovecotServer server, String box) throws StoreException, IOException {
        Random random = new Random(box.hashCode());
        double[] weights = random.doubles(MESSAGES).map(r -> Math.exp(4 * r) - 0.9).toArray();
        double sum = 0;
        for (double weight : weights) {
            sum += weight;
        }
        byte[] text = ("x".repeat(76) + "\r\n").repeat(20_000).getBytes(StandardCharsets.US_ASCII);
        try (ImapStore store = open(server)) {
            store.create(box, null);
            Appender appender = store.appender(box);
            for (int i = 0; i < MESSAGES; i++) {
                byte[] head =
                        ("Message-ID: <"
                                        + box
                                        + "."
                                        + i
                                        + "@example.org>\r\nSubject: "
                                        + i
                                        + "\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII);
                int size = (int) (TOTAL / MAILBOXES * weights[i] / sum) / 78 * 78 + 78;
                byte[] message = new byte[head.length + size];
                System.arraycopy(head, 0, message, 0, head.length);
                System.arraycopy(text, 0, message, head.length, size);
                appender.add(
                        Flags.of("\\Seen"),
                        DATE,
                        message.length,
                        new ByteArrayInputStream(message));
            }
            appender.finish();
        }
    }

    private static void copy(
            DovecotServer source, DovecotServer target, String box, boolean together)
            throws StoreException, IOException {
        try (ImapStore from = open(source);
                ImapStore to = open(target)) {
            to.create(box, null);
            to.select(box);
            from.examine(box);
            UidSet uids = from.uids();
            for (UidSet part : uids.chunks(BATCH)) {
                Appender appender = to.appender(box, together);
                from.bodies(
                        part,
                        (_, size, body) -> appender.add(Flags.of("\\Seen"), DATE, size, body));
                if (!appender.finish().stream().allMatch(a -> a instanceof Appended.Stored)) {
                    throw new IOException("not everything was stored");
                }
            }
        }
    }

    private static void check(DovecotServer source, DovecotServer target, String box)
            throws StoreException, IOException {
        try (ImapStore from = open(source);
                ImapStore to = open(target)) {
            from.examine(box);
            to.examine(box);
            if (!List.copyOf(from.digests(from.uids()).values())
                    .equals(List.copyOf(to.digests(to.uids()).values()))) {
                throw new IOException(box + " differs");
            }
        }
    }
}
