package org.imapmirror.imap;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/// What the scanner cuts a byte stream into. A command or response is one [Line], or lines with
/// [LiteralData] between them: `Line(literal) LiteralData+ Line ...` until a line without literal.
public sealed interface Frame {

    /// A whole line, or the end of one whose beginning went out as [LinePart].
    ///
    /// @param text the octets without line end; when `truncated`, only the first ones of it
    /// @param literal what follows the line, null where the command or response ends here
    /// @param truncated the line was longer than the scanner's limit
    /// @param continued the line follows a literal of the same command or response
    record Line(byte[] text, @Nullable LiteralHeader literal, boolean truncated, boolean continued)
            implements Frame {}

    /// Octets of a line that is longer than the scanner's limit and still goes on.
    record LinePart() implements Frame {}

    /// Octets of a literal.
    ///
    /// @param data a view into the input, valid until the caller releases that; empty for `{0}`
    /// @param last true where the literal ends with these octets
    record LiteralData(ByteBuffer data, boolean last) implements Frame {}
}
