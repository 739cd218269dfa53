package org.imapmirror.proxy;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// A conversation with a real server as a text file. Each line has a kind, a colon and a space:
///
/// - `on` names the servers that answer like this: `dovecot` (Maildir), `mdbox`, `greenmail`.
/// - `setup` says what there is and what is selected: `none`, or `box 11:15` for a mailbox with
///   messages of these UIDs, which a FETCH has shown; with `examine`, `nomap` (no FETCH), `nobox`
///   (nothing is selected), `nologin` (only the greeting was read), `sessions=2`, `deleted=12,14`,
///   `seen=11`, `enable=QRESYNC`.
/// - `before` is said to the server, directly, before anybody logs in through the proxy; `D` the
///   same, while they are there.
/// - `C` what a client sends; `+C` the same, but in one write with its next line. A number behind
///   it (`C2`) names another session of the account. `c` what goes no further than the proxy.
/// - `S` what it must get; `U` the same, the lines of a row in any order; `R` what comes from the
///   proxy itself; `P` what the server says only because the proxy has asked it something.
/// - `E` an event that is durable when the tagged line before it has reached the client; `H` a
///   hint, in the order of them all.
///
/// A line of C ends with CRLF on the wire, or with `\c` for nothing; `\0`, `\r`, `\n` are octets,
/// and `<close>` ends the connection. `<*>` in a line of S is anything, `<end>` the end of the
/// connection, and a name such as `<v>` a number that is the same everywhere in the file; `<v>` is
/// the UIDVALIDITY of the mailbox of `setup`, `<user>` the user's name; see [LivePlay.Login] for
/// more. What Dovecot says of the time that a command took is left out.
///
/// Lines that begin with `#` are comments.
record LiveTranscript(
        String name, Set<String> servers, Setup setup, List<String> before, List<Item> items) {

    /// @param session 1 for the first
    /// @param joined goes in one write with the next
    record Item(String kind, int session, boolean joined, String text) {}

    /// What there is, and which of it is selected.
    record Setup(List<String> words) {
        @Nullable String mailbox() {
            return words.getFirst().equals("none") ? null : words.getFirst();
        }

        String uids() {
            return words.get(1);
        }

        boolean has(String word) {
            return words.contains(word);
        }

        String option(String name, String otherwise) {
            return words.stream()
                    .filter(word -> word.startsWith(name + "="))
                    .map(word -> word.substring(name.length() + 1))
                    .findFirst()
                    .orElse(otherwise);
        }

        int sessions() {
            return Integer.parseInt(option("sessions", "1"));
        }
    }

    /// The files for a server.
    static List<LiveTranscript> of(String server) throws IOException {
        List<LiveTranscript> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/transcripts/live"))) {
            for (Path file : files.sorted().toList()) {
                LiveTranscript transcript = read(file);
                if (transcript.servers.contains(server)) {
                    all.add(transcript);
                }
            }
        }
        return all;
    }

    static LiveTranscript read(Path file) throws IOException {
        Set<String> servers = Set.of();
        Setup setup = new Setup(List.of("box", "11:15"));
        List<String> before = new ArrayList<>();
        List<Item> items = new ArrayList<>();
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            int colon = line.indexOf(':');
            String kind = line.substring(0, colon);
            String text = line.substring(Math.min(colon + 2, line.length()));
            switch (kind) {
                case "on" -> servers = Set.of(text.split(" "));
                case "setup" -> setup = new Setup(Arrays.asList(text.split(" ")));
                case "before" -> before.add(text);
                default -> items.add(item(kind, text));
            }
        }
        return new LiveTranscript(file.getFileName().toString(), servers, setup, before, items);
    }

    private static Item item(String kind, String text) {
        boolean joined = kind.startsWith("+");
        String rest = joined ? kind.substring(1) : kind;
        char last = rest.charAt(rest.length() - 1);
        int session = Character.isDigit(last) ? last - '0' : 1;
        return new Item(rest.substring(0, 1), session, joined, text);
    }

    @Override
    public String toString() {
        return name;
    }
}
