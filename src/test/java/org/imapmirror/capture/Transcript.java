package org.imapmirror.capture;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A session as a text file. Each line has a kind, a colon and a space:
///
/// - `C` what the client sends; `c` the same, but it must not reach the server. A number behind it
///   (`C2`) names another session of the account.
/// - `S` what the server sends; `s` the same, but the client must not see it. `$P` is our tag, `$Q`
///   the first of several.
/// - `R` what the client gets from the proxy itself.
/// - `E` an event that is durable when the line before it reaches the client; `H` a hint.
/// - `P` a probe of ours, without its tag.
/// - `W` waits until the client that is held may go on; `T` seconds that pass; `X` the end of the
///   session: `clean` or `lost`.
/// - `setup` says what happened before: `none`, or `box 10 11:15` with `examine`, `nomap`,
///   `deleted=12,14`, `separator=/`, `sessions=2`.
///
/// Every line of C and S ends with CRLF on the wire; `\0` is a NUL. Lines that begin with `#` are
/// comments.
record Transcript(String name, String setup, List<Item> items) {

    /// @param session 1 for the first
    record Item(String kind, int session, String text) {}

    static Transcript read(Path file) throws IOException {
        String setup = "box 10 11:15";
        List<Item> items = new ArrayList<>();
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            int colon = line.indexOf(':');
            String kind = colon < 0 ? line : line.substring(0, colon);
            String text = colon < 0 ? "" : line.substring(Math.min(colon + 2, line.length()));
            if (kind.equals("setup")) {
                setup = text;
                continue;
            }
            char last = kind.charAt(kind.length() - 1);
            int session = Character.isDigit(last) ? last - '0' : 1;
            items.add(new Item(kind.substring(0, 1), session, text));
        }
        return new Transcript(file.getFileName().toString(), setup, items);
    }

    @Override
    public String toString() {
        return name;
    }
}
