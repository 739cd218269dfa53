package org.imapmirror.app.demo;

import jakarta.mail.Flags;
import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Store;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.Properties;

/// Messages and mailboxes as somebody might have them. Nothing here is random or depends on the
/// time: two runs make the same.
public final class SampleMail {
    private static final Instant FIRST = Instant.parse("2026-03-02T08:15:00Z");
    private static final long HOUR = 3_600_000;

    private SampleMail() {}

    /// What an account already has before imapmirror sees it for the first time.
    public static void fill(Store store, String account) throws MessagingException {
        char separator = store.getDefaultFolder().getSeparator();
        append(store.getFolder("INBOX"), plain(account, 1, "Welcome"), new Flags(Flags.Flag.SEEN));
        append(store.getFolder("INBOX"), withAttachment(account, 2, "The contract"), flagged());
        append(store.getFolder("INBOX"), plain(account, 3, "Lunch on Friday?"), new Flags());
        Folder archive = MailClient.create(store, "Archive");
        Folder year = MailClient.create(store, "Archive" + separator + "2025");
        append(year, plain(account, 4, "Last year's news"), new Flags("$Forwarded"));
        Folder notes = MailClient.create(store, "Entwürfe & Notizen");
        append(notes, plain(account, 5, "Grüße aus Köln"), new Flags(Flags.Flag.DRAFT));
        archive.setSubscribed(true);
        notes.setSubscribed(true);
    }

    /// @param number tells messages apart and sets the date
    public static MimeMessage plain(String account, int number, String subject)
            throws MessagingException {
        MimeMessage message = message(account, number, subject);
        message.setText("This is message " + number + " for " + account + ".\r\n", "UTF-8");
        return finished(message, number);
    }

    static MimeMessage withAttachment(String account, int number, String subject)
            throws MessagingException {
        MimeMessage message = message(account, number, subject);
        MimeBodyPart text = new MimeBodyPart();
        text.setText("Please find it attached.\r\n", "UTF-8");
        MimeBodyPart file = new MimeBodyPart();
        file.setContent(
                "0123456789abcdef".repeat(4096).getBytes(StandardCharsets.US_ASCII),
                "application/octet-stream");
        file.setFileName("contract.bin");
        message.setContent(new Parts(text, file));
        return finished(message, number);
    }

    /// A message of a megabyte.
    public static MimeMessage large(String account, int number) throws MessagingException {
        MimeMessage message = message(account, number, "Photographs");
        message.setText("0123456789abcdef".repeat(4).concat("\r\n").repeat(16_000), "US-ASCII");
        return finished(message, number);
    }

    /// Appends one message with flags and the date that its header has.
    static void append(Folder folder, MimeMessage message, Flags flags) throws MessagingException {
        message.setFlags(flags, true);
        folder.appendMessages(new Message[] {message});
    }

    private static Flags flagged() {
        Flags flags = new Flags(Flags.Flag.FLAGGED);
        flags.add(Flags.Flag.SEEN);
        return flags;
    }

    private static MimeMessage message(String account, int number, String subject)
            throws MessagingException {
        MimeMessage message = new Dated(number);
        message.setFrom(new InternetAddress("friend@example.org"));
        message.setRecipient(
                Message.RecipientType.TO, new InternetAddress(account + "@example.org"));
        message.setSubject(subject, "UTF-8");
        message.setSentDate(date(number));
        return message;
    }

    private static MimeMessage finished(MimeMessage message, int number) throws MessagingException {
        message.saveChanges();
        message.setHeader("Message-ID", "<demo-" + number + "@example.org>");
        return message;
    }

    private static Date date(int number) {
        return Date.from(FIRST.plusMillis(number * 37 * HOUR));
    }

    /// With a boundary that is the same in every run.
    private static final class Parts extends MimeMultipart {
        Parts(MimeBodyPart... parts) throws MessagingException {
            super(parts);
            contentType = "multipart/mixed; boundary=\"demo-boundary\"";
        }
    }

    /// Appending takes the INTERNALDATE from the received date, which a new message does not have.
    private static final class Dated extends MimeMessage {
        private final int number;

        Dated(int number) {
            super(Session.getInstance(new Properties()));
            this.number = number;
        }

        @Override
        public Date getReceivedDate() {
            return date(number);
        }
    }
}
