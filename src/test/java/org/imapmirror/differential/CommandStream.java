package org.imapmirror.differential;

import org.imapmirror.differential.Exchange.Kind;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/// What clients send, valid and hostile, at random: it depends on nothing but the seed.
///
/// Left out is what a server may answer in several ways: message numbers behind a command that may
/// expunge or where another session expunges, and commands of two sessions at the same time.
final class CommandStream {
    private final Random random;
    private final Words words;
    private final int sessions;
    private final boolean patient;
    private int tags;

    /// @param sessions connections of the account
    /// @param patient the server reads DONE that comes with IDLE
    /// @param strict see [Words]
    CommandStream(long seed, int sessions, boolean patient, boolean strict) {
        this.random = new Random(seed);
        this.words = new Words(random, sessions == 1, strict);
        this.sessions = sessions;
        this.patient = patient;
    }

    /// What a session begins with.
    List<String> opening() {
        return words.any(
                List.of(
                        List.of("SELECT INBOX"),
                        List.of("ENABLE CONDSTORE", "SELECT INBOX"),
                        List.of("ENABLE QRESYNC", "SELECT INBOX"),
                        List.of("SELECT INBOX (CONDSTORE)"),
                        List.of("CREATE A", "SELECT A"),
                        List.of("EXAMINE INBOX")));
    }

    Exchange next() {
        return switch (random.nextInt(40)) {
            case 0, 1 -> hostile();
            case 2 -> refused();
            case 3, 4 -> pipeline();
            case 5 -> idle();
            default -> alone();
        };
    }

    Exchange of(String command) {
        return of(0, command);
    }

    private Exchange of(int session, String command) {
        String tag = tag();
        return exchange(session, kind(command), new Octets().text(tag + " " + command), tag);
    }

    private static Kind kind(String command) {
        return command.startsWith("CLOSE") ? Kind.WITHOUT_NEWS : Kind.ALONE;
    }

    private Exchange exchange(int session, Kind kind, Octets octets, String... awaited) {
        return new Exchange(session, kind, octets.text("\r\n").parts(), List.of(awaited));
    }

    private int session() {
        return random.nextInt(4) == 0 ? random.nextInt(sessions) : 0;
    }

    private String tag() {
        return words.any(List.of("a", "B", "t.", "x-", "1", "~")) + ++tags;
    }

    private Exchange alone() {
        int session = session();
        return switch (random.nextInt(12)) {
            case 0, 1, 2 -> append(session);
            case 3 -> tree(session);
            case 4 -> of(session, question());
            default -> of(session, work());
        };
    }

    private String work() {
        return switch (random.nextInt(22)) {
            case 0, 1, 2 -> uid() + "STORE " + words.set() + " " + change();
            case 3 -> uid() + "STORE " + words.set() + condition() + change();
            case 4 -> uid() + "COPY " + words.set() + " " + quoted(words.mailbox());
            case 5 -> uid() + "MOVE " + words.set() + " " + quoted(words.mailbox());
            case 6, 7, 8 -> uid() + "FETCH " + words.set() + " " + words.fetchItems();
            case 9 -> "EXPUNGE";
            case 10 -> "UID EXPUNGE " + words.set();
            case 11, 12 -> select();
            case 13 -> words.any(List.of("CLOSE", "UNSELECT", "CHECK", "NOOP", "NOOP"));
            case 14 -> uid() + "SEARCH RETURN (SAVE) " + words.searchKeys();
            case 15 -> uid() + saved();
            case 16 -> uid() + "SEARCH RETURN (" + returned() + ") " + words.searchKeys();
            case 17 -> uid() + "FETCH " + words.set() + " (FLAGS) (CHANGEDSINCE 1)";
            case 18 -> "UID STORE 1:* " + change();
            default -> uid() + "SEARCH " + words.searchKeys();
        };
    }

    private String saved() {
        return words.any(
                List.of(
                        "STORE $ +FLAGS (saved)",
                        "STORE $ -FLAGS.SILENT (saved \\Seen)",
                        "FETCH $ (UID FLAGS)",
                        "COPY $ B",
                        "MOVE $ A",
                        "FETCH $ BODY[TEXT]"));
    }

    private String returned() {
        return words.any(List.of("MIN MAX", "ALL", "COUNT", "ALL SAVE", "MIN SAVE", "", "PARTIAL"));
    }

    private String uid() {
        return sessions > 1 || random.nextBoolean() ? "UID " : "";
    }

    private String change() {
        String item =
                words.any(List.of("", "+", "-"))
                        + words.any(List.of("FLAGS", "flags", "FLAGS"))
                        + words.any(List.of("", ".SILENT", ".silent"));
        return item + (words.once(5) ? " \\Seen kw3" : " (" + words.flags() + ")");
    }

    private String condition() {
        return " (UNCHANGEDSINCE " + words.any(List.of("0", "1", "4611686018427387904")) + ") ";
    }

    private String select() {
        return words.any(List.of("SELECT ", "SELECT ", "SELECT ", "EXAMINE "))
                + quoted(words.mailbox());
    }

    private static String quoted(String name) {
        return '"' + name.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private String question() {
        String name = quoted(words.mailbox());
        return words.any(
                List.of(
                        "LIST \"\" *",
                        "LIST \"\" \"%\"",
                        "LIST (SUBSCRIBED) \"\" *",
                        "LIST \"\" * RETURN (SPECIAL-USE SUBSCRIBED CHILDREN)",
                        "LSUB \"\" *",
                        "STATUS " + name + " (MESSAGES UIDNEXT UIDVALIDITY UNSEEN)",
                        "NAMESPACE",
                        "CAPABILITY",
                        "ID NIL",
                        "ID (\"name\" \"x\" \"version\" NIL)",
                        "SORT (SUBJECT) UTF-8 ALL",
                        "GETQUOTAROOT " + name,
                        "MYRIGHTS " + name,
                        "GETMETADATA " + name + " /private/comment"));
    }

    private Exchange tree(int session) {
        String verb =
                words.any(
                        List.of(
                                "CREATE",
                                "CREATE",
                                "DELETE",
                                "RENAME",
                                "SUBSCRIBE",
                                "SUBSCRIBE",
                                "UNSUBSCRIBE"));
        String tag = tag();
        Octets octets = new Octets().text(tag + " " + verb + " ");
        String name = words.name();
        astring(octets, name);
        if (verb.equals("RENAME")) {
            astring(octets.text(" "), words.nameBeside(name));
        } else if (verb.equals("CREATE") && words.once(10)) {
            octets.text(" (USE (\\Archive))");
        }
        return exchange(session, Kind.ALONE, octets, tag);
    }

    private void astring(Octets octets, String text) {
        byte[] literal = text.getBytes(StandardCharsets.ISO_8859_1);
        switch (random.nextInt(4)) {
            case 0 -> octets.literal(literal);
            case 1 -> octets.eager(literal, false);
            case 2 ->
                    octets.text(
                            text.matches("[A-Za-z0-9/&+,.{}-]+") && !text.contains("{")
                                    ? text
                                    : quoted(text));
            default -> octets.text(quoted(text));
        }
    }

    private Exchange append(int session) {
        String tag = tag();
        Octets octets = new Octets().text(tag + " APPEND ");
        astring(octets, words.mailbox());
        int messages = words.once(6) ? 2 + random.nextInt(2) : 1;
        for (int i = 0; i < messages; i++) {
            octets.text(" ");
            if (random.nextBoolean()) {
                octets.text("(" + words.flags() + ") ");
            }
            if (random.nextBoolean()) {
                octets.text(words.date() + " ");
            }
            boolean cancelled = words.once(40);
            byte[] message = cancelled ? new byte[0] : words.message();
            switch (random.nextInt(4)) {
                case 2 -> octets.eager(message, false);
                case 3 -> octets.eager(message, words.once(3));
                default -> octets.literal(message);
            }
        }
        return exchange(session, Kind.ALONE, octets, tag);
    }

    private Exchange idle() {
        String tag = tag();
        Octets octets = new Octets().text(tag + " IDLE\r\n");
        if (!patient || random.nextBoolean()) {
            return exchange(0, Kind.PIPELINED, octets.waiting().text("done"), tag);
        }
        String next = tag();
        octets.text("DONE\r\n" + next + " NOOP");
        return exchange(0, Kind.PIPELINED, octets, tag, next);
    }

    /// Commands in one packet that mean the same in whatever order their answers come.
    private Exchange pipeline() {
        int count = 2 + random.nextInt(4);
        Octets octets = new Octets();
        String[] awaited = new String[count];
        boolean byNumber = sessions == 1 && random.nextBoolean();
        for (int i = 0; i < count; i++) {
            awaited[i] = tag();
            String command =
                    byNumber
                            ? words.any(
                                    List.of(
                                            "STORE " + words.set() + " " + change(),
                                            "FETCH " + words.set() + " FLAGS",
                                            "FETCH " + words.set() + " BODY[TEXT]"))
                            : words.any(
                                    List.of(
                                            "UID STORE " + uids() + " " + change(),
                                            "UID FETCH " + uids() + " (FLAGS BODY[TEXT])",
                                            "UID COPY " + uids() + " B",
                                            "UID SEARCH ALL",
                                            "NOOP"));
            octets.text((i == 0 ? "" : "\r\n") + awaited[i] + " " + command);
        }
        return exchange(session(), Kind.PIPELINED, octets, awaited);
    }

    /// Without `*`, which a command before may have moved.
    private String uids() {
        return words.number(20) + 1 + ":" + (words.number(20) + 1);
    }

    /// What no client should send, and a NOOP that is answered all the same.
    private Exchange hostile() {
        String tag = tag();
        String then = tag();
        String line =
                words.any(
                        List.of(
                                tag + "  NOOP",
                                tag + " UID  FETCH 1 FLAGS",
                                tag + " STORE 1  +FLAGS (\\Seen)",
                                tag + " NOOP ",
                                tag + " NOOP x",
                                tag,
                                " ",
                                "",
                                "* NOOP",
                                "+ NOOP",
                                tag + "(x) NOOP",
                                "a[b].~ NOOP",
                                "] NOOP",
                                tag + " NOOP\n" + tag + "b NOOP",
                                tag + " NOOP\r" + tag + "b NOOP",
                                tag + " NOOP\r",
                                tag + " LIST \"\" \"x{3+}",
                                tag + " LIST \"\" x{3}",
                                tag + " LIST \"\" \"a\0b\"",
                                tag + " LIST \"\" {-3}",
                                tag + " LIST \"\" { 3}",
                                tag + " LIST \"\" {3-}",
                                tag + " STORE 0 +FLAGS (\\Seen)",
                                tag + " STORE 1:2:3 +FLAGS (\\Seen)",
                                tag + " STORE 4294967296 +FLAGS (\\Seen)",
                                tag + " STORE 1 +FLAGS (\\Recent)",
                                tag + " STORE 1 +FLAGS (\\Bogus)",
                                tag + " STORE 1 +FLAGS (a b",
                                tag + " STORE 1 FLAGS",
                                tag + " STORE 1 *FLAGS (a)",
                                tag + " STORE 1 +FLAGS ((a))",
                                tag + " XFROB 1",
                                tag + " \"NOOP\"",
                                tag + " UID NOOP",
                                tag + " UID",
                                tag + " FETCH 1 (FLAGS)) x",
                                tag + " COPY 1",
                                tag + " MOVE 1 A B",
                                tag + " CREATE",
                                tag + " CREATE a b c",
                                tag + " LOGIN user pass",
                                tag + " SEARCH CHARSET NONSENSE ALL",
                                tag + " SELECT \u00e9",
                                tag + " SELECT " + "(".repeat(50),
                                tag + " EXAMINE \"" + "n".repeat(3000) + "\"",
                                "x".repeat(300) + " NOOP",
                                tag + " DONE",
                                "DONE",
                                tag + " GETACL",
                                tag + " EXPUNGE 1",
                                tag + " UID EXPUNGE",
                                tag + " CLOSE now"));
        Octets octets = new Octets().text(line + "\r\n" + then + " NOOP");
        return exchange(0, Kind.PIPELINED, octets, then);
    }

    /// What capture could not follow, or what a server might take for something else.
    private Exchange refused() {
        String tag = tag();
        String line =
                words.any(
                        List.of(
                                " NOTIFY NONE",
                                " UNAUTHENTICATE",
                                " STARTTLS",
                                " AUTHENTICATE PLAIN",
                                " BOGUS {14+}\r\nb DELETE \"A\"\r\n",
                                " APPEND A (\\Recent) {14+}\r\nb DELETE \"A\"\r\n",
                                " APPEND A (\\Bogus) {14+}\r\nb DELETE \"A\"\r\n",
                                " APPEND A \"32-Foo-2020\" {14+}\r\nb DELETE \"A\"\r\n",
                                " UID APPEND A {14+}\r\nb DELETE \"A\"\r\n"));
        return exchange(0, Kind.REFUSED, new Octets().text(tag + line), tag);
    }
}
