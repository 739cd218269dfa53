package org.imapmirror.imap;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// Cuts one direction of an IMAP connection into [Frame]s, as its octets arrive.
///
/// Every octet is looked at once; those of literals not at all. What is kept is at most one line of
/// `maxLine` octets. Any octets whatever give frames: nothing is ever thrown, and a stream that is
/// not IMAP is cut at its line feeds. A line ends at LF; a CR before it belongs to the line end.
///
/// The frames do not depend on how the input is split, except that the octets of a literal come in
/// as many pieces as buffers, and likewise [Frame.LinePart]s.
public final class FrameScanner {
    /// Who sends the octets.
    public enum Side {
        CLIENT,
        SERVER
    }

    /// Most lines are shorter than the first piece of one that is looked at.
    private static final int FIRST_PIECE = 128;

    private static final int PIECE = 1024;
    private static final int SMALL = 4096;

    /// A copy of what is scanned in a buffer without an array. Its content is of no use behind the
    /// call, so that the scanners of a thread share it.
    private static final ThreadLocal<byte[]> WINDOW =
            ThreadLocal.withInitial(() -> new byte[PIECE]);

    private static final byte[] NOTHING = {};

    private final LiteralFinder finder;
    private final int maxLine;

    /// The current line's first octets, as far as earlier input had them.
    private byte[] kept = NOTHING;

    /// How many octets of [#kept] are in use.
    private int length;

    /// The line is longer than `maxLine`.
    private boolean over;

    /// Octets were read since the last [Frame.LinePart].
    private boolean unreported;

    private boolean continued;
    private boolean plain;
    private boolean inLiteral;
    private long rest;

    /// @param maxLine octets of a line (its CR included) that are kept as text, 1 or more; a longer
    ///   one comes as [Frame.LinePart]s and then a truncated [Frame.Line]
    public FrameScanner(Side side, int maxLine) {
        if (maxLine < 1) {
            throw new IllegalArgumentException("maxLine must be positive, not " + maxLine);
        }
        this.finder = new LiteralFinder(side);
        this.maxLine = maxLine;
    }

    /// The next frame, consuming its octets from `in`.
    ///
    /// @return null when all of `in` is consumed and the current line is not complete; its octets
    ///   are remembered
    public @Nullable Frame next(ByteBuffer in) {
        if (!in.hasRemaining()) {
            return null;
        }
        return inLiteral ? literal(in) : line(in);
    }

    /// Switches to lines of a SASL or IDLE exchange, in which no literal is looked for, and back. A
    /// line of which only a part has been seen is read anew under the new rule.
    public void plainLines(boolean on) {
        if (plain == on) {
            return;
        }
        plain = on;
        if (!inLiteral && !continued) {
            // Of a line that is too long the beginning is all there is: better no literal at all.
            finder.startLine(on || over);
            finder.scan(kept, 0, length);
        }
    }

    /// The announced literal was refused: the next octets start a new command (RFC 9051 section
    /// 4.3). To be called before any octet behind the header is read.
    public void abandonLiteral() {
        inLiteral = false;
        newCommand();
    }

    /// True when nothing of a command or response is pending: the next octet is a new one's first.
    public boolean atStart() {
        return !inLiteral && !continued && length == 0 && !over;
    }

    private Frame literal(ByteBuffer in) {
        int count = (int) Math.min(rest, in.remaining());
        ByteBuffer data = in.slice(in.position(), count);
        in.position(in.position() + count);
        rest -= count;
        if (rest == 0) {
            inLiteral = false;
            continued = true;
            finder.afterLiteral();
        }
        return new Frame.LiteralData(data, rest == 0);
    }

    private @Nullable Frame line(ByteBuffer in) {
        int piece = FIRST_PIECE;
        while (in.hasRemaining()) {
            int count = in.remaining();
            if (!over) {
                count = Math.min(count, maxLine - length);
                if (count == 0 && in.get(in.position()) != '\n') {
                    over = true;
                    unreported = false;
                    return new Frame.LinePart();
                }
                // One more than fits, so that a line feed there is seen.
                count = Math.min(count + 1, in.remaining());
            }
            byte[] octets;
            int from;
            if (in.hasArray()) {
                octets = in.array();
                from = in.arrayOffset() + in.position();
            } else {
                count = Math.min(count, piece);
                piece = PIECE;
                octets = WINDOW.get();
                from = 0;
                in.get(in.position(), octets, 0, count);
            }
            int to = from + count;
            int fits = over ? to : Math.min(to, from + maxLine - length);
            int end = finder.scan(octets, from, fits);
            in.position(in.position() + end - from);
            if (end < to && octets[end] == '\n') {
                in.position(in.position() + 1);
                return endOfLine(octets, from, end);
            }
            unreported = true;
            keep(octets, from, end);
        }
        if (over && unreported) {
            unreported = false;
            return new Frame.LinePart();
        }
        return null;
    }

    private void keep(byte[] octets, int from, int to) {
        int count = to - from;
        if (over || count == 0) {
            return;
        }
        if (length + count > kept.length) {
            int room = Math.max(length + count, Math.min(maxLine, Math.max(256, kept.length * 2)));
            kept = Arrays.copyOf(kept, room);
        }
        System.arraycopy(octets, from, kept, length, count);
        length += count;
    }

    private Frame endOfLine(byte[] octets, int from, int to) {
        byte[] text;
        if (over) {
            text = Arrays.copyOf(kept, length);
        } else if (length == 0) {
            text = Arrays.copyOfRange(octets, from, withoutReturn(octets, from, to));
        } else {
            keep(octets, from, to);
            text = Arrays.copyOf(kept, withoutReturn(kept, 0, length));
        }
        LiteralHeader header = finder.atLineEnd();
        Frame line = new Frame.Line(text, header, over, continued);
        newCommand();
        if (header != null) {
            inLiteral = true;
            rest = header.size();
        }
        return line;
    }

    private static int withoutReturn(byte[] octets, int from, int to) {
        return to > from && octets[to - 1] == '\r' ? to - 1 : to;
    }

    private void newCommand() {
        length = 0;
        over = false;
        unreported = false;
        continued = false;
        if (kept.length > SMALL) {
            kept = NOTHING;
        }
        finder.startLine(plain);
    }
}
