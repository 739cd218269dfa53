package org.imapmirror.imap;

/// The octets are not what the grammar asks for. The message says what was expected and where,
/// never what was found: that may be mail or a password.
public final class MalformedException extends Exception {
    private final int offset;

    /// @param offset octets before the place, not counting the content of literals
    public MalformedException(String expected, int offset) {
        // Hostile input must not cost a stack trace each.
        super("expected " + expected + " at octet " + offset, null, false, false);
        this.offset = offset;
    }

    public int offset() {
        return offset;
    }
}
