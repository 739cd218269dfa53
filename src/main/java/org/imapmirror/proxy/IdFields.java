package org.imapmirror.proxy;

import org.imapmirror.imap.Frame;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.List;

/// Takes the meaning out of those fields of a client's ID command by which proxies tell a server
/// who the client is: the server may trust our address, and would believe them.
///
/// The hyphen before the last part of a name becomes a dot, so that no octet more or less is sent,
/// framing stays the client's, and nothing has to be parsed: the names are found wherever they
/// stand in the command, in a literal that comes in pieces too, and whatever a server makes of a
/// command that is not well-formed. Only a line after login that is longer than the relay reads is
/// let through; servers believe such fields before login only.
final class IdFields {
    private static final List<String> RESERVED =
            List.of(
                    "x-originating-",
                    "x-connected-",
                    "x-session-",
                    "x-proxy-",
                    "x-forward-",
                    "x-client-");

    private static final int LONGEST = 16;

    /// The last octets, lower case, without the backslashes that may stand before any of them.
    private final StringBuilder seen = new StringBuilder();

    private boolean inside;

    /// What goes on in the place of a client's frame; null for the frame itself.
    byte @Nullable [] instead(Frame frame) {
        return switch (frame) {
            case Frame.LinePart _ -> null;
            case Frame.LiteralData(ByteBuffer data, boolean _) -> {
                if (!inside) {
                    yield null;
                }
                byte[] octets = new byte[data.remaining()];
                data.duplicate().get(octets);
                yield disarm(octets, 0) ? octets : null;
            }
            case Frame.Line line -> {
                int from = 0;
                if (!line.continued()) {
                    from = line.truncated() ? -1 : arguments(line.text());
                    inside = from >= 0;
                    seen.setLength(0);
                }
                if (!inside || line.truncated()) {
                    yield null;
                }
                byte[] octets = line.text().clone();
                yield disarm(octets, from) ? Replies.line(octets) : null;
            }
        };
    }

    /// Where the arguments of an ID command begin; -1 for another line. Servers differ in how many
    /// spaces they allow.
    private static int arguments(byte[] line) {
        int word = skip(line, skip(line, 0, false), true);
        boolean id =
                word + 2 <= line.length
                        && (line[word] | 0x20) == 'i'
                        && (line[word + 1] | 0x20) == 'd'
                        && (word + 2 == line.length || !isLetter(line[word + 2]));
        return id ? word + 2 : -1;
    }

    private static int skip(byte[] line, int from, boolean spaces) {
        int at = from;
        while (at < line.length && (line[at] == ' ' || line[at] == '\t') == spaces) {
            at++;
        }
        return at;
    }

    private static boolean isLetter(byte octet) {
        return Character.isLetterOrDigit(octet & 0xff);
    }

    private boolean disarm(byte[] octets, int from) {
        boolean changed = false;
        for (int i = from; i < octets.length; i++) {
            if (octets[i] == '\\') {
                continue;
            }
            seen.append(Character.toLowerCase((char) (octets[i] & 0xff)));
            if (seen.length() > LONGEST) {
                seen.deleteCharAt(0);
            }
            if (octets[i] == '-' && isReserved()) {
                octets[i] = '.';
                changed = true;
            }
        }
        return changed;
    }

    private boolean isReserved() {
        String end = seen.toString();
        return RESERVED.stream().anyMatch(end::endsWith);
    }
}
