package org.imapmirror.differential;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Words of commands at random: mailbox names, sets, flags, messages.
final class Words {
    private static final List<String> MAILBOXES =
            List.of("INBOX", "A", "B", "A/B", "sp ace", "q\"uote", "&AOk-t&AOk-", "Trash");
    private static final List<String> NAMES =
            List.of(
                    "inbox",
                    "iNbOx",
                    "A/B/C",
                    "D",
                    "D/E",
                    "Drafts",
                    "Sent",
                    "nope",
                    "INBOX/kid",
                    "(par)",
                    "Archive");
    private static final List<String> STRANGE =
            List.of(
                    "per%cent",
                    "b&c", "&AGE-", "", "x//y", "../x", "/lead", "X{3}", "back\\slash", "A/");
    private static final List<String> FLAGS =
            List.of(
                    "\\Seen",
                    "\\Deleted",
                    "\\Flagged",
                    "\\Answered",
                    "\\Draft",
                    "kw1",
                    "Kw2",
                    "$Forwarded",
                    "NonJunk",
                    "\\seen");

    private final Random random;
    private final boolean alone;
    private final boolean strict;
    private final List<String> names;
    private int messages;

    /// @param alone no other session works on the account: else `*` is whatever message the server
    ///   has told of last, which may be later through the proxy, because it asks something first
    /// @param strict the server refuses names that others cannot hold, and stores line feeds with
    ///   carriage returns as others do
    Words(Random random, boolean alone, boolean strict) {
        this.random = random;
        this.alone = alone;
        this.strict = strict;
        this.names = new ArrayList<>(NAMES);
        if (strict) {
            names.addAll(STRANGE);
        }
    }

    <T> T any(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    boolean once(int in) {
        return random.nextInt(in) == 0;
    }

    int number(int below) {
        return random.nextInt(below);
    }

    /// Mostly one that is there.
    String mailbox() {
        return once(8) ? any(names) : any(MAILBOXES);
    }

    /// Any, as a name to be made or removed.
    String name() {
        return random.nextBoolean() ? any(names) : any(MAILBOXES);
    }

    /// Not below that one, where the server would take it.
    String nameBeside(String other) {
        String name = name();
        return strict || !name.startsWith(other + "/") ? name : "D";
    }

    String set() {
        return switch (alone ? random.nextInt(12) : 5 + random.nextInt(7)) {
            case 0 -> "*";
            case 1 -> "1:*";
            case 2 -> "*:1";
            case 3 -> (1 + random.nextInt(6)) + ":*";
            case 4 -> "999:*";
            case 5 -> few() + "," + few();
            case 6 -> few() + "," + range();
            case 7, 8 -> range();
            default -> few();
        };
    }

    private String few() {
        return "" + (1 + random.nextInt(once(6) ? 40 : 8));
    }

    private String range() {
        return few() + ":" + few();
    }

    String flags() {
        StringBuilder flags = new StringBuilder();
        for (int i = random.nextInt(4); i > 0; i--) {
            flags.append(flags.isEmpty() ? "" : " ").append(any(FLAGS));
        }
        return flags.toString();
    }

    String date() {
        return any(
                List.of(
                        "\"01-Jan-2020 10:00:00 +0200\"",
                        "\" 7-Feb-1994 22:43:04 -0800\"",
                        "\"29-Feb-2024 23:59:59 +0000\"",
                        "\"24-Nov-2026 03:04:05 +0530\""));
    }

    /// No two are alike.
    byte[] message() {
        int number = ++messages;
        String body =
                switch (random.nextInt(12)) {
                    case 0 -> "";
                    case 1 -> "a1 OK [COPYUID 1 1:9 1:9] done\r\n* 1 EXPUNGE\r\n+ go\r\n";
                    case 2 -> "ends like a header {5}";
                    case 3 -> "b DELETE A\r\nb LOGOUT\r\n";
                    case 4 -> "8bit \u00e9\u00ff\u0080\r\n";
                    case 5 -> strict ? "bare\nline\nfeeds\n" : "";
                    case 6 -> "x".repeat(40_000);
                    case 7 -> ".\r\n..\r\n\r\n\r\n";
                    default -> "line\r\n".repeat(random.nextInt(30));
                };
        String text =
                "From: a@example.org\r\nSubject: number %d\r\n%s\r\n%s"
                        .formatted(
                                number,
                                once(4) ? "" : "Message-ID: <%d@example.org>\r\n".formatted(number),
                                body);
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    String fetchItems() {
        return any(
                List.of(
                        "FLAGS",
                        "(FLAGS)",
                        "(UID FLAGS)",
                        "FAST",
                        "ALL",
                        "FULL",
                        "(UID INTERNALDATE RFC822.SIZE)",
                        "ENVELOPE",
                        "BODYSTRUCTURE",
                        "BODY",
                        "BODY[]",
                        "BODY.PEEK[]",
                        "BODY[TEXT]",
                        "BODY[HEADER.FIELDS (SUBJECT)]",
                        "BODY.PEEK[HEADER.FIELDS (\"X{3}\" SUBJECT)]",
                        "(BODY.PEEK[HEADER] FLAGS)",
                        "BODY[]<0.10>",
                        "RFC822",
                        "RFC822.HEADER",
                        "RFC822.TEXT",
                        "(RFC822.SIZE)",
                        "BINARY[1]",
                        "BINARY.PEEK[1]",
                        "BINARY.SIZE[1]",
                        "BODY[1.MIME]",
                        "BODY[99]",
                        "(FLAGS",
                        "NONSENSE"));
    }

    String searchKeys() {
        return any(
                List.of(
                        "ALL",
                        "DELETED",
                        "UNSEEN",
                        "SUBJECT number",
                        "UID 1:5",
                        "1:3",
                        "NOT SEEN OR FLAGGED DRAFT",
                        "KEYWORD kw1",
                        "LARGER 1000 (SMALLER 100000)",
                        "SINCE 1-Jan-2021",
                        "HEADER Message-ID \"1@\"",
                        "BODY \"\"",
                        "$",
                        "NONSENSE"));
    }
}
