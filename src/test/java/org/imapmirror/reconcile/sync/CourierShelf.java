package org.imapmirror.reconcile.sync;

import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxEvent.FlagChange;
import org.imapmirror.event.UidSet;
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
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

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
    private final Map<String, Path> folders = new HashMap<>();
    private int number;

    CourierShelf(CourierServer server) {
        maildir = server.directory().resolve("users").resolve(server.user(1)).resolve("Maildir");
        folders.put("INBOX", maildir);
    }

    @Override
    public void put(String mailbox, List<SampleAccount.Message> messages) throws IOException {
        Path folder = folder(mailbox);
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

    /// The one that was not there before: a mailbox is filled when it is made, and how the names of
    /// folders are written on the disk depends on Courier's version.
    private Path folder(String mailbox) throws IOException {
        Path known = folders.get(mailbox);
        if (known != null) {
            return known;
        }
        try (Stream<Path> all = Files.list(maildir)) {
            Path made =
                    all.filter(path -> path.toString().matches(".*/\\.[^/]*"))
                            .filter(Files::isDirectory)
                            .filter(path -> !folders.containsValue(path))
                            .reduce((one, other) -> {
                                throw new IllegalStateException(one + " or " + other + "?");
                            })
                            .orElseThrow();
            folders.put(mailbox, made);
            return made;
        }
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
