package org.imapmirror.proxy;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// The primary's capabilities: what it told last, and what of it the client may see.
final class CapabilityView {
    private Set<String> told = Set.of();

    /// Those of the last list, upper case; empty where there was none yet.
    Set<String> told() {
        return told;
    }

    /// Remembers what a line tells, if it is one that tells capabilities.
    void learn(byte[] line) {
        Listing listing = Listing.in(line);
        if (listing != null) {
            told =
                    listing.names().stream()
                            .map(name -> name.toUpperCase(Locale.ROOT))
                            .collect(Collectors.toUnmodifiableSet());
        }
    }

    /// The line as the client may see it, with line end; null where that is the line itself.
    ///
    /// @param line without line end
    /// @param startTls the client can still begin TLS, with the proxy
    byte @Nullable [] shown(byte[] line, boolean startTls) {
        Listing listing = Listing.in(line);
        if (listing == null) {
            return null;
        }
        List<String> visible = new ArrayList<>(listing.names());
        visible.removeIf(name -> hidden(name.toUpperCase(Locale.ROOT)));
        if (startTls) {
            visible.add("STARTTLS");
        }
        return visible.equals(listing.names())
                ? null
                : Replies.line(listing.before() + String.join(" ", visible) + listing.after());
    }

    private record Listing(String before, List<String> names, String after) {
        static @Nullable Listing in(byte[] line) {
            boolean untagged = Words.second(line).equals("CAPABILITY");
            if (!untagged && !Words.third(line).startsWith("[CAPABILITY")) {
                return null;
            }
            String text = new String(line, StandardCharsets.ISO_8859_1);
            int from =
                    text.toUpperCase(Locale.ROOT).indexOf("CAPABILITY ") + "CAPABILITY ".length();
            int to = untagged ? text.length() : text.indexOf(']', from);
            return to < from
                    ? null
                    : new Listing(
                            text.substring(0, from),
                            List.of(text.substring(from, to).strip().split(" ")),
                            text.substring(to));
        }
    }

    private static boolean hidden(String name) {
        return name.equals("STARTTLS")
                || name.equals("LOGINDISABLED")
                || name.equals("NOTIFY")
                || name.equals("UNAUTHENTICATE")
                || name.startsWith("COMPRESS=");
    }
}
