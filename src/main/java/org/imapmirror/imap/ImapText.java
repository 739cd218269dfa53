package org.imapmirror.imap;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Locale;

/// Values as IMAP writes them: strings and dates.
public final class ImapText {
    private static final String[] MONTHS = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };

    private ImapText() {}

    /// How a string goes into a command.
    public sealed interface Wire {
        /// @param text with its quotes
        record Quoted(byte[] text) implements Wire {}

        /// Must be sent as a literal.
        record Literal(byte[] octets) implements Wire {}
    }

    /// A quoted string where that can hold the octets, else a literal: CR, LF and NUL need one, and
    /// octets above 127 do unless the connection has UTF8=ACCEPT and they are UTF-8.
    public static Wire string(byte[] octets, boolean utf8) {
        boolean high = false;
        for (byte b : octets) {
            if (b == 0 || b == '\r' || b == '\n') {
                return new Wire.Literal(octets);
            }
            high |= b < 0;
        }
        if (high && !(utf8 && isUtf8(octets))) {
            return new Wire.Literal(octets);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(octets.length + 2);
        out.write('"');
        for (byte b : octets) {
            if (b == '"' || b == '\\') {
                out.write('\\');
            }
            out.write(b);
        }
        out.write('"');
        return new Wire.Quoted(out.toByteArray());
    }

    /// A quoted string of printable text.
    ///
    /// @throws IllegalArgumentException where the text has other than ASCII, or control characters
    public static String quoted(String text) {
        StringBuilder out = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c >= 0x7f) {
                throw new IllegalArgumentException("cannot be quoted: character " + (int) c);
            }
            if (c == '"' || c == '\\') {
                out.append('\\');
            }
            out.append(c);
        }
        return out.append('"').toString();
    }

    /// Octets as text: UTF-8 where they are that, else ISO 8859-1.
    public static String decode(byte[] octets) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString();
        } catch (CharacterCodingException _) {
            return new String(octets, StandardCharsets.ISO_8859_1);
        }
    }

    private static boolean isUtf8(byte[] octets) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets));
            return true;
        } catch (CharacterCodingException _) {
            return false;
        }
    }

    /// Parses a `date-time` without its quotes: `17-Jul-1996 02:44:25 -0700`, the day with one
    /// digit or two, padded with a space or not (RFC 9051 section 9).
    ///
    /// @throws MalformedException for anything else, also for days and hours that do not exist
    public static OffsetDateTime parseDate(String text) throws MalformedException {
        int at = 0;
        while (at < text.length() && at < 2 && text.charAt(at) == ' ') {
            at++;
        }
        int dash = text.indexOf('-', at);
        // After the day: -Jul-1996 02:44:25 -0700
        if (dash < at + 1 || dash > at + 2 || text.length() != dash + 24) {
            throw new MalformedException("a date-time", 0);
        }
        String shape = text.substring(dash);
        if (shape.charAt(4) != '-'
                || shape.charAt(9) != ' '
                || shape.charAt(12) != ':'
                || shape.charAt(15) != ':'
                || shape.charAt(18) != ' '
                || (shape.charAt(19) != '+' && shape.charAt(19) != '-')) {
            throw new MalformedException("a date-time", dash);
        }
        int sign = shape.charAt(19) == '-' ? -1 : 1;
        try {
            ZoneOffset zone =
                    ZoneOffset.ofHoursMinutes(
                            sign * digits(shape, 20, 22), sign * digits(shape, 22, 24));
            return OffsetDateTime.of(
                    digits(shape, 5, 9),
                    month(shape.substring(1, 4)),
                    digits(text, at, dash),
                    digits(shape, 10, 12),
                    digits(shape, 13, 15),
                    digits(shape, 16, 18),
                    0,
                    zone);
        } catch (DateTimeException _) {
            throw new MalformedException("a date and time that exist", 0);
        }
    }

    private static int month(String name) throws MalformedException {
        for (int i = 0; i < MONTHS.length; i++) {
            if (MONTHS[i].equalsIgnoreCase(name)) {
                return i + 1;
            }
        }
        throw new MalformedException("a month", 0);
    }

    private static int digits(String text, int from, int to) throws MalformedException {
        int value = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                throw new MalformedException("a digit", i);
            }
            value = value * 10 + c - '0';
        }
        return value;
    }

    /// Formats a `date-time`, without quotes, with two digits of day: some servers insist on them.
    ///
    /// @throws IllegalArgumentException where the year has not four digits
    public static String formatDate(OffsetDateTime date) {
        if (date.getYear() < 0 || date.getYear() > 9999) {
            throw new IllegalArgumentException("IMAP has no year " + date.getYear());
        }
        int minutes = date.getOffset().getTotalSeconds() / 60;
        return String.format(
                Locale.ROOT,
                "%02d-%s-%04d %02d:%02d:%02d %s%02d%02d",
                date.getDayOfMonth(),
                MONTHS[date.getMonthValue() - 1],
                date.getYear(),
                date.getHour(),
                date.getMinute(),
                date.getSecond(),
                minutes < 0 ? "-" : "+",
                Math.abs(minutes) / 60,
                Math.abs(minutes) % 60);
    }
}
