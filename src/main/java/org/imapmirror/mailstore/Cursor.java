package org.imapmirror.mailstore;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Reads values out of a response: lines of text with a literal between each two of them. It is
/// lenient where that is harmless, because servers err in spaces and in characters of atoms.
final class Cursor {
    private final List<byte[]> lines;
    private final List<byte[]> literals;
    private int line;
    private int at;

    /// @param literals one less than lines, or as many when the last literal is still to come
    Cursor(List<byte[]> lines, List<byte[]> literals) {
        this.lines = lines;
        this.literals = literals;
    }

    private byte[] text() {
        return lines.get(line);
    }

    boolean atEnd() {
        skipSpaces();
        return at >= text().length && line == lines.size() - 1;
    }

    private void skipSpaces() {
        while (at < text().length && text()[at] == ' ') {
            at++;
        }
    }

    int peek() {
        skipSpaces();
        return at < text().length ? text()[at] : -1;
    }

    /// Everything up to the next space.
    String word() {
        skipSpaces();
        int from = at;
        while (at < text().length && text()[at] != ' ') {
            at++;
        }
        return ascii(from, at);
    }

    /// What is left of the current line, without the first space.
    String rest() {
        if (at < text().length && text()[at] == ' ') {
            at++;
        }
        String out = new String(text(), at, text().length - at, StandardCharsets.UTF_8);
        at = text().length;
        return out;
    }

    /// The `[...]` in front of a status response's text, without the brackets; empty where there is
    /// none.
    String code() {
        if (peek() != '[') {
            return "";
        }
        int from = at + 1;
        boolean quoted = false;
        for (int i = from; i < text().length; i++) {
            byte c = text()[i];
            if (c == '\\' && quoted) {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == ']' && !quoted) {
                at = i + 1;
                return new String(text(), from, i - from, StandardCharsets.UTF_8);
            }
        }
        return "";
    }

    Value value() throws MalformedReply {
        return value(0);
    }

    private Value value(int depth) throws MalformedReply {
        int c = peek();
        if (c == '(') {
            return list(depth + 1);
        }
        if (c == '"') {
            return new Value.Text(quoted());
        }
        if (c == '{' || c == '~') {
            return new Value.Text(literal());
        }
        if (c == -1 || c == ')') {
            throw new MalformedReply("a value is missing");
        }
        String atom = atom();
        return atom.equalsIgnoreCase("NIL") ? Value.NIL : new Value.Atom(atom);
    }

    /// The value of `UID` in a list of pairs whose last value is still to come; 0 where it is not
    /// among the complete ones.
    long uidInOpenList() throws MalformedReply {
        at++;
        while (peek() != ')' && !atEnd()) {
            String name = atom();
            if (line == lines.size() - 1 && (peek() == '{' || peek() == '~')) {
                return 0;
            }
            Value value = value();
            if (name.equalsIgnoreCase("UID")) {
                return Math.max(0, value.number());
            }
        }
        return 0;
    }

    private Value list(int depth) throws MalformedReply {
        if (depth > Value.MAX_DEPTH) {
            throw new MalformedReply("lists are nested too deeply");
        }
        at++;
        List<Value> out = new ArrayList<>();
        while (peek() != ')') {
            if (atEnd()) {
                throw new MalformedReply("a list does not end");
            }
            out.add(value(depth));
        }
        at++;
        return new Value.Items(out);
    }

    /// An atom; brackets of a FETCH item's name keep it together: `BODY[HEADER.FIELDS (A "B")]<0>`.
    String atom() {
        skipSpaces();
        int from = at;
        int brackets = 0;
        boolean quoted = false;
        for (; at < text().length; at++) {
            byte c = text()[at];
            if (quoted) {
                if (c == '\\') {
                    at++;
                } else if (c == '"') {
                    quoted = false;
                }
            } else if (c == '[') {
                brackets++;
            } else if (c == ']' && brackets > 0) {
                brackets--;
            } else if (brackets > 0) {
                quoted = c == '"';
            } else if (c == ' ' || c == '(' || c == ')') {
                break;
            }
        }
        at = Math.min(at, text().length);
        return ascii(from, at);
    }

    private byte[] quoted() throws MalformedReply {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (at++; at < text().length; at++) {
            byte c = text()[at];
            if (c == '"') {
                at++;
                return out.toByteArray();
            }
            if (c == '\\' && at + 1 < text().length) {
                at++;
            }
            out.write(text()[at]);
        }
        throw new MalformedReply("a quoted string does not end");
    }

    private byte[] literal() throws MalformedReply {
        if (line >= literals.size() || line + 1 >= lines.size()) {
            throw new MalformedReply("a brace that is no literal");
        }
        byte[] out = literals.get(line);
        line++;
        at = 0;
        return out;
    }

    private String ascii(int from, int to) {
        return new String(text(), from, to - from, StandardCharsets.ISO_8859_1);
    }

    /// The server's answer is not IMAP. What it said is not part of the message: it may be mail.
    static final class MalformedReply extends Exception {
        private static final long serialVersionUID = 1;

        MalformedReply(String message) {
            super(message);
        }
    }
}
