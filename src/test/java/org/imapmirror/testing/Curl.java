package org.imapmirror.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// curl as an IMAP client: one connection and login per call. Mailbox names go to the server as
/// they are, so other than ASCII ones must be given in modified UTF-7.
public final class Curl {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Access access;
    private final Path directory;
    private final List<String> options;

    Curl(Access access, Path directory, String... options) {
        this.access = access;
        this.directory = directory;
        this.options = List.of(options);
    }

    /// Appends a message. curl appends every message as \Seen.
    public Command append(String mailbox, byte[] message) {
        try {
            Path file = Files.createTempFile(directory, "message", "");
            try {
                Files.write(file, message);
                return run(url(mailbox), List.of("--upload-file", file.toString()));
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Lists what is below `reference`, which may be empty.
    public Command list(String reference) {
        return run(url(reference), List.of());
    }

    /// Fetches a message's bytes, and by that makes it \Seen.
    public Command fetch(String mailbox, long uid) {
        return run(url(mailbox) + ";UID=" + uid, List.of());
    }

    /// Sends one command with no mailbox selected, for example `CREATE Work`; the output has the
    /// untagged responses.
    public Command command(String command) {
        return run(url(""), List.of("--request", command));
    }

    /// Selects a mailbox, then sends one command, for example `STORE 1 +FLAGS (\Flagged)`.
    public Command command(String mailbox, String command) {
        return run(url(mailbox), List.of("--request", command));
    }

    private Command run(String url, List<String> arguments) {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "curl",
                                "--silent",
                                "--show-error",
                                // What the server said is in the message of a failure.
                                "--verbose",
                                "--max-time",
                                "50"));
        words.addAll(List.of("--user", access.user() + ":" + access.password()));
        if (access.tls() != Access.Tls.NONE) {
            words.addAll(List.of("--ssl-reqd", "--cacert", access.trusted().toString()));
        }
        words.addAll(options);
        words.addAll(arguments);
        words.add(url);
        return Command.run(directory, Map.of(), LIMIT, "curl", words);
    }

    private String url(String mailbox) {
        String scheme = access.tls() == Access.Tls.IMPLICIT ? "imaps" : "imap";
        String path =
                URLEncoder.encode(mailbox, StandardCharsets.UTF_8)
                        .replace("+", "%20")
                        .replace("%2F", "/");
        return "%s://%s:%d/%s".formatted(scheme, access.host(), access.port(), path);
    }
}
