package org.imapmirror.imap;

/// The value of a `string`, `astring` or `nstring` (RFC 9051 section 9), however it was written.
public sealed interface ImapString {

    /// @param literal true where it was a literal, false for a quoted string or an atom
    record Octets(byte[] octets, boolean literal) implements ImapString {
        /// The text, as [ImapText#decode].
        public String text() {
            return ImapText.decode(octets);
        }
    }

    /// A literal whose content was not kept.
    ///
    /// @param size octets
    record OmittedLiteral(long size) implements ImapString {}

    record Nil() implements ImapString {}
}
