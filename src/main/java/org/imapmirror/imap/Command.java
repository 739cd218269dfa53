package org.imapmirror.imap;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// A client's command: who is answered, what is asked, and where the arguments begin. Parsing never
/// fails; what is not a command has an empty verb.
///
/// @param tag as the client wrote it; empty where there is none
/// @param verb upper case; for `UID X` it is X; empty where the server will not find one either
/// @param uid true for `UID X`
/// @param argumentsAt the offset in the first line of what follows the verb
public record Command(String tag, String verb, boolean uid, int argumentsAt, WireMessage message) {

    /// Parses a command of which only the first line has been read.
    public static Command parseHead(byte[] firstLine) {
        return parse(WireMessage.of(firstLine));
    }

    public static Command parse(WireMessage message) {
        byte[] line = message.firstLine();
        int at = wordEnd(line, 0);
        String tag = text(line, 0, at);
        int from = next(line, at);
        at = wordEnd(line, from);
        boolean uid = at - from == 3 && text(line, from, at).equalsIgnoreCase("UID");
        if (uid) {
            from = next(line, at);
            at = wordEnd(line, from);
        }
        String verb = tag.isEmpty() ? "" : text(line, from, at).toUpperCase(Locale.ROOT);
        return new Command(tag, verb, uid, at, message);
    }

    /// Reads the arguments, from the first.
    public Tokens args() {
        return message.tokens(argumentsAt);
    }

    /// After one space; a second one makes the word behind it no word (as Dovecot has it).
    private static int next(byte[] line, int at) {
        return at < line.length && line[at] == ' ' ? at + 1 : line.length;
    }

    private static int wordEnd(byte[] line, int from) {
        int end = from;
        while (end < line.length && line[end] != ' ' && line[end] != '\r') {
            end++;
        }
        return end;
    }

    private static String text(byte[] line, int from, int to) {
        return new String(line, from, to - from, StandardCharsets.ISO_8859_1);
    }

    /// Without arguments: they may be credentials.
    @Override
    public String toString() {
        return tag + (uid ? " UID " : " ") + verb;
    }
}
