package org.imapmirror.app;

import org.imapmirror.testing.Access;
import org.imapmirror.testing.Mail;
import org.imapmirror.testing.WireClient;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/// A client that must notice nothing: every command gets OK, and soon.
final class Witness implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final AtomicInteger MESSAGES = new AtomicInteger();

    private final WireClient client;
    private final String options;

    Witness(Access access) throws IOException {
        this(access, "(\\Seen)");
    }

    private Witness(Access access, String options) throws IOException {
        this.options = options;
        client = new WireClient(access);
        ok("SELECT INBOX");
    }

    /// Its messages have dates of arrival of their own, so that nobody has to ask the primary for
    /// these; where that is away they are known to a second only.
    static Witness withDates(Access access) throws IOException {
        return new Witness(access, "(\\Seen) \"01-Feb-2024 03:04:05 +0100\"");
    }

    /// @return the message's subject
    String append(String mailbox, int octets) throws IOException {
        String subject = "w%06d".formatted(MESSAGES.incrementAndGet());
        append(mailbox, subject, octets);
        return subject;
    }

    void append(String mailbox, String subject, int octets) throws IOException {
        byte[] message = Mail.message(subject, "x".repeat(octets));
        timed("APPEND", () -> client.append(mailbox, options, message).orFail());
    }

    void ok(String command) throws IOException {
        timed(command, () -> client.command(command).orFail());
    }

    /// Something of everything: appends, flags, a copy, a move, an expunge, mailboxes.
    void work() throws IOException {
        String box = "Box" + MESSAGES.incrementAndGet();
        for (int i = 0; i < 6; i++) {
            append("INBOX", 2000);
        }
        ok("NOOP");
        ok("CREATE " + box);
        ok("COPY 1:2 " + box);
        ok("MOVE 3 " + box);
        ok("STORE 1 +FLAGS (\\Flagged work)");
        ok("STORE 2 +FLAGS (\\Deleted)");
        ok("EXPUNGE");
        append(box, 300);
        ok("RENAME " + box + " Done" + box);
        ok("SUBSCRIBE Done" + box);
    }

    private interface Step {
        void run() throws IOException;
    }

    private static void timed(String what, Step step) throws IOException {
        long start = System.nanoTime();
        step.run();
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        if (took.compareTo(SOON) > 0) {
            throw new AssertionError(what + " took " + took);
        }
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
