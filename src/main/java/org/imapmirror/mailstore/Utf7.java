package org.imapmirror.mailstore;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// Mailbox names in modified UTF-7 (RFC 3501 section 5.1.3).
final class Utf7 {
    private Utf7() {}

    static String encode(String name) {
        StringBuilder out = new StringBuilder();
        int i = 0;
        while (i < name.length()) {
            char c = name.charAt(i);
            if (c == '&') {
                out.append("&-");
                i++;
            } else if (c >= ' ' && c < 0x7f) {
                out.append(c);
                i++;
            } else {
                int from = i;
                while (i < name.length() && (name.charAt(i) < ' ' || name.charAt(i) >= 0x7f)) {
                    i++;
                }
                byte[] units = name.substring(from, i).getBytes(StandardCharsets.UTF_16BE);
                String base64 = Base64.getEncoder().withoutPadding().encodeToString(units);
                out.append('&').append(base64.replace('/', ',')).append('-');
            }
        }
        return out.toString();
    }

    /// What is no modified UTF-7 stays as it is.
    static String decode(String wire) {
        StringBuilder out = new StringBuilder();
        int i = 0;
        while (i < wire.length()) {
            char c = wire.charAt(i);
            int end = c == '&' ? wire.indexOf('-', i) : -1;
            if (end < 0) {
                out.append(c);
                i++;
            } else if (end == i + 1) {
                out.append('&');
                i = end + 1;
            } else {
                try {
                    byte[] units =
                            Base64.getDecoder()
                                    .decode(wire.substring(i + 1, end).replace(',', '/'));
                    out.append(new String(units, StandardCharsets.UTF_16BE));
                } catch (IllegalArgumentException _) {
                    return wire;
                }
                i = end + 1;
            }
        }
        return out.toString();
    }
}
