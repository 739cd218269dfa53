package org.imapmirror.proxy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// What the proxy itself says to clients. It never tells names, addresses or causes.
final class Replies {
    static final byte[] UNAVAILABLE =
            line("* BYE [UNAVAILABLE] The mail server cannot be reached, try again later");
    static final byte[] CROWDED = line("* BYE [UNAVAILABLE] Too many connections, try again later");
    static final byte[] STOPPING = line("* BYE [UNAVAILABLE] Going down, connect again");
    static final byte[] MIRRORED = line("* BYE [UNAVAILABLE] Connect again");
    static final byte[] IDLE = line("* BYE Logged out for inactivity");
    static final byte[] LATE = line("* BYE No login in time");
    static final byte[] TOO_MANY = line("* BYE [LIMIT] Too many connections from your address");
    static final byte[] TOO_LONG = line("* BYE [LIMIT] Too much before login");
    static final byte[] ERROR = line("* BYE [SERVERBUG] Internal error, connect again");
    static final byte[] BAD_TAG = line("* BAD Not a tag");

    static final byte[] CORRUPT = line("* BYE What came is not compressed as agreed");
    static final byte[] BEHIND_COMPRESS = line("* BYE Commands behind COMPRESS");

    private Replies() {}

    static byte[] bad(String tag, String text) {
        return line(tag + " BAD " + text);
    }

    static byte[] privacyRequired(String tag) {
        return no(tag, "[PRIVACYREQUIRED] Begin TLS first");
    }

    static byte[] tooManyOfAccount(String tag) {
        return line(
                tag
                        + " NO [LIMIT] Too many connections of this account\r\n"
                        + "* BYE [LIMIT] Too many connections of this account");
    }

    static byte[] no(String tag, String text) {
        return line(tag + " NO " + text);
    }

    static byte[] ok(String tag, String text) {
        return line(tag + " OK " + text);
    }

    static byte[] line(byte[] text) {
        byte[] line = Arrays.copyOf(text, text.length + 2);
        line[text.length] = '\r';
        line[text.length + 1] = '\n';
        return line;
    }

    static byte[] line(String text) {
        return (text + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }
}
