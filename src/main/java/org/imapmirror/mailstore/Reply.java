package org.imapmirror.mailstore;

import org.imapmirror.mailstore.Cursor.MalformedReply;

import java.util.List;
import java.util.Locale;

/// One response of a server (RFC 9051 section 7).
///
/// @param tag `*`, `+`, or a command's tag
/// @param number of `n EXISTS`, `n EXPUNGE` and `n FETCH`; -1 for others
/// @param kind `OK`, `FETCH`, `LIST` ..., upper case; empty for `+`
/// @param code a status response's code in upper case without its arguments; empty where none
/// @param codeText the arguments of the code
/// @param text a status response's text
/// @param data what follows the kind in any other response; can be read once
record Reply(
        String tag,
        long number,
        String kind,
        String code,
        String codeText,
        String text,
        Cursor data) {

    static Reply parse(List<byte[]> lines, List<byte[]> literals) throws MalformedReply {
        Cursor in = new Cursor(lines, literals);
        String tag = in.word();
        if (tag.equals("+")) {
            return new Reply(tag, -1, "", "", "", in.rest(), in);
        }
        if (tag.isEmpty()) {
            throw new MalformedReply("an empty line");
        }
        String kind = in.word().toUpperCase(Locale.ROOT);
        long number = new Value.Atom(kind).number();
        if (number >= 0) {
            return new Reply(tag, number, in.word().toUpperCase(Locale.ROOT), "", "", "", in);
        }
        return switch (kind) {
            case "OK", "NO", "BAD", "BYE", "PREAUTH" -> status(tag, kind, in);
            default -> new Reply(tag, -1, kind, "", "", "", in);
        };
    }

    private static Reply status(String tag, String kind, Cursor in) {
        String code = in.code();
        int space = code.indexOf(' ');
        String name = space < 0 ? code : code.substring(0, space);
        return new Reply(
                tag,
                -1,
                kind,
                name.toUpperCase(Locale.ROOT),
                space < 0 ? "" : code.substring(space + 1),
                in.rest().strip(),
                in);
    }

    boolean untagged() {
        return tag.equals("*");
    }

    boolean continuation() {
        return tag.equals("+");
    }

    boolean is(String untaggedKind) {
        return untagged() && kind.equals(untaggedKind);
    }

    /// An untagged `OK [code ..]`.
    boolean hasCode(String name) {
        return code.equals(name);
    }
}
