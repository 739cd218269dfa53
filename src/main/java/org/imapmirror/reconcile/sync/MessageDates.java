package org.imapmirror.reconcile.sync;

import jakarta.mail.internet.MailDateFormat;

import org.jspecify.annotations.Nullable;

import java.text.ParseException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Date;
import java.util.Locale;
import java.util.regex.Pattern;

/// Dates of messages as IMAP writes them (RFC 9051 section 9, date-time) and as headers do.
public final class MessageDates {
    /// The day may be padded with a space, which is stripped.
    private static final DateTimeFormatter READ =
            DateTimeFormatter.ofPattern("d-MMM-yyyy HH:mm:ss Z", Locale.US);

    /// Some servers want two digits for the day.
    private static final DateTimeFormatter WRITE =
            DateTimeFormatter.ofPattern("dd-MMM-yyyy HH:mm:ss Z", Locale.US);

    /// What is the same date in the form of [#WRITE]: the most usual ones, for they are read for
    /// each message.
    private static final Pattern USUAL =
            Pattern.compile(
                    "(0[1-9]|1\\d|2[0-8])-(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
                            + "-(19[789]|20\\d)\\d ([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d"
                            + " (\\+0\\d|\\+1[0-3]|-0[1-9]|-1[0-2])[0-5]\\d");

    private MessageDates() {}

    /// Null where it is none.
    public static @Nullable Instant instant(@Nullable String internalDate) {
        OffsetDateTime date = parse(internalDate);
        return date == null ? null : date.toInstant();
    }

    /// The same moment in the same zone as any server takes it; null where it is no date.
    static @Nullable String normal(@Nullable String internalDate) {
        if (internalDate != null && USUAL.matcher(internalDate).matches()) {
            return internalDate;
        }
        OffsetDateTime date = parse(internalDate);
        return date == null ? null : WRITE.format(date);
    }

    private static @Nullable OffsetDateTime parse(@Nullable String internalDate) {
        if (internalDate == null) {
            return null;
        }
        try {
            return OffsetDateTime.parse(internalDate.strip(), READ);
        } catch (DateTimeParseException _) {
            return null;
        }
    }

    /// The header field Date in the form of an INTERNALDATE, in UTC; null where it cannot be read.
    static @Nullable String ofHeader(@Nullable String field) {
        if (field == null || field.isBlank()) {
            return null;
        }
        try {
            Date date = new MailDateFormat().parse(field.lines().findFirst().orElse(""));
            OffsetDateTime at = date.toInstant().atOffset(ZoneOffset.UTC);
            return at.getYear() < 1970 || at.getYear() > 9999 ? null : WRITE.format(at);
        } catch (ParseException _) {
            return null;
        }
    }
}
