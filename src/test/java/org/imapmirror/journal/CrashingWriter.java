package org.imapmirror.journal;

import static org.imapmirror.journal.Samples.ORIGIN;
import static org.imapmirror.journal.Samples.appended;
import static org.imapmirror.journal.Samples.created;
import static org.imapmirror.journal.Samples.get;
import static org.imapmirror.journal.Samples.octets;
import static org.imapmirror.journal.Samples.spool;

import org.imapmirror.event.Account;
import org.imapmirror.event.PayloadRef;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Random;

/// Appends until it is killed. Prints a line for every append that was acknowledged: account, last
/// sequence number, the number of events of the call, and seed, size, id and digest of the body, or
/// `-`.
final class CrashingWriter {
    private static final int PRODUCERS = 8;

    private CrashingWriter() {}

    public static void main(String[] args) throws IOException {
        Journal journal = Journal.open(JournalConfig.in(Path.of(args[0])), Clock.systemUTC());
        long seed = Long.parseLong(args[1]);
        PrintStream out = System.out;
        for (int p = 0; p < PRODUCERS; p++) {
            Random random = new Random(seed * PRODUCERS + p);
            Account account = new Account("user" + p);
            var _ = Thread.ofPlatform().start(() -> produce(journal, account, random, out));
        }
    }

    private static void produce(Journal journal, Account account, Random random, PrintStream out) {
        while (true) {
            int kind = random.nextInt(10);
            if (kind < 7) {
                int events = 1 + random.nextInt(3);
                String group = Long.toHexString(random.nextLong());
                long seq =
                        get(
                                journal.append(
                                        account,
                                        ORIGIN,
                                        java.util.stream.IntStream.range(0, events)
                                                .mapToObj(i ->
                                                        created(group + "-" + i + "-" + events))
                                                .toList()));
                out.println(account + " " + seq + " " + events + " -");
            } else {
                long bodySeed = random.nextLong();
                int size = kind < 9 ? random.nextInt(20_000) : 33_000 + random.nextInt(200_000);
                PayloadRef ref = spool(journal, octets(bodySeed, size));
                long seq = get(journal.append(account, ORIGIN, List.of(appended(1, ref))));
                out.println(
                        account
                                + " "
                                + seq
                                + " 1 "
                                + bodySeed
                                + " "
                                + size
                                + " "
                                + ref.id()
                                + " "
                                + ref.sha256());
            }
        }
    }
}
