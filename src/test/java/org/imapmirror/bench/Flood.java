package org.imapmirror.bench;

import org.imapmirror.testing.Access;
import org.imapmirror.testing.Mail;
import org.imapmirror.testing.RawImap;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// One client for each account, each making one change after the other as fast as it gets its OKs.
final class Flood {
    static final byte[] MAIL = Mail.message("small", "x".repeat(70).concat("\r\n").repeat(26));

    enum Kind {
        APPEND,
        STORE
    }

    /// @param start by [System#nanoTime]
    record Done(long changes, long start) {
        /// Changes per second from the start until now.
        double perSecond() {
            return changes / ((System.nanoTime() - start) / 1e9);
        }
    }

    private Flood() {}

    static Done run(Kind kind, List<Access> accounts, Duration time) throws Exception {
        long start = System.nanoTime();
        long end = start + time.toNanos();
        long changes = 0;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Long>> running = new ArrayList<>();
            for (Access account : accounts) {
                running.add(threads.submit(() -> client(kind, account, end)));
            }
            for (Future<Long> one : running) {
                changes += one.get();
            }
        }
        return new Done(changes, start);
    }

    private static long client(Kind kind, Access account, long end) throws IOException {
        long changes = 0;
        try (RawImap client = RawImap.login(account)) {
            client.command("SELECT INBOX");
            while (System.nanoTime() < end) {
                switch (kind) {
                    case APPEND -> client.append("INBOX", MAIL);
                    case STORE ->
                            client.command(
                                    "STORE 1 " + (changes % 2 == 0 ? "+" : "-") + "FLAGS (\\Seen)");
                }
                changes++;
            }
        }
        return changes;
    }
}
