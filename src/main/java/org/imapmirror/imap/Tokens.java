package org.imapmirror.imap;

import org.imapmirror.event.Flags;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Reads a [WireMessage] from left to right. Spaces before a token are skipped, however many. A CR
/// that stands alone ends the text, as it does for Dovecot.
///
/// Every method that reads throws [MalformedException] where something else stands there, and
/// leaves the position undefined then.
public final class Tokens {
    public enum Kind {
        ATOM,
        QUOTED,
        LITERAL,
        OPEN,
        CLOSE,
        END
    }

    private static final int MAX_DEPTH = 200;

    private final WireMessage message;
    private int index;
    private byte[] line;
    private int at;

    /// Where the line's text ends: its end, or where its literal's header begins.
    private int end;

    /// Octets of the lines before this one.
    private int before;

    Tokens(WireMessage message, int offset) {
        this.message = message;
        this.line = message.firstLine();
        this.end = endOf(0);
        this.at = Math.min(offset, end);
    }

    /// Reads a text that is not a message of its own, for instance that of a response code.
    public static Tokens of(byte[] text) {
        return WireMessage.of(text).tokens();
    }

    private int endOf(int n) {
        byte[] text = message.lines().get(n);
        if (n >= message.literals().size()) {
            return text.length;
        }
        int i = text.length;
        while (i > 0 && text[i - 1] != '{') {
            i--;
        }
        i = Math.max(0, i - 1);
        return message.literals().get(n).binary() && i > 0 ? i - 1 : i;
    }

    /// What stands next.
    public Kind peek() throws MalformedException {
        while (at < end && line[at] == ' ') {
            at++;
        }
        if (at >= end) {
            if (index < message.literals().size() && index + 1 < message.lines().size()) {
                return Kind.LITERAL;
            }
            if (message.truncated()) {
                throw malformed("text that is not cut off");
            }
            return Kind.END;
        }
        return switch (line[at]) {
            case '"' -> Kind.QUOTED;
            case '(' -> Kind.OPEN;
            case ')' -> Kind.CLOSE;
            case '\r' -> Kind.END;
            default -> Kind.ATOM;
        };
    }

    public boolean end() throws MalformedException {
        return peek() == Kind.END;
    }

    /// Octets before the next one, not counting the content of literals.
    public int offset() {
        return before + at;
    }

    /// A run of octets up to a space, parenthesis, quote or control octet; flags, numbers, `*`,
    /// `%`, and brackets are all part of it.
    public String atom() throws MalformedException {
        if (peek() != Kind.ATOM) {
            throw malformed("an atom");
        }
        int from = at;
        while (at < end && isAtom(line[at])) {
            at++;
        }
        if (at == from) {
            throw malformed("an atom");
        }
        return new String(line, from, at - from, StandardCharsets.ISO_8859_1);
    }

    /// Skips the next atom if it is this one, in any case of letters.
    public boolean skipAtom(String expected) throws MalformedException {
        if (peek() != Kind.ATOM || !regionMatches(expected)) {
            return false;
        }
        int after = at + expected.length();
        if (after < end && isAtom(line[after])) {
            return false;
        }
        at = after;
        return true;
    }

    private boolean regionMatches(String expected) {
        if (at + expected.length() > end) {
            return false;
        }
        for (int i = 0; i < expected.length(); i++) {
            if (upper((char) (line[at + i] & 0xff)) != upper(expected.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static char upper(char c) {
        return c >= 'a' && c <= 'z' ? (char) (c - 32) : c;
    }

    /// A number from 0 to 2^63-1.
    public long number() throws MalformedException {
        if (peek() != Kind.ATOM) {
            throw malformed("a number");
        }
        long value = 0;
        int from = at;
        while (at < end && line[at] >= '0' && line[at] <= '9') {
            int digit = line[at] - '0';
            if (value > (Long.MAX_VALUE - digit) / 10) {
                throw malformed("a number below 2^63");
            }
            value = value * 10 + digit;
            at++;
        }
        if (at == from || (at < end && isAtom(line[at]))) {
            throw malformed("a number");
        }
        return value;
    }

    /// A number from 1 to 2^32-1: a message number, UID or UIDVALIDITY.
    public long nonZero() throws MalformedException {
        long value = number();
        if (value < 1 || value > 0xFFFF_FFFFL) {
            throw malformed("a number from 1 to 2^32-1");
        }
        return value;
    }

    public SequenceSet sequenceSet() throws MalformedException {
        int from = offset();
        String text = atom();
        try {
            return SequenceSet.parse(text);
        } catch (MalformedException e) {
            throw new MalformedException("a sequence set", from + e.offset());
        }
    }

    /// A quoted string or literal; also an atom, and `NIL` is one.
    public ImapString astring() throws MalformedException {
        return switch (peek()) {
            case ATOM -> new ImapString.Octets(atom().getBytes(StandardCharsets.ISO_8859_1), false);
            case QUOTED -> new ImapString.Octets(quoted(), false);
            case LITERAL -> literal();
            case OPEN, CLOSE, END -> throw malformed("an astring");
        };
    }

    /// The octets of an astring.
    public byte[] astringOctets() throws MalformedException {
        return octets(astring());
    }

    /// A quoted string or literal, or `NIL`.
    public ImapString nstring() throws MalformedException {
        return switch (peek()) {
            case ATOM -> {
                if (!skipAtom("NIL")) {
                    throw malformed("a string or NIL");
                }
                yield new ImapString.Nil();
            }
            case QUOTED -> new ImapString.Octets(quoted(), false);
            case LITERAL -> literal();
            case OPEN, CLOSE, END -> throw malformed("a string or NIL");
        };
    }

    /// The octets of an nstring; null for NIL.
    public byte @Nullable [] nstringOctets() throws MalformedException {
        ImapString value = nstring();
        return value instanceof ImapString.Nil ? null : octets(value);
    }

    private byte[] octets(ImapString value) throws MalformedException {
        return switch (value) {
            case ImapString.Octets o -> o.octets();
            case ImapString.OmittedLiteral _ -> throw malformed("a smaller literal before");
            case ImapString.Nil() -> throw malformed("a string before");
        };
    }

    private byte[] quoted() throws MalformedException {
        int from = ++at;
        boolean escaped = false;
        while (at < end && line[at] != '"') {
            if (line[at] == '\\') {
                escaped = true;
                at++;
            }
            at++;
        }
        if (at >= end) {
            throw malformed("a closing quote");
        }
        byte[] out = Arrays.copyOfRange(line, from, at++);
        if (!escaped) {
            return out;
        }
        int n = 0;
        for (int i = 0; i < out.length; i++) {
            if (out[i] == '\\') {
                i++;
            }
            out[n++] = out[i];
        }
        return Arrays.copyOf(out, n);
    }

    /// A literal.
    public ImapString literal() throws MalformedException {
        if (peek() != Kind.LITERAL) {
            throw malformed("a literal");
        }
        ImapString content = message.literals().get(index).content();
        before += line.length;
        index++;
        line = message.lines().get(index);
        end = endOf(index);
        at = 0;
        return content;
    }

    /// True where the literal that stands next is a literal8.
    public boolean literalIsBinary() throws MalformedException {
        return peek() == Kind.LITERAL && message.literals().get(index).binary();
    }

    public void enter() throws MalformedException {
        take(Kind.OPEN, "a (");
    }

    public void leave() throws MalformedException {
        take(Kind.CLOSE, "a )");
    }

    private void take(Kind kind, String name) throws MalformedException {
        if (peek() != kind) {
            throw malformed(name);
        }
        at++;
    }

    /// Skips what is left of the list that was entered, and its end.
    public void leaveSkipping() throws MalformedException {
        while (peek() != Kind.CLOSE) {
            skipValue();
        }
        at++;
    }

    /// Skips an atom (with what brackets hold), a string, or a list with all that is in it.
    public void skipValue() throws MalformedException {
        int depth = 0;
        do {
            switch (peek()) {
                case ATOM -> itemName();
                case QUOTED -> quoted();
                case LITERAL -> literal();
                case OPEN -> {
                    at++;
                    if (++depth > MAX_DEPTH) {
                        throw malformed("fewer nested lists");
                    }
                }
                case CLOSE -> {
                    if (depth == 0) {
                        throw malformed("a value");
                    }
                    at++;
                    depth--;
                }
                case END -> throw malformed("a value");
            }
        } while (depth > 0);
    }

    /// A list of atoms, or a single one without parentheses.
    public List<String> atoms() throws MalformedException {
        List<String> out = new ArrayList<>();
        if (peek() == Kind.OPEN) {
            at++;
            while (peek() != Kind.CLOSE) {
                out.add(atom());
            }
            at++;
        } else {
            while (peek() == Kind.ATOM) {
                out.add(atom());
            }
        }
        return out;
    }

    /// A flag list, or flags without parentheses up to the end (STORE).
    public Flags flags() throws MalformedException {
        return Flags.of(atoms());
    }

    /// The name of a FETCH item, upper case outside brackets, with its `[section]` and `<origin>`:
    /// `BODY[HEADER.FIELDS (Subject)]<0>`. Strings inside the brackets are written as quoted.
    public String itemName() throws MalformedException {
        return new ItemName(this).read();
    }

    /// The next octet without skipping spaces, -1 at the end of the text.
    int raw() {
        return at < end ? line[at] & 0xff : -1;
    }

    void advance() {
        at++;
    }

    static boolean isAtom(byte b) {
        return b < 0 || (b > ' ' && b != '(' && b != ')' && b != '"' && b != 0x7f);
    }

    MalformedException malformed(String expected) {
        return new MalformedException(expected, offset());
    }
}
