package org.imapmirror.mailstore;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.TreeMap;

/// What tells a message from others without reading all of it.
///
/// @param messageId without white space around it; null where the message has none
/// @param digest SHA-256 over Message-ID, Date, From, To and Subject: names in lower case and in
///   alphabetical order, values unfolded and with single spaces
public record HeaderKey(@Nullable String messageId, String digest) {

    /// From header lines, in any order.
    static HeaderKey of(byte[] header) {
        TreeMap<String, String> fields = fields(header);
        StringBuilder normal = new StringBuilder();
        fields.forEach((name, value) -> normal.append(name).append(':').append(value).append('\n'));
        byte[] digest =
                CanonicalDigest.sha256()
                        .digest(normal.toString().getBytes(StandardCharsets.ISO_8859_1));
        String id = fields.getOrDefault("message-id", "").lines().findFirst().orElse("");
        return new HeaderKey(id.isEmpty() ? null : id, HexFormat.of().formatHex(digest));
    }

    /// Header lines by name in lower case: values unfolded and with single spaces, several of one
    /// name as lines.
    static TreeMap<String, String> fields(byte[] header) {
        TreeMap<String, String> fields = new TreeMap<>();
        String text = new String(header, StandardCharsets.ISO_8859_1);
        for (String field : text.replaceAll("\r?\n[ \t]+", " ").split("\r?\n")) {
            int colon = field.indexOf(':');
            if (colon > 0) {
                String name = field.substring(0, colon).strip().toLowerCase(Locale.ROOT);
                String value = field.substring(colon + 1).replaceAll("[ \t]+", " ").strip();
                fields.merge(name, value, (first, next) -> first + "\n" + next);
            }
        }
        return fields;
    }
}
