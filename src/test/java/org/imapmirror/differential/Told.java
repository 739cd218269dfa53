package org.imapmirror.differential;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// An answer without what two accounts of one server, asked a moment apart, may tell differently.
final class Told {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("d-MMM-yyyy HH:mm:ss Z", Locale.ROOT);
    private static final Pattern DATES =
            Pattern.compile(
                    "\"( ?\\d{1,2}-[A-Z][a-z]{2}-\\d{4} \\d\\d:\\d\\d:\\d\\d [+-]\\d{4})\"");
    private static final Pattern SECONDS =
            Pattern.compile(" ?\\([^()]*\\d\\.\\d+ [^()]*secs?\\b[^()]*\\)\\.?$");

    /// Capabilities that the proxy keeps from clients, and the ones that are its own.
    private static final Set<String> NOT_COMPARED =
            Set.of(
                    "NOTIFY",
                    "URLAUTH",
                    "URLAUTH=BINARY",
                    "LOGIN-REFERRALS",
                    "MAILBOX-REFERRALS",
                    "UNAUTHENTICATE",
                    "COMPRESS=DEFLATE",
                    "XMOVE",
                    "DIGEST=SHA1",
                    "ANNOTATE-EXPERIMENT-1",
                    "XAPPLEPUSHSERVICE",
                    "NO_ATOMIC_RENAME",
                    "SCAN",
                    "LOGINDISABLED",
                    "STARTTLS");

    private Told() {}

    /// @param everything every line in its order; else no news of the mailbox, in any order
    static List<String> of(Wire.Answer answer, boolean everything) {
        List<String> lines = new ArrayList<>();
        boolean selects = answer.lines().stream().anyMatch(line -> line.contains("[UIDVALIDITY "));
        for (String line : answer.lines()) {
            // Dovecot tells it as soon as somebody, here imapmirror itself, has asked for it once.
            boolean never = line.startsWith("* OK [HIGHESTMODSEQ");
            // Who writes into a connection that is being closed may not see its last line.
            never |= line.startsWith("* BYE") && answer.ending() == Wire.Ending.CLOSED;
            // Cyrus tells of keywords that are new at any later occasion.
            never |= !selects && line.matches("(?s)\\* (FLAGS|OK \\[PERMANENTFLAGS) .*");
            // Cyrus keeps its table's version among the subscriptions, and tells it now and then.
            never |= line.matches("(?s)\\* (LIST|LSUB) .*/\\x1f?VER\\x1f?\"?");
            if (!never && (everything || !isNews(line))) {
                lines.add(normal(line));
            }
        }
        // Names come in the order of a directory.
        boolean names = lines.stream().anyMatch(line -> line.matches("(?s)\\* (LIST|LSUB) .*"));
        if (!everything || names) {
            lines.sort(null);
        }
        lines.add(answer.ending().name());
        return lines;
    }

    /// Which commands were answered, and how: what a server owes to a session while another one
    /// changes the same messages.
    static List<String> verdicts(Wire.Answer answer) {
        List<String> lines = new ArrayList<>();
        for (String line : answer.lines()) {
            if (!line.startsWith("* ")) {
                lines.add(line.replaceFirst("(?s)^(\\S+ (OK|NO|BAD)).*", "$1"));
            }
        }
        lines.sort(null);
        lines.add(answer.ending().name());
        return lines;
    }

    private static boolean isNews(String line) {
        return line.matches("(?s)\\* (\\d+ |OK |FLAGS |VANISHED |STATUS |E?SEARCH|SORT|THREAD).*");
    }

    private static String normal(String line) {
        String text = SECONDS.matcher(line).replaceAll("");
        text = DATES.matcher(text).replaceAll(Told::date);
        // Dovecot takes another name for the one that was asked for, sometimes.
        text = text.replaceAll("(Mailbox doesn't exist): .*", "$1");
        text =
                text.replaceAll("user\\d{4}", "USER")
                        .replaceAll("(UIDVALIDITY|APPENDUID|COPYUID) \\d+", "$1 #")
                        .replaceAll("(MODSEQ) \\d+", "$1 #")
                        .replaceAll("(MODSEQ) \\(\\d+\\)", "$1 (#)")
                        .replaceAll("(?i) \\\\(un)?marked", "")
                        .replaceAll("\\[HIGHESTMODSEQ #] ", "")
                        .replaceAll("(MAILBOXID) \\([^)]*\\)", "$1 (#)")
                        .replaceAll("SESSIONID=<[^>]*>", "SESSIONID=#")
                        .replaceAll("\\b[0-9a-f]{32}\\b", "#");
        return text.contains("CAPABILITY") ? capabilities(text) : text;
    }

    private static String capabilities(String text) {
        StringBuilder kept = new StringBuilder();
        for (String word : text.split(" ")) {
            if (!NOT_COMPARED.contains(word) && !word.startsWith("X-")) {
                kept.append(kept.isEmpty() ? "" : " ").append(word);
            }
        }
        return kept.toString();
    }

    /// Of messages stored without one.
    private static String date(MatchResult found) {
        Instant date = OffsetDateTime.parse(found.group(1).strip(), DATE).toInstant();
        boolean now = Duration.between(date, Instant.now()).abs().toHours() < 1;
        return now ? "\"NOW\"" : "\"" + date + "\"";
    }
}
