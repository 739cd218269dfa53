package org.imapmirror.app.demo;

import jakarta.mail.FetchProfile;
import jakarta.mail.Flags;
import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Store;

import org.eclipse.angus.mail.imap.IMAPFolder;

import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Everything of an account on one server that a mirror must have, too. Pictures of a primary and
/// of its mirror are equal.
///
/// @param mailboxes by their names
/// @param subscribed their names
public record MailboxPicture(
        SortedMap<String, List<MessagePicture>> mailboxes, SortedSet<String> subscribed) {

    /// A message, without its UID, which a mirror is free to choose.
    ///
    /// @param date the INTERNALDATE, to the second
    /// @param flags system flags and keywords, without \Recent
    /// @param sha256 of the message as it is sent, header and body
    public record MessagePicture(
            String subject, Instant date, SortedSet<String> flags, String sha256) {}

    public static MailboxPicture empty() {
        return new MailboxPicture(new TreeMap<>(), new TreeSet<>());
    }

    /// Reads everything; changes nothing.
    public static MailboxPicture of(Store store) throws MessagingException, IOException {
        SortedMap<String, List<MessagePicture>> mailboxes = new TreeMap<>();
        for (Folder folder : store.getDefaultFolder().list("*")) {
            if ((folder.getType() & Folder.HOLDS_MESSAGES) != 0) {
                mailboxes.put(folder.getFullName(), messages((IMAPFolder) folder));
            }
        }
        SortedSet<String> subscribed = new TreeSet<>();
        for (Folder folder : store.getDefaultFolder().listSubscribed("*")) {
            subscribed.add(folder.getFullName());
        }
        return new MailboxPicture(mailboxes, subscribed);
    }

    /// Messages in all mailboxes.
    public int size() {
        return mailboxes.values().stream().mapToInt(List::size).sum();
    }

    /// What is in the one and not in the other, a line each, as seen from this one to `next`.
    public List<String> changesTo(MailboxPicture next) {
        List<String> lines = new ArrayList<>();
        SortedSet<String> names = new TreeSet<>(mailboxes.keySet());
        names.addAll(next.mailboxes.keySet());
        for (String name : names) {
            List<MessagePicture> before = mailboxes.get(name);
            List<MessagePicture> after = next.mailboxes.get(name);
            if (before == null) {
                lines.add("mailbox " + name + " is new");
            }
            if (after == null) {
                lines.add("mailbox " + name + " is gone");
            }
            changes(
                    name,
                    before == null ? List.of() : before,
                    after == null ? List.of() : after,
                    lines);
        }
        difference(next.subscribed, subscribed).forEach(n -> lines.add(n + " is subscribed"));
        difference(subscribed, next.subscribed).forEach(n -> lines.add(n + " is not subscribed"));
        return lines;
    }

    private static void changes(
            String mailbox,
            List<MessagePicture> before,
            List<MessagePicture> after,
            List<String> lines) {
        Map<String, MessagePicture> gone = new TreeMap<>();
        int copy = 0;
        List<MessagePicture> rest = new ArrayList<>(after);
        for (MessagePicture message : before) {
            if (!rest.remove(message)) {
                gone.put(message.sha256 + " " + copy++, message);
            }
        }
        for (MessagePicture message : rest) {
            String same =
                    gone.keySet().stream()
                            .filter(key -> key.startsWith(message.sha256 + " "))
                            .findFirst()
                            .orElse("");
            MessagePicture old = gone.remove(same);
            if (old == null) {
                lines.add(said(mailbox, message, "is new", message.flags.toString()));
            } else if (old.flags.equals(message.flags)) {
                lines.add(said(mailbox, message, "has the date", message.date.toString()));
            } else {
                lines.add(said(mailbox, message, "has the flags", message.flags.toString()));
            }
        }
        gone.values().forEach(message -> lines.add(said(mailbox, message, "is gone", "")));
    }

    private static String said(String mailbox, MessagePicture message, String what, String more) {
        return (mailbox + ": \"" + message.subject + "\" " + what + " " + more).strip();
    }

    private static SortedSet<String> difference(SortedSet<String> all, SortedSet<String> without) {
        SortedSet<String> rest = new TreeSet<>(all);
        rest.removeAll(without);
        return rest;
    }

    private static List<MessagePicture> messages(IMAPFolder folder)
            throws MessagingException, IOException {
        folder.open(Folder.READ_ONLY);
        try {
            Message[] messages = folder.getMessages();
            FetchProfile profile = new FetchProfile();
            profile.add(FetchProfile.Item.FLAGS);
            profile.add(FetchProfile.Item.ENVELOPE);
            profile.add(IMAPFolder.FetchProfileItem.INTERNALDATE);
            folder.fetch(messages, profile);
            List<MessagePicture> pictures = new ArrayList<>();
            for (Message message : messages) {
                pictures.add(of(message, message.getFlags()));
            }
            return pictures;
        } finally {
            folder.close(false);
        }
    }

    static MessagePicture of(Message message, Flags flags) throws MessagingException, IOException {
        return new MessagePicture(
                String.valueOf(message.getSubject()),
                message.getReceivedDate().toInstant().truncatedTo(ChronoUnit.SECONDS),
                flags(flags),
                sha256(message));
    }

    private static SortedSet<String> flags(Flags flags) {
        SortedSet<String> names = new TreeSet<>(List.of(flags.getUserFlags()));
        for (Flags.Flag flag : flags.getSystemFlags()) {
            String name = NAMES.get(flag);
            if (name != null) {
                names.add(name);
            }
        }
        return names;
    }

    private static final Map<Flags.Flag, String> NAMES =
            Map.of(
                    Flags.Flag.ANSWERED, "\\Answered",
                    Flags.Flag.DELETED, "\\Deleted",
                    Flags.Flag.DRAFT, "\\Draft",
                    Flags.Flag.FLAGGED, "\\Flagged",
                    Flags.Flag.SEEN, "\\Seen");

    private static String sha256(Message message) throws MessagingException, IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            message.writeTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("bug: the JDK has no SHA-256", e);
        }
    }
}
