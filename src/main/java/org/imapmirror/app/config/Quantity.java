package org.imapmirror.app.config;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Numbers with units, as people write them.
public final class Quantity {
    private static final Pattern SIZE = Pattern.compile("([0-9]+) ?([A-Za-z]*)");
    private static final Pattern SPAN = Pattern.compile("([0-9]+) ?(ms|s|m|min|h|d)");
    private static final Map<String, Long> BYTES =
            Map.of(
                    "", 1L,
                    "b", 1L,
                    "kb", 1_000L,
                    "mb", 1_000_000L,
                    "gb", 1_000_000_000L,
                    "tb", 1_000_000_000_000L,
                    "kib", 1L << 10,
                    "mib", 1L << 20,
                    "gib", 1L << 30,
                    "tib", 1L << 40);

    private Quantity() {}

    /// `20GB`, `512MB`, `64KiB`, `1048576`: KB, MB, GB and TB are powers of 1000, KiB and so on of
    /// 1024.
    ///
    /// @throws IllegalArgumentException for anything else
    public static long bytes(String text) {
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches() || leadingZero(matcher.group(1))) {
            throw new IllegalArgumentException("is not a size");
        }
        Long unit = BYTES.get(matcher.group(2).toLowerCase(Locale.ROOT));
        if (unit == null) {
            throw new IllegalArgumentException("has an unknown unit");
        }
        try {
            return Math.multiplyExact(Long.parseLong(matcher.group(1)), unit);
        } catch (ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException("is too large", e);
        }
    }

    /// `250ms`, `30s`, `5m`, `1h`, `7d`, or ISO 8601: `PT1H30M`, `P7D`.
    ///
    /// @throws IllegalArgumentException for anything else, a number without unit among it
    public static Duration duration(String text) {
        try {
            if (text.startsWith("P")) {
                return Duration.parse(text);
            }
            Matcher matcher = SPAN.matcher(text);
            if (!matcher.matches() || leadingZero(matcher.group(1))) {
                throw new IllegalArgumentException("is not a duration");
            }
            long number = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(number);
                case "s" -> Duration.ofSeconds(number);
                case "h" -> Duration.ofHours(number);
                case "d" -> Duration.ofDays(number);
                default -> Duration.ofMinutes(number);
            };
        } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException("is not a duration", e);
        }
    }

    /// Decimal digits only: `1_000`, `0143` and `0x8f` mean different numbers to different readers.
    ///
    /// @throws IllegalArgumentException for anything else
    static int integer(String text) {
        if (!text.matches("[0-9]+") || leadingZero(text)) {
            throw new IllegalArgumentException("is not a plain decimal number");
        }
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("is too large", e);
        }
    }

    private static boolean leadingZero(String digits) {
        return digits.length() > 1 && digits.charAt(0) == '0';
    }
}
