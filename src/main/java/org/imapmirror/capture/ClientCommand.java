package org.imapmirror.capture;

import org.imapmirror.imap.Tags;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// The beginning of a command line.
///
/// @param verb upper case, without `UID`; empty where there is none
/// @param uid the verb came after `UID`
/// @param arguments the offset of what follows the verb
record ClientCommand(String tag, String verb, boolean uid, int arguments) {

    /// @return null where the line begins with no tag that any server would take
    static @Nullable ClientCommand of(byte[] line) {
        String text = new String(line, StandardCharsets.ISO_8859_1);
        int tagEnd = end(text, 0);
        String tag = text.substring(0, tagEnd);
        if (!Tags.isTag(tag)) {
            return null;
        }
        int verbEnd = end(text, Math.min(tagEnd + 1, text.length()));
        String verb = word(text, tagEnd + 1, verbEnd);
        boolean uid = verb.equals("UID");
        if (uid) {
            int from = Math.min(verbEnd + 1, text.length());
            verbEnd = end(text, from);
            verb = word(text, from, verbEnd);
        }
        return new ClientCommand(tag, verb, uid, verbEnd);
    }

    /// Servers differ about such a line: about `]` in a tag, and about a tag alone. Who does not
    /// take it for a command says BAD without a tag.
    boolean isOdd() {
        return verb.isEmpty() || Tags.isDoubtful(tag);
    }

    private static int end(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            if (text.charAt(i) == ' ' || text.charAt(i) == '\r') {
                return i;
            }
        }
        return text.length();
    }

    private static String word(String text, int from, int to) {
        return from >= to ? "" : text.substring(from, to).toUpperCase(Locale.ROOT);
    }

    /// For logs and reasons: the verb where it is one, never what else a client may have sent.
    String safeVerb() {
        return isWord(verb) ? (uid ? "UID " + verb : verb) : "an odd command";
    }

    private static boolean isWord(String verb) {
        for (int i = 0; i < verb.length(); i++) {
            char c = verb.charAt(i);
            if ((c < 'A' || c > 'Z') && c != '-') {
                return false;
            }
        }
        return !verb.isEmpty() && verb.length() <= 20;
    }
}
