package org.imapmirror.imap;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Puts the frames of one direction together to whole commands or responses. What it keeps is
/// bounded: text by `maxText`, literals by `maxLiteral` each and by both together in sum. Of a
/// larger literal only the size is kept, of a longer text only the beginning.
public final class MessageAssembler {
    /// What a line costs besides its octets, so that a million empty literals are bounded too.
    private static final int LINE_COST = 16;

    private final int maxText;
    private final int maxLiteral;
    private final List<byte[]> lines = new ArrayList<>(1);
    private final List<WireMessage.Literal> literals = new ArrayList<>(0);
    private boolean truncated;
    private int text;
    private long kept;

    /// The literal that is arriving.
    private @Nullable LiteralHeader header;

    private byte @Nullable [] content;
    private int filled;

    /// @param maxText octets of all lines of a message
    /// @param maxLiteral octets of a literal
    public MessageAssembler(int maxText, int maxLiteral) {
        this.maxText = maxText;
        this.maxLiteral = maxLiteral;
    }

    /// @return the message that ends with this frame, or null
    public @Nullable WireMessage add(Frame frame) {
        return switch (frame) {
            case Frame.LinePart() -> null;
            case Frame.LiteralData data -> {
                literal(data);
                yield null;
            }
            case Frame.Line line -> line(line);
        };
    }

    /// What has arrived of the current message. A literal that is not complete is an
    /// [ImapString.OmittedLiteral], with an empty line behind it.
    public WireMessage pending() {
        List<byte[]> seen = new ArrayList<>(lines);
        List<WireMessage.Literal> values = new ArrayList<>(literals);
        if (header != null && !truncated) {
            values.add(omitted(header));
        }
        if (seen.size() == values.size()) {
            seen.add(new byte[0]);
        }
        return new WireMessage(seen, values, truncated);
    }

    /// Forgets the current message: its literal was refused.
    public void abandon() {
        lines.clear();
        literals.clear();
        truncated = false;
        text = 0;
        kept = 0;
        header = null;
        content = null;
    }

    private @Nullable WireMessage line(Frame.Line line) {
        if (!line.continued()) {
            abandon();
        }
        int length = line.text().length;
        if (!truncated) {
            if (line.truncated() || text + length + LINE_COST > maxText) {
                truncated = true;
                lines.add(cut(line.text()));
            } else {
                text += length + LINE_COST;
                lines.add(line.text());
            }
        }
        header = line.literal();
        filled = 0;
        content = null;
        if (header == null) {
            WireMessage message =
                    new WireMessage(List.copyOf(lines), List.copyOf(literals), truncated);
            abandon();
            return message;
        }
        long size = header.size();
        if (!truncated && size <= maxLiteral && kept + size <= (long) maxText + maxLiteral) {
            // Grown as the octets come: an announcement alone costs nothing.
            content = new byte[(int) Math.min(size, 1024)];
            kept += size;
        }
        return null;
    }

    private byte[] cut(byte[] line) {
        int room = Math.max(0, maxText - text);
        return line.length <= room ? line : Arrays.copyOf(line, room);
    }

    private void literal(Frame.LiteralData data) {
        LiteralHeader h = header;
        if (h == null) {
            throw new IllegalStateException("bug: literal data without a header");
        }
        byte[] into = content;
        if (into != null) {
            int count = data.data().remaining();
            if (filled + count > into.length) {
                int size = (int) h.size();
                int room = Math.clamp(Math.max(2L * into.length, (long) filled + count), 0, size);
                into = Arrays.copyOf(into, room);
                content = into;
            }
            data.data().get(data.data().position(), into, filled, count);
            filled += count;
        }
        if (data.last()) {
            if (!truncated) {
                literals.add(
                        into == null
                                ? omitted(h)
                                : new WireMessage.Literal(
                                        new ImapString.Octets(into, true), h.binary()));
            }
            header = null;
            content = null;
        }
    }

    private static WireMessage.Literal omitted(LiteralHeader h) {
        return new WireMessage.Literal(new ImapString.OmittedLiteral(h.size()), h.binary());
    }
}
