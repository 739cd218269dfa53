package org.imapmirror.reconcile.sync;

import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxEvent.FlagChange;
import org.imapmirror.event.MailboxName;
import org.imapmirror.event.UidSet;
import org.imapmirror.imap.MailboxNames;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.testing.CourierServer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/// Puts messages straight into the Maildir of user 1 of a Courier, to which APPEND takes a hundred
/// times as long. Flags are letters of the file's name, the date of arrival is the file's; keywords
/// are given by [#giveKeywords].
final class CourierShelf implements SampleAccount.Shelf {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("dd-MMM-yyyy HH:mm:ss Z", Locale.ROOT);

    private static final List<String> FLAGS =
            List.of("\\Draft", "\\Flagged", "\\Answered", "\\Seen");

    /// Letters of Maildir, in the order of [#FLAGS], which is that of the alphabet.
    private static final String LETTERS = "DFRS";

    private final Path maildir;
    private int number;

    CourierShelf(CourierServer server) {
        maildir = server.directory().resolve("users").resolve(server.user(1)).resolve("Maildir");
    }

    @Override
    public void put(String mailbox, List<SampleAccount.Message> messages) throws IOException {
        Path folder = mailbox.equals("INBOX") ? maildir : maildir.resolve(folder(mailbox));
        for (SampleAccount.Message message : messages) {
            Path file =
                    folder.resolve(
                            "cur/%d.%06d.sample:2,%s"
                                    .formatted(
                                            1_700_000_000 + number,
                                            number,
                                            letters(message.flags())));
            number++;
            Path unfinished = folder.resolve("tmp/sample");
            // A Maildir holds lines as Unix does.
            String text = new String(message.octets(), StandardCharsets.ISO_8859_1);
            Files.writeString(unfinished, text.replace("\r\n", "\n"), StandardCharsets.ISO_8859_1);
            Files.setLastModifiedTime(
                    unfinished,
                    FileTime.from(ZonedDateTime.parse(message.date(), DATE).toInstant()));
            Files.move(unfinished, file);
        }
    }

    /// `INBOX.Work.Deep` is the folder `.Work.Deep`.
    private static String folder(String mailbox) {
        byte[] encoded = MailboxNames.encode(new MailboxName(mailbox), false);
        return new String(encoded, StandardCharsets.US_ASCII).substring("INBOX".length());
    }

    private static String letters(Flags flags) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < LETTERS.length(); i++) {
            if (flags.list().contains(FLAGS.get(i))) {
                out.append(LETTERS.charAt(i));
            }
        }
        return out.toString();
    }

    /// To a third of the messages of a mailbox each.
    static void giveKeywords(ImapStore client, String mailbox, Random random)
            throws StoreException {
        client.select(mailbox);
        for (String keyword : List.of("$Forwarded", "Work")) {
            UidSet.Builder some = new UidSet.Builder();
            client.uids()
                    .forEach(uid -> {
                        if (random.nextInt(3) == 0) {
                            some.add(uid);
                        }
                    });
            client.store(some.build(), FlagChange.ADDED, Flags.of(keyword));
        }
    }
}
