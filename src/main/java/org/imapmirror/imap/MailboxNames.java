package org.imapmirror.imap;

import org.imapmirror.event.MailboxName;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/// Mailbox names between the wire and [MailboxName]: modified UTF-7 (RFC 3501 section 5.1.3), or
/// UTF-8 on a connection that enabled UTF8=ACCEPT or IMAP4rev2.
///
/// Decoding is strict and never fails: an octet that is not part of a well-formed, canonical
/// encoding becomes a character U+EF00 plus the octet, and encoding turns that into the octet
/// again. So every name that a server can send survives the round trip, and its parents stay
/// recognisable.
public final class MailboxNames {
    private static final char RAW = 0xEF00;
    private static final Base64.Decoder DECODER = Base64.getDecoder();
    private static final Base64.Encoder ENCODER = Base64.getEncoder().withoutPadding();

    private MailboxNames() {}

    /// @param utf8 true where the connection has names in UTF-8
    public static MailboxName decode(byte[] wire, boolean utf8) {
        return new MailboxName(text(wire, utf8));
    }

    /// As [#decode], for a prefix that is not a name by itself.
    static String text(byte[] wire, boolean utf8) {
        return utf8 ? fromUtf8(wire) : fromUtf7(wire);
    }

    public static byte[] encode(MailboxName name, boolean utf8) {
        return utf8 ? toUtf8(name.value()) : toUtf7(name.value());
    }

    /// The name as an argument of a command.
    public static ImapText.Wire encodeForWire(MailboxName name, boolean utf8) {
        return ImapText.string(encode(name, utf8), utf8);
    }

    private static boolean isRaw(char c) {
        return c >= RAW && c <= RAW + 0xff;
    }

    private static boolean isDirect(char c) {
        return c >= ' ' && c < 0x7f;
    }

    private static String fromUtf7(byte[] wire) {
        StringBuilder out = new StringBuilder(wire.length);
        boolean afterShift = false;
        int i = 0;
        while (i < wire.length) {
            char c = (char) (wire[i] & 0xff);
            if (c != '&') {
                out.append(isDirect(c) ? c : (char) (RAW + c));
                afterShift = false;
                i++;
                continue;
            }
            int end = i + 1;
            while (end < wire.length && wire[end] != '-') {
                end++;
            }
            String shifted = end < wire.length ? shifted(wire, i, end) : "";
            if (shifted.isEmpty() || (afterShift && !shifted.equals("&"))) {
                out.append((char) (RAW + '&'));
                afterShift = false;
                i++;
            } else {
                out.append(shifted);
                afterShift = !shifted.equals("&");
                i = end + 1;
            }
        }
        return out.toString();
    }

    /// What `&...-` stands for; empty where it is not the canonical encoding of anything.
    private static String shifted(byte[] wire, int from, int end) {
        if (end == from + 1) {
            return "&";
        }
        byte[] base64 = Arrays.copyOfRange(wire, from + 1, end);
        for (int i = 0; i < base64.length; i++) {
            if (base64[i] == ',') {
                base64[i] = '/';
            } else if (base64[i] == '/' || base64[i] == '=') {
                return "";
            }
        }
        try {
            byte[] units = DECODER.decode(base64);
            String text =
                    StandardCharsets.UTF_16BE
                            .newDecoder()
                            .decode(ByteBuffer.wrap(units))
                            .toString();
            boolean proper = text.chars().noneMatch(c -> isDirect((char) c) || isRaw((char) c));
            byte[] again = toUtf7(text);
            return proper && Arrays.equals(again, 0, again.length, wire, from, end + 1) ? text : "";
        } catch (IllegalArgumentException | CharacterCodingException _) {
            return "";
        }
    }

    private static byte[] toUtf7(String name) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(name.length() + 16);
        int i = 0;
        while (i < name.length()) {
            char c = name.charAt(i);
            if (isDirect(c)) {
                out.write(c);
                if (c == '&') {
                    out.write('-');
                }
                i++;
            } else if (isRaw(c)) {
                out.write(c - RAW);
                i++;
            } else {
                int end = i;
                while (end < name.length()
                        && !isDirect(name.charAt(end))
                        && !isRaw(name.charAt(end))) {
                    end++;
                }
                shift(name.substring(i, end), out);
                i = end;
            }
        }
        return out.toByteArray();
    }

    private static void shift(String text, ByteArrayOutputStream out) {
        byte[] units = new byte[text.length() * 2];
        for (int i = 0; i < text.length(); i++) {
            units[2 * i] = (byte) (text.charAt(i) >> 8);
            units[2 * i + 1] = (byte) text.charAt(i);
        }
        out.write('&');
        for (byte b : ENCODER.encode(units)) {
            out.write(b == '/' ? ',' : b);
        }
        out.write('-');
    }

    private static String fromUtf8(byte[] wire) {
        StringBuilder out = new StringBuilder(wire.length);
        int i = 0;
        while (i < wire.length) {
            int length = Math.min(utf8Length(wire[i]), wire.length - i);
            String character = length == 0 ? "" : utf8Character(wire, i, length);
            if (character.isEmpty() || isRaw(character.charAt(0))) {
                out.append((char) (RAW + (wire[i] & 0xff)));
                i++;
            } else {
                out.append(character);
                i += length;
            }
        }
        return out.toString();
    }

    private static int utf8Length(byte first) {
        int b = first & 0xff;
        if (b < 0x80) {
            return 1;
        }
        return b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : b >= 0xc0 ? 2 : 0;
    }

    private static String utf8Character(byte[] wire, int at, int length) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(wire, at, length))
                    .toString();
        } catch (CharacterCodingException _) {
            return "";
        }
    }

    private static byte[] toUtf8(String name) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(name.length() + 16);
        name.codePoints()
                .forEach(c -> {
                    if (c <= 0xffff && isRaw((char) c)) {
                        out.write(c - RAW);
                    } else {
                        out.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
                    }
                });
        return out.toByteArray();
    }
}
