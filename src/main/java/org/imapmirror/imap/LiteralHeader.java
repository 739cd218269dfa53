package org.imapmirror.imap;

/// `{n}`, `{n+}`, `~{n}` or `~{n+}` at the end of a line, in token position (RFC 9051 section 4.3,
/// RFC 7888, RFC 3516 section 2).
///
/// @param size octets that follow the line, 0 to 2^63-1
/// @param nonSync true for `{n+}`: the octets follow without a continuation request
/// @param binary true for `~{..}` (literal8)
public record LiteralHeader(long size, boolean nonSync, boolean binary) {}
