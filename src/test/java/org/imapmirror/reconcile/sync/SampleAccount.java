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
/// with doubled Message-IDs, raw 8-bit headers, from no octet at all to 5 MB.
final class SampleAccount {
    static final List<String> MAILBOXES =
            List.of("INBOX", "Work", "Work/Projekte", "Work/Projekte/Größe", "日本語", "Empty");

    private static final String[] MONTHS = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };

    private final Random random;
    private final ImapStore store;
    private final RealServer server;
    private int number;
    private boolean rawHeaders = true;

    SampleAccount(RealServer server, ImapStore store, Random random) {
        this.server = server;
        this.store = store;
        this.random = random;
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
        String name = server.mailbox(mailbox);
        List<byte[]> bodies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            bodies.add(i > 0 && random.nextInt(12) == 0 ? bodies.getLast() : message());
        }
        Appender appender = store.appender(name, false);
        for (byte[] body : bodies) {
            appender.add(flags(), date(), body.length, new ByteArrayInputStream(body));
        }
        for (Appended result : appender.finish()) {
            if (result instanceof Appended.Refused r) {
                throw new IOException(server + " refused a message: " + r.text());
            }
        }
    }

    private byte[] message() {
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
        int size =
                switch (random.nextInt(40)) {
                    case 0 -> 5_000_000;
                    case 1, 2, 3 -> 200_000;
                    case 4, 5 -> 0;
                    default -> random.nextInt(6000);
                };
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
