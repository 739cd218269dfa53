package org.imapmirror.imap;

/// What may stand at the beginning of a command line (RFC 9051 section 9, `tag`).
public final class Tags {
    private Tags() {}

    /// False where no server takes this for a tag.
    public static boolean isTag(String word) {
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            if (c <= ' ' || c >= 0x7f || "(){%*\"\\+".indexOf(c) >= 0) {
                return false;
            }
        }
        return !word.isEmpty();
    }

    /// Servers differ about `]`. Who does not take it says BAD without a tag.
    public static boolean isDoubtful(String tag) {
        return tag.indexOf(']') >= 0;
    }
}
