package org.imapmirror.imap;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// A command or response as it was on the wire: lines, and between each two of them a literal. A
/// literal's header is still part of the line before it.
///
/// @param lines one more than `literals`, without line ends; fewer where `truncated`
/// @param truncated text was left out because it was too long: what [#tokens] gives then ends with
///   a [MalformedException]
public record WireMessage(List<byte[]> lines, List<Literal> literals, boolean truncated) {

    /// @param content an [ImapString.Octets] or [ImapString.OmittedLiteral]
    /// @param binary true for literal8
    public record Literal(ImapString content, boolean binary) {
        public long size() {
            return switch (content) {
                case ImapString.Octets o -> o.octets().length;
                case ImapString.OmittedLiteral(long size) -> size;
                case ImapString.Nil() -> 0;
            };
        }
    }

    /// A message of one line, without its line end.
    public static WireMessage of(byte[] line) {
        return new WireMessage(List.of(line), List.of(), false);
    }

    /// A message of one line; its characters are octets.
    public static WireMessage of(String line) {
        return of(line.getBytes(StandardCharsets.ISO_8859_1));
    }

    public byte[] firstLine() {
        return lines.getFirst();
    }

    /// Reads from the beginning.
    public Tokens tokens() {
        return tokens(0);
    }

    /// Reads from an offset in the first line.
    public Tokens tokens(int offset) {
        return new Tokens(this, offset);
    }
}
