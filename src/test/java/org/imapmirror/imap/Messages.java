package org.imapmirror.imap;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Turns text into whole messages, through scanner and assembler as on a connection. `⏎` is CRLF.
final class Messages {
    private Messages() {}

    static List<WireMessage> all(
            FrameScanner.Side side, byte[] octets, int maxLine, int maxLiteral) {
        FrameScanner scanner = new FrameScanner(side, maxLine);
        MessageAssembler assembler = new MessageAssembler(4 * maxLine, maxLiteral);
        List<WireMessage> out = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(octets);
        for (Frame f = scanner.next(in); f != null; f = scanner.next(in)) {
            WireMessage message = assembler.add(f);
            if (message != null) {
                out.add(message);
            }
        }
        return out;
    }

    /// One message; the last line's end is added.
    static WireMessage one(FrameScanner.Side side, String text) {
        List<WireMessage> all = all(side, Scan.bytes(text + "⏎"), 1 << 16, 1000);
        if (all.size() != 1) {
            throw new AssertionError(all.size() + " messages");
        }
        return all.getFirst();
    }

    static Tokens args(String command) {
        return Command.parse(one(FrameScanner.Side.CLIENT, command)).args();
    }

    static Response response(String text) {
        return Response.parse(one(FrameScanner.Side.SERVER, text), false);
    }

    /// What a client has sent so far of a command whose literal has not arrived.
    static WireMessage pending(String text) {
        FrameScanner scanner = new FrameScanner(FrameScanner.Side.CLIENT, 1 << 16);
        MessageAssembler assembler = new MessageAssembler(1 << 16, 1000);
        ByteBuffer in = ByteBuffer.wrap(Scan.bytes(text));
        for (Frame f = scanner.next(in); f != null; f = scanner.next(in)) {
            assembler.add(f);
        }
        return assembler.pending();
    }
}
