package org.imapmirror.imap;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Generates valid commands or responses with literals, and knows the frames they must give.
final class Traffic {
    private static final String NASTY = "{3}\r\n\" ()\\a1~+{5+}*";

    private final Random random;
    private final FrameScanner.Side side;
    private final StringBuilder out = new StringBuilder();
    private final StringBuilder line = new StringBuilder();
    private final List<String> expected = new ArrayList<>();
    private boolean continued;

    Traffic(Random random, FrameScanner.Side side) {
        this.random = random;
        this.side = side;
    }

    static byte[] valid(Random random, FrameScanner.Side side) {
        return new Traffic(random, side).generate(1 + random.nextInt(5));
    }

    /// Octets of which many mean something to a scanner.
    static byte[] random(Random random) {
        byte[] out = new byte[random.nextInt(300)];
        for (int i = 0; i < out.length; i++) {
            out[i] =
                    random.nextInt(8) == 0
                            ? (byte) random.nextInt(256)
                            : (byte) NASTY.charAt(random.nextInt(NASTY.length()));
        }
        byte[] start = (random.nextBoolean() ? "a X " : "* 1 F ").getBytes(ISO_8859_1);
        System.arraycopy(start, 0, out, 0, Math.min(start.length, out.length));
        return out;
    }

    List<String> expected() {
        return expected;
    }

    byte[] generate(int messages) {
        for (int i = 0; i < messages; i++) {
            if (side == FrameScanner.Side.SERVER && random.nextInt(3) == 0) {
                put(random.nextBoolean() ? "a1 OK " : "* NO [X y] ");
                put(random.nextBoolean() ? "done {3}" : "\"x {5}");
            } else {
                put(side == FrameScanner.Side.CLIENT ? "a" + i + " UID SEARCH" : "* 5 FETCH");
                int values = 1 + random.nextInt(5);
                for (int v = 0; v < values; v++) {
                    put(" ");
                    value(3);
                }
            }
            endOfLine("");
            continued = false;
        }
        return out.toString().getBytes(ISO_8859_1);
    }

    private void value(int depth) {
        switch (random.nextInt(depth > 0 ? 6 : 5)) {
            case 0 -> put("1:*");
            case 1 -> put("BODY[HEADER.FIELDS (\"X{3}\" Y)]<0>");
            case 2 ->
                    put(
                            "\""
                                    + text().replaceAll("[\\\\\"]", "\\\\$0")
                                            .replaceAll("[\r\n]", "")
                                    + "\"");
            case 3, 4 -> literal();
            default -> {
                put("(");
                int values = random.nextInt(4);
                for (int v = 0; v < values; v++) {
                    put(v == 0 ? "" : " ");
                    value(depth - 1);
                }
                put(")");
            }
        }
    }

    private void literal() {
        String data = text();
        boolean binary = random.nextInt(4) == 0;
        boolean nonSync = side == FrameScanner.Side.CLIENT && random.nextBoolean();
        put((binary ? "~" : "") + "{" + data.length() + (nonSync ? "+" : "") + "}");
        endOfLine(" => " + (binary ? "~" : "") + data.length() + (nonSync ? "+" : ""));
        out.append(data);
        expected.add("D:" + data);
        continued = true;
    }

    private void put(String text) {
        out.append(text);
        line.append(text);
    }

    private void endOfLine(String header) {
        out.append(random.nextInt(5) == 0 ? "\n" : "\r\n");
        expected.add("L" + (continued ? "+" : "") + ":" + line + header);
        line.setLength(0);
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        int count = random.nextInt(4) == 0 ? random.nextInt(700) : random.nextInt(12);
        for (int i = 0; i < count; i++) {
            text.append(NASTY.charAt(random.nextInt(NASTY.length())));
        }
        return text.toString();
    }
}
