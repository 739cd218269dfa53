package org.imapmirror.differential;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// What a client sends before it waits, and what it waits for.
///
/// @param session which of the account's connections sends it
/// @param kind what of the answer can be compared
/// @param parts octets; behind each but the last the client waits for `+`, or for the answer to
///   `tags` without it
/// @param tags whose answers end the exchange
record Exchange(int session, Kind kind, List<byte[]> parts, List<String> tags) {

    /// What of the answer can be compared.
    enum Kind {
        /// Every line.
        ALONE,
        /// Which answers come and what they say; a server bundles the changes that it tells as it
        /// likes.
        PIPELINED,
        /// The same, and no news: the proxy may have asked something, and news came with it.
        WITHOUT_NEWS,
        /// Not for the server: the proxy alone is asked, and must refuse.
        REFUSED
    }

    Exchange {
        parts = List.copyOf(parts);
        tags = List.copyOf(tags);
    }

    int commands() {
        return tags.size();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("session " + session + ", " + kind + ":");
        for (byte[] part : parts) {
            String octets = new String(part, StandardCharsets.ISO_8859_1);
            String shown = octets.length() > 600 ? octets.substring(0, 600) + "..." : octets;
            text.append("\n  ").append(shown.replace("\r", "\\r").replace("\n", "\\n"));
        }
        return text.toString();
    }
}
