package org.imapmirror.imap;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// Reads the name of a FETCH item. A section holds spaces, parentheses, quotes and even literals,
/// and ends at its own bracket.
final class ItemName {
    private final Tokens tokens;
    private final StringBuilder name = new StringBuilder();

    ItemName(Tokens tokens) {
        this.tokens = tokens;
    }

    String read() throws MalformedException {
        if (tokens.peek() != Tokens.Kind.ATOM) {
            throw tokens.malformed("an item name");
        }
        int start = name.length();
        for (int c = tokens.raw();
                c != '[' && Tokens.isAtom((byte) c) && c >= 0;
                c = tokens.raw()) {
            name.append((char) c);
            tokens.advance();
        }
        String plain = name.toString().toUpperCase(Locale.ROOT);
        name.replace(start, name.length(), plain);
        if (tokens.raw() != '[') {
            if (plain.isEmpty()) {
                throw tokens.malformed("an item name");
            }
            return plain;
        }
        section();
        while (tokens.raw() >= 0 && Tokens.isAtom((byte) tokens.raw())) {
            name.append((char) tokens.raw());
            tokens.advance();
        }
        return name.toString();
    }

    private void section() throws MalformedException {
        name.append('[');
        tokens.advance();
        while (true) {
            boolean space = tokens.raw() == ' ';
            Tokens.Kind kind = tokens.peek();
            if (space && name.charAt(name.length() - 1) != '(' && kind != Tokens.Kind.CLOSE) {
                name.append(' ');
            }
            switch (kind) {
                case OPEN, CLOSE -> {
                    name.append((char) tokens.raw());
                    tokens.advance();
                }
                case QUOTED, LITERAL -> string(tokens.astring());
                case END -> throw tokens.malformed("a ]");
                case ATOM -> {
                    int c = tokens.raw();
                    if (!Tokens.isAtom((byte) c)) {
                        throw tokens.malformed("a section");
                    }
                    name.append((char) c);
                    tokens.advance();
                    if (c == ']') {
                        return;
                    }
                }
            }
        }
    }

    private void string(ImapString value) throws MalformedException {
        if (!(value instanceof ImapString.Octets o)) {
            throw tokens.malformed("a header field name before");
        }
        String text = new String(o.octets(), StandardCharsets.ISO_8859_1);
        name.append('"').append(text.replace("\\", "\\\\").replace("\"", "\\\"")).append('"');
    }
}
