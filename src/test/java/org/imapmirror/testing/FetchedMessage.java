package org.imapmirror.testing;

import jakarta.mail.Flags;

import org.eclipse.angus.mail.imap.protocol.BODY;
import org.eclipse.angus.mail.imap.protocol.FLAGS;
import org.eclipse.angus.mail.imap.protocol.FetchResponse;
import org.eclipse.angus.mail.imap.protocol.INTERNALDATE;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/// Makes a message to compare of what a server told.
final class FetchedMessage {
    private static final Map<Flags.Flag, String> SYSTEM_FLAGS =
            Map.of(
                    Flags.Flag.ANSWERED, "\\Answered",
                    Flags.Flag.DELETED, "\\Deleted",
                    Flags.Flag.DRAFT, "\\Draft",
                    Flags.Flag.FLAGGED, "\\Flagged",
                    Flags.Flag.SEEN, "\\Seen");

    private FetchedMessage() {}

    static Mailboxes.Message of(FetchResponse fetched, BODY body) {
        byte[] bytes = body.getByteArrayInputStream().readAllBytes();
        return new Mailboxes.Message(
                digest(bytes),
                bytes.length,
                fetched.getItem(INTERNALDATE.class).getDate().toInstant(),
                flags(fetched.getItem(FLAGS.class)),
                subject(bytes));
    }

    private static SortedSet<String> flags(Flags flags) {
        SortedSet<String> names = new TreeSet<>();
        for (Flags.Flag flag : flags.getSystemFlags()) {
            String name = SYSTEM_FLAGS.get(flag);
            if (name != null) {
                names.add(name);
            }
        }
        for (String keyword : flags.getUserFlags()) {
            names.add(keyword.toLowerCase(Locale.ROOT));
        }
        return names;
    }

    private static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("bug: every JDK has SHA-256", e);
        }
    }

    private static String subject(byte[] message) {
        String start =
                new String(message, 0, Math.min(message.length, 8192), StandardCharsets.ISO_8859_1);
        for (String line : start.lines().toList()) {
            if (line.isEmpty()) {
                break;
            }
            if (line.regionMatches(true, 0, "Subject:", 0, 8)) {
                return line.substring(8).strip();
            }
        }
        return "";
    }
}
