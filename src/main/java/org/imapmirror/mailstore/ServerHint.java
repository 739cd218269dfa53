package org.imapmirror.mailstore;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How long a server wants to be left alone, as it tells in its words: there is no response code
/// for that with a time in it.
public final class ServerHint {
    /// Where it only says that there was too much.
    private static final Duration THROTTLED = Duration.ofMinutes(1);

    /// What it asks for beyond is not believed.
    private static final Duration LONGEST = Duration.ofDays(1);

    private static final Pattern TIME =
            Pattern.compile(
                    "(?:again|retry|later|wait|back-?off|throttl)[^0-9]{0,40}([0-9]{1,9})"
                            + " ?(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hours?)\\b");

    private ServerHint() {}

    /// @param code the response code in upper case, or null
    /// @param text the server's words
    /// @return zero where it does not ask for a pause
    public static Duration pause(@Nullable String code, String text) {
        String words = text.toLowerCase(Locale.ROOT);
        Matcher time = TIME.matcher(words);
        if (time.find()) {
            Duration asked = of(Long.parseLong(time.group(1)), time.group(2));
            return asked.compareTo(LONGEST) > 0 ? LONGEST : asked;
        }
        boolean throttled =
                "THROTTLED".equals(code)
                        || words.contains("throttled")
                        || words.contains("bandwidth");
        return throttled ? THROTTLED : Duration.ZERO;
    }

    private static Duration of(long n, String unit) {
        return switch (unit.charAt(0)) {
            case 's' -> Duration.ofSeconds(n);
            case 'h' -> Duration.ofHours(n);
            default ->
                    unit.startsWith("ms") || unit.startsWith("milli")
                            ? Duration.ofMillis(n)
                            : Duration.ofMinutes(n);
        };
    }
}
