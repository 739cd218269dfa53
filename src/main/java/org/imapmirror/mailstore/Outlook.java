package org.imapmirror.mailstore;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/// What to expect of another try of a command that failed: the one place that decides it, by
/// response code (RFC 5530 and the codes of extensions), else by what known servers say in words.
public enum Outlook {
    /// It passes by itself; the same command with back-off.
    SOON,
    /// Room has to be made, or a daily limit has to pass: hourly.
    LATER,
    /// The reason is not known: a few tries with back-off, then a human.
    UNKNOWN,
    /// The same command will never succeed.
    NEVER;

    private static final Set<String> CODES_SOON =
            Set.of("UNAVAILABLE", "INUSE", "EXPUNGEISSUED", "THROTTLED", "BUSY");

    private static final Set<String> CODES_NEVER =
            Set.of(
                    "ALREADYEXISTS",
                    "AUTHENTICATIONFAILED",
                    "AUTHORIZATIONFAILED",
                    "BADCHARSET",
                    "BADURL",
                    "CANNOT",
                    "CLIENTBUG",
                    "CONTACTADMIN",
                    "CORRUPTION",
                    "EXPIRED",
                    "HASCHILDREN",
                    "MESSAGELIMIT",
                    "METADATA",
                    "NONEXISTENT",
                    "NOPERM",
                    "NOTSAVED",
                    "PRIVACYREQUIRED",
                    "READ-ONLY",
                    "TOOBIG",
                    "TRYCREATE",
                    "UIDNOTSTICKY",
                    "UNKNOWN-CTE",
                    "USEATTR");

    private static final List<String> WORDS_SOON =
            List.of(
                    "throttle",
                    "bandwidth",
                    "backoff",
                    "rate limit",
                    "too many connections",
                    "too many simultaneous",
                    "temporar",
                    "try again",
                    "try later",
                    "timed out",
                    "timeout");

    private static final List<String> WORDS_LATER =
            List.of("quota", "disk full", "no space", "full: it is time to find");

    private static final List<String> WORDS_NEVER =
            List.of(
                    "maximum size",
                    "maximum message size",
                    "too big",
                    "too large",
                    "virus",
                    "invalid header",
                    "header limit reached",
                    "nul characters",
                    "bare newlines",
                    "unable to parse message",
                    "invalid flag list",
                    "invalid system flag",
                    "zero byte message",
                    "permission denied");

    static Outlook of(StoreException.Kind kind, @Nullable String code, String text) {
        return switch (kind) {
            case UNREACHABLE, GONE, RACE -> SOON;
            case REFUSED -> ofRefusal(code, text);
            case TLS, LOGIN_REFUSED, NO_LOGIN, PROTOCOL, UNSUPPORTED -> NEVER;
        };
    }

    /// For a NO.
    static Outlook ofRefusal(@Nullable String code, String text) {
        if (code != null && CODES_SOON.contains(code)) {
            return SOON;
        }
        if (code != null && CODES_NEVER.contains(code)) {
            return NEVER;
        }
        String words = text.toLowerCase(Locale.ROOT);
        if ("OVERQUOTA".equals(code)) {
            // Gmail says it of a day's traffic too.
            return words.contains("bandwidth") ? SOON : LATER;
        }
        if ("SERVERBUG".equals(code)) {
            // It may be this message that the server cannot take.
            return UNKNOWN;
        }
        if (WORDS_SOON.stream().anyMatch(words::contains)) {
            return SOON;
        }
        if (WORDS_NEVER.stream().anyMatch(words::contains) || "LIMIT".equals(code)) {
            return NEVER;
        }
        return WORDS_LATER.stream().anyMatch(words::contains) ? LATER : UNKNOWN;
    }
}
