package org.imapmirror.proxy;

import org.imapmirror.imap.Tags;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// The first words of a line, as far as relaying depends on them. They are told apart by single
/// spaces, as servers do (RFC 9051 section 9: one SP).
final class Words {
    /// No tag, command or response name is longer.
    private static final int LONGEST = 256;

    private Words() {}

    /// A tag, `*` or `+`.
    static String first(byte[] line) {
        return word(line, 0);
    }

    /// The command or response name, upper case.
    static String second(byte[] line) {
        return nth(line, 1).toUpperCase(Locale.ROOT);
    }

    /// What follows it, upper case.
    static String third(byte[] line) {
        return nth(line, 2).toUpperCase(Locale.ROOT);
    }

    /// A command's tag; empty where the line does not begin with one.
    static String tag(byte[] line) {
        String word = first(line);
        boolean whole = word.length() < LONGEST && word.length() < line.length;
        return whole && Tags.isTag(word) ? word : "";
    }

    private static String nth(byte[] line, int n) {
        int from = 0;
        for (int i = 0; i < n; i++) {
            from = end(line, from) + 1;
        }
        return word(line, from);
    }

    private static String word(byte[] line, int from) {
        return from >= line.length
                ? ""
                : new String(line, from, end(line, from) - from, StandardCharsets.ISO_8859_1);
    }

    private static int end(byte[] line, int from) {
        int end = from;
        while (end < line.length && line[end] != ' ' && end - from < LONGEST) {
            end++;
        }
        return end;
    }
}
