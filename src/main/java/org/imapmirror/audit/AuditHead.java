package org.imapmirror.audit;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A place in a chain: a line's number and its hash. Who has noted it elsewhere can prove later
/// that nothing up to there was changed.
///
/// @param n 0 where there is no line yet
/// @param hash 64 hexadecimal digits
public record AuditHead(long n, String hash) {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,18}):([0-9a-f]{64})");

    /// Before the first line.
    public static final AuditHead START = new AuditHead(0, "0".repeat(64));

    /// Parses what [#toString] gives.
    ///
    /// @throws IllegalArgumentException for anything else
    public static AuditHead parse(String text) {
        Matcher m = TEXT.matcher(text);
        if (!m.matches()) {
            throw new IllegalArgumentException(
                    "expected N:HASH as audit head prints it, not " + text);
        }
        return new AuditHead(Long.parseLong(m.group(1)), m.group(2));
    }

    @Override
    public String toString() {
        return n + ":" + hash;
    }
}
