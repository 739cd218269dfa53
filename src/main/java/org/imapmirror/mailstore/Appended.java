package org.imapmirror.mailstore;

import org.jspecify.annotations.Nullable;

/// What became of a message that was appended.
public sealed interface Appended {
    /// It is there, and the server told where (APPENDUID, RFC 4315).
    record Stored(long uidValidity, long uid) implements Appended {}

    /// It is there, but the server did not tell under which UID.
    record StoredSomewhere() implements Appended {}

    /// It was not stored.
    ///
    /// @param code the response code in upper case, or null
    /// @param text the server's words
    /// @param permanent the same message will always be refused
    record Refused(@Nullable String code, String text, boolean permanent) implements Appended {}
}
