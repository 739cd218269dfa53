package org.imapmirror.proxy;

import java.io.IOException;
import java.util.Random;
import java.util.regex.Pattern;

/// Everything that is hard to relay, said to one server; what it answers is kept, without what may
/// differ from one time to the next.
final class Conversation {
    private static final Pattern VARIABLE =
            Pattern.compile(
                    "CAPABILITY [^]\\n]*|UIDVALIDITY \\d+|APPENDUID \\d+ \\d+|COPYUID \\d+ [\\d:,]+"
                        + " [\\d:,]+|UIDNEXT \\d+|UID \\d+|\\(\\d\\.\\d+ \\+ [^)]*\\)|HIGHESTMODSEQ"
                        + " \\d+|\\d\\d-\\w\\w\\w-\\d{4} [\\d:]+ [+-]\\d+");

    private final Wire wire;
    private final String user;
    private final String password;
    private final Random cuts;
    private final boolean whole;
    private final StringBuilder heard = new StringBuilder();
    private int tag;

    /// @param seed of the places where the client's octets are cut; 0 for none
    Conversation(Wire wire, String user, String password, long seed) {
        this.wire = wire;
        this.user = user;
        this.password = password;
        this.whole = seed == 0;
        this.cuts = new Random(seed);
    }

    /// Holds the whole conversation.
    String all() throws IOException {
        hear();
        ask("NOOP");
        ask("ID (\"name\" {1+}\r\nx)");
        ask("LOGIN " + user + " wrong");
        ask("LOGIN {" + user.length() + "+}\r\n" + user + " " + password);
        ask("CREATE work");
        ask("SELECT INBOX");
        ask(
                "APPEND INBOX (\\Seen $Junk) \"01-Jan-2020 10:00:00 +0200\" {24+}\r\n"
                        + "Subject: \"a\\b\" {5}\r\n\r\nx");
        synchronizing("APPEND INBOX", "From: a\r\n\r\nbody {3}\r\nb NOOP\r\n");
        synchronizing("APPEND nowhere", null);
        ask("APPEND INBOX {7+}\r\na: b\r\n\r (\\Draft) {6+}\r\nc: d\r\n");
        ask("LIST \"\" \"x{3+}");
        ask("LIST \"\" {1+}\r\n*");
        ask("FETCH 1:* (FLAGS ENVELOPE BODY.PEEK[] INTERNALDATE)");
        ask("FETCH 1 BODY[HEADER.FIELDS ({7+}\r\nSubject)]");
        ask("SEARCH SUBJECT {1+}\r\na");
        ask("STORE 1:* +FLAGS (custom)");
        ask("STORE 99 +FLAGS (x)");
        ask("BOGUS");
        ask("COPY 1 work");
        ask("MOVE 1 work");
        idle();
        pipeline();
        ask("UID FETCH " + "1,".repeat(3000) + "1 FLAGS");
        ask("STATUS work (MESSAGES)");
        ask("DELETE {4}\r\n");
        ask("STORE 1:* +FLAGS.SILENT (\\Deleted)");
        ask("EXPUNGE");
        ask("DELETE work");
        ask("LOGOUT");
        heard.append(wire.isOver() ? "<end>" : "<more>");
        return VARIABLE.matcher(heard).replaceAll("#");
    }

    private void ask(String command) throws IOException {
        String own = "t" + ++tag;
        say(own + " " + command + "\r\n");
        String line;
        do {
            line = hear();
            if (line.startsWith("+")) {
                say("work\r\n");
            }
        } while (!line.startsWith(own + " "));
    }

    private void synchronizing(String command, @org.jspecify.annotations.Nullable String literal)
            throws IOException {
        String own = "t" + ++tag;
        int size = literal == null ? 310 : literal.length();
        say(own + " " + command + " {" + size + "}\r\n");
        String line = hear();
        if (literal != null) {
            say(literal + "\r\n");
            while (!line.startsWith(own + " ")) {
                line = hear();
            }
        }
    }

    private void idle() throws IOException {
        String own = "t" + ++tag;
        say(own + " IDLE\r\n");
        hear();
        say("DONE\r\n" + "u" + tag + " NOOP\r\n");
        while (!hear().startsWith("u" + tag + " ")) {
            // the answer to IDLE
        }
    }

    private void pipeline() throws IOException {
        StringBuilder commands = new StringBuilder();
        for (int i = 0; i < 50; i++) {
            commands.append("p").append(i).append(" NOOP\r\n");
        }
        say(commands.toString());
        while (!hear().startsWith("p49 ")) {
            // in order
        }
    }

    private String hear() throws IOException {
        String line = wire.line();
        heard.append(line).append('\n');
        return line;
    }

    private void say(String octets) throws IOException {
        int at = 0;
        while (at < octets.length()) {
            int left = octets.length() - at;
            int count = whole ? left : Math.min(left, 1 + cuts.nextInt(20));
            wire.raw(octets.substring(at, at + count));
            at += count;
        }
    }
}
