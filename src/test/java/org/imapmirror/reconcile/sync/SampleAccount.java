package org.imapmirror.reconcile.sync;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.imapmirror.event.Flags;
import org.imapmirror.mailstore.Appended;
import org.imapmirror.mailstore.Appender;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.testing.RealServer;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// An account as people have them: nested and non-ASCII mailboxes, keywords, messages without and
/// with doubled Message-IDs, raw 8-bit headers, texts from no octet at all to 5 MB, and to 25 MB
/// where asked for.
final class SampleAccount {
    static final List<String> MAILBOXES =
            List.of("INBOX", "Work", "Work/Projekte", "Work/Projekte/Größe", "日本語", "Empty");

    private static final int LARGE = 25_000_000;

    /// Messages that are in the heap at once.
    private static final int CHUNK = 100;

    private static final String[] MONTHS = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };

    private final Random random;
    private final ImapStore store;
    private Shelf shelf = this::append;
    private final RealServer server;
    private int number;
    private boolean rawHeaders = true;

    /// @param date as IMAP writes it
    record Message(byte[] octets, Flags flags, String date) {}

    /// Takes messages, to the end of a mailbox that exists.
    @FunctionalInterface
    interface Shelf {
        void put(String mailbox, List<Message> messages) throws StoreException, IOException;
    }

    SampleAccount(RealServer server, ImapStore store, Random random) {
        this.server = server;
        this.store = store;
        this.random = random;
    }

    /// Messages go there from now on, instead of being appended.
    void into(Shelf other) {
        shelf = other;
    }

    void withoutRawHeaders() {
        rawHeaders = false;
    }

    /// @param each messages in every mailbox but the empty one
    void fill(int each) throws StoreException, IOException {
        for (String mailbox : MAILBOXES) {
            String name = server.mailbox(mailbox);
            if (!mailbox.equals("INBOX")) {
                store.create(name, null);
                store.subscribe(name);
            }
            if (!mailbox.equals("Empty")) {
                add(mailbox, each);
            }
        }
    }

    void add(String mailbox, int count) throws StoreException, IOException {
        for (int left = count; left > 0; left -= CHUNK) {
            chunk(server.mailbox(mailbox), Math.min(CHUNK, left));
        }
    }

    /// @param count messages of 25 MB
    void addLarge(String mailbox, int count) throws StoreException, IOException {
        for (int i = 0; i < count; i++) {
            store(server.mailbox(mailbox), List.of(message(LARGE)));
        }
    }

    private void chunk(String name, int count) throws StoreException, IOException {
        List<byte[]> bodies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            bodies.add(i > 0 && random.nextInt(12) == 0 ? bodies.getLast() : message(size()));
        }
        store(name, bodies);
    }

    private void store(String name, List<byte[]> bodies) throws StoreException, IOException {
        shelf.put(name, bodies.stream().map(body -> new Message(body, flags(), date())).toList());
    }

    private void append(String name, List<Message> messages) throws StoreException, IOException {
        Appender appender = store.appender(name, false);
        for (Message message : messages) {
            byte[] octets = message.octets();
            appender.add(
                    message.flags(),
                    message.date(),
                    octets.length,
                    new ByteArrayInputStream(octets));
        }
        for (Appended result : appender.finish()) {
            if (result instanceof Appended.Refused r) {
                throw new IOException(server + " refused a message: " + r.text());
            }
        }
    }

    private int size() {
        int kind = random.nextInt(200);
        if (kind == 0) {
            return 5_000_000;
        }
        return kind < 12 ? 200_000 : kind < 24 ? 0 : random.nextInt(6000);
    }

    private byte[] message(int size) {
        int n = ++number;
        StringBuilder text = new StringBuilder();
        if (random.nextInt(6) > 0) {
            int id = random.nextInt(10) == 0 ? Math.max(1, n / 2) : n;
            text.append("Message-ID: <").append(id).append("@sample.test>\r\n");
        }
        text.append("From: a@sample.test\r\nDate: Mon, 23 Nov 2026 10:00:")
                .append(String.format("%02d", n % 60))
                .append(" +0100\r\n");
        if (random.nextInt(5) > 0 || !rawHeaders) {
            text.append("Subject: number ").append(n).append("\r\n");
        } else {
            text.append("Subject: gr\u00fc\u00dfe n\u00ba ").append(n).append("\r\n");
        }
        text.append("\r\n");
        while (text.length() < size) {
            text.append("line ").append(text.length()).append(' ');
            text.append("x".repeat(random.nextInt(70))).append("\r\n");
        }
        return text.toString().getBytes(ISO_8859_1);
    }

    private Flags flags() {
        List<String> flags = new ArrayList<>();
        for (String flag :
                new String[] {
                    "\\Seen", "\\Answered", "\\Flagged", "\\Draft", "$Forwarded", "Work"
                }) {
            if (random.nextInt(3) == 0) {
                flags.add(flag);
            }
        }
        return Flags.of(flags);
    }

    private String date() {
        return String.format(
                "%02d-%s-%d %02d:%02d:%02d %s",
                1 + random.nextInt(28),
                MONTHS[random.nextInt(12)],
                1998 + random.nextInt(28),
                random.nextInt(24),
                random.nextInt(60),
                random.nextInt(60),
                random.nextBoolean() ? "+0000" : "-0730");
    }
}
