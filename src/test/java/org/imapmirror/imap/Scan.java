package org.imapmirror.imap;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Runs a scanner over octets and shows the frames as text, one string per frame: `L:text` for a
/// line, with `+` before the colon where it is continued, `!` where truncated and its header
/// behind; `D:octets` for a whole literal, `D..:` for one that is not complete; `P` for line parts.
final class Scan {
    private Scan() {}

    static byte[] bytes(String text) {
        return text.replace("\u23ce", "\r\n").getBytes(ISO_8859_1);
    }

    static List<String> frames(FrameScanner.Side side, String text) {
        return frames(new FrameScanner(side, 1 << 16), bytes(text), null, false);
    }

    /// @param splits null for one buffer, else decides where to cut
    static List<String> frames(
            FrameScanner scanner, byte[] input, @Nullable Random splits, boolean direct) {
        return show(scanner, cut(input, splits, direct));
    }

    /// @param pieces in which the input comes
    static List<String> frames(FrameScanner scanner, List<byte[]> pieces) {
        return show(scanner, pieces.stream().map(ByteBuffer::wrap).toList());
    }

    private static List<String> show(FrameScanner scanner, List<ByteBuffer> pieces) {
        List<String> out = new ArrayList<>();
        StringBuilder literal = null;
        for (ByteBuffer in : pieces) {
            for (Frame f = scanner.next(in); f != null; f = scanner.next(in)) {
                switch (f) {
                    case Frame.Line line -> out.add(show(line));
                    case Frame.LinePart() -> {
                        if (out.isEmpty() || !out.getLast().equals("P")) {
                            out.add("P");
                        }
                    }
                    case Frame.LiteralData(ByteBuffer data, boolean last) -> {
                        literal = literal == null ? new StringBuilder() : literal;
                        literal.append(ISO_8859_1.decode(data));
                        if (last) {
                            out.add("D:" + literal);
                            literal = null;
                        }
                    }
                }
            }
            if (in.hasRemaining()) {
                throw new AssertionError("input left over");
            }
        }
        if (literal != null) {
            out.add("D..:" + literal);
        }
        return out;
    }

    static String show(Frame.Line line) {
        LiteralHeader h = line.literal();
        return "L"
                + (line.continued() ? "+" : "")
                + (line.truncated() ? "!" : "")
                + ":"
                + new String(line.text(), ISO_8859_1)
                + (h == null
                        ? ""
                        : " => " + (h.binary() ? "~" : "") + h.size() + (h.nonSync() ? "+" : ""));
    }

    private static List<ByteBuffer> cut(byte[] input, @Nullable Random splits, boolean direct) {
        List<ByteBuffer> out = new ArrayList<>();
        int at = 0;
        while (at < input.length) {
            int count = input.length - at;
            if (splits != null) {
                count =
                        Math.min(
                                count,
                                splits.nextInt(4) == 0 ? splits.nextInt(600) : splits.nextInt(5));
            }
            ByteBuffer piece;
            if (direct) {
                piece = ByteBuffer.allocateDirect(count).put(input, at, count).flip();
            } else {
                piece = ByteBuffer.wrap(input, at, count).slice();
            }
            out.add(piece);
            at += count;
        }
        return out;
    }
}
