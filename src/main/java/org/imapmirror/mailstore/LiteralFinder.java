package org.imapmirror.mailstore;

import org.imapmirror.imap.LiteralHeader;
import org.jspecify.annotations.Nullable;

/// Follows the tokens of a line, octet by octet, to know whether its end announces a literal.
///
/// The verdict is meant to be the server's. Where servers differ, the client side does as Dovecot:
/// an octet that cannot stand where it is spoils the rest of the line, which then has no literal.
/// The server side is lenient, because servers err in tokens but not in literals. A search for
/// `{n}` at the end of a line (what most proxies do) is wrong in quoted strings, in the text of
/// status responses and in tags, and each such difference lets octets of a message be taken for a
/// command.
final class LiteralFinder {
    private enum State {
        /// Client: the tag. Server: the first octet.
        TAG,
        /// Server: after `*`.
        STAR,
        /// Client: the command word, or the one after `UID`. Server: the word after `* `.
        WORD,
        /// A token may start here.
        START,
        ATOM,
        QUOTED,
        ESCAPED,
        /// After `~` in token position.
        TILDE,
        /// After `{`.
        SIZE,
        /// After `{n+`.
        PLUS,
        /// After `{n}`: a literal, if the line ends.
        CLOSED,
        /// After `{n}` CR.
        CLOSED_CR,
        /// The rest of the line has no literal.
        TEXT
    }

    private static final long UID = pack("UID");
    private static final long AUTHENTICATE = pack("AUTHENTICATE");
    private static final long OK = pack("OK");
    private static final long NO = pack("NO");
    private static final long BAD = pack("BAD");
    private static final long BYE = pack("BYE");
    private static final long PREAUTH = pack("PREAUTH");

    private final boolean client;
    private State state = State.TAG;
    private boolean tagged;
    private boolean uid;

    /// The letters of the current word, five bits each; -1 where it holds something else.
    private long word;

    private long size;
    private boolean nonSync;
    private boolean binary;

    LiteralFinder(FrameScanner.Side side) {
        client = side == FrameScanner.Side.CLIENT;
    }

    void startLine(boolean plain) {
        state = plain ? State.TEXT : State.TAG;
        tagged = false;
        uid = false;
        word = 0;
    }

    void afterLiteral() {
        state = State.START;
    }

    /// What the line that ends here announces.
    @Nullable LiteralHeader atLineEnd() {
        return state == State.CLOSED || state == State.CLOSED_CR
                ? new LiteralHeader(size, nonSync, binary)
                : null;
    }

    /// Reads octets up to a line feed.
    ///
    /// @return the index of the line feed, which is not read, or `to`
    int scan(byte[] a, int from, int to) {
        State s = state;
        int i = from;
        for (; i < to; i++) {
            byte c = a[i];
            if (c == '\n') {
                break;
            }
            s = s == State.TEXT ? s : next(s, c);
        }
        state = s;
        return i;
    }

    private State next(State s, byte c) {
        return switch (s) {
            case TAG -> client ? tag(c) : c == '*' ? State.STAR : State.TEXT;
            case STAR -> c == ' ' ? State.WORD : State.TEXT;
            case WORD -> client ? command(c) : kind(c);
            case START -> start(c);
            case ATOM -> atom(c);
            case QUOTED -> quoted(c);
            case ESCAPED -> client && (c == '\r' || c == 0) ? State.TEXT : State.QUOTED;
            case TILDE -> c == '{' ? size(true) : atom(c);
            case SIZE -> digit(c);
            case PLUS -> c == '}' ? State.CLOSED : spoiled(c);
            case CLOSED -> c == '\r' ? State.CLOSED_CR : spoiled(c);
            case CLOSED_CR, TEXT -> State.TEXT;
        };
    }

    private State tag(byte c) {
        if (c == ' ') {
            return tagged ? State.WORD : State.TEXT;
        }
        tagged = true;
        return switch (c) {
            case '(', ')', '{', '%', '*', '"', '\\', '+', ']' -> State.TEXT;
            default -> c > ' ' && c < 0x7f ? State.TAG : State.TEXT;
        };
    }

    private State command(byte c) {
        if (c != ' ') {
            word = append(word, c);
            return atom(c) == State.ATOM ? State.WORD : State.TEXT;
        }
        if (word == UID && !uid) {
            uid = true;
            word = 0;
            return State.WORD;
        }
        return word == 0 || word == AUTHENTICATE ? State.TEXT : State.START;
    }

    private State kind(byte c) {
        if (c == '(') {
            return State.START;
        }
        if (c != ' ') {
            word = append(word, c);
            return State.WORD;
        }
        if (word == 0) {
            return State.WORD;
        }
        return word == OK || word == NO || word == BAD || word == BYE || word == PREAUTH
                ? State.TEXT
                : State.START;
    }

    private State start(byte c) {
        return switch (c) {
            case ' ', '(', ')' -> State.START;
            case '"' -> State.QUOTED;
            case '{' -> size(false);
            case '~' -> State.TILDE;
            default -> atom(c);
        };
    }

    private State atom(byte c) {
        return switch (c) {
            case ' ', ')' -> State.START;
            case '(' -> client ? State.TEXT : State.START;
            case '{', '"', 0x7f -> client ? State.TEXT : State.ATOM;
            default -> client && c >= 0 && c < ' ' ? State.TEXT : State.ATOM;
        };
    }

    private State quoted(byte c) {
        return switch (c) {
            case '\\' -> State.ESCAPED;
            case '"' -> State.START;
            case '\r', 0 -> client ? State.TEXT : State.QUOTED;
            default -> State.QUOTED;
        };
    }

    private State size(boolean literal8) {
        binary = literal8;
        nonSync = false;
        size = -1;
        return State.SIZE;
    }

    private State digit(byte c) {
        if (c >= '0' && c <= '9') {
            int digit = c - '0';
            if (size > (Long.MAX_VALUE - digit) / 10) {
                return spoiled(c);
            }
            size = Math.max(size, 0) * 10 + digit;
            return State.SIZE;
        }
        if (c == '}' && size >= 0) {
            return State.CLOSED;
        }
        if (c == '+' && size >= 0 && client) {
            nonSync = true;
            return State.PLUS;
        }
        return spoiled(c);
    }

    private State spoiled(byte c) {
        return client ? State.TEXT : atom(c);
    }

    private static long append(long word, byte c) {
        boolean letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        // Twelve letters fill 60 bits; a longer word is none of ours.
        return letter && word >= 0 && word < 1L << 55 ? word << 5 | (c & 0x1f) : -1;
    }

    private static long pack(String text) {
        long word = 0;
        for (int i = 0; i < text.length(); i++) {
            word = append(word, (byte) text.charAt(i));
        }
        return word;
    }
}
