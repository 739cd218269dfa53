package org.imapmirror.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/// mbsync (isync) with a Maildir: change the Maildir, then [#sync()] brings the changes to the
/// server, and the server's here. Folders of the Maildir are named like the mailboxes; messages are
/// found by a text that they contain.
public final class Mbsync {
    private static final Duration LIMIT = Duration.ofSeconds(120);

    private final Path directory;
    private final Path configuration;
    private final Path maildirs;

    Mbsync(Access access, Path directory) {
        this.directory = directory;
        configuration = directory.resolve("mbsyncrc");
        maildirs = directory.resolve("mail");
        try {
            Files.createDirectories(maildirs);
            Files.writeString(configuration, configuration(access));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Synchronizes everything both ways: messages, flags, deletions, folders.
    public Command sync() {
        return Command.run(
                directory,
                Map.of("HOME", directory.toString()),
                LIMIT,
                "isync",
                List.of("mbsync", "--config", configuration.toString(), "--all"));
    }

    /// Puts a message into a folder, which is made when it is not there.
    ///
    /// @param flags letters of Maildir, in any order: D(raft), F(lagged), R(eplied), S(een),
    ///   T(rashed)
    public void add(String folder, String flags, byte[] message) {
        Path cur = maildirs.resolve(folder).resolve("cur");
        try {
            for (String part : List.of("cur", "new", "tmp")) {
                Files.createDirectories(cur.resolveSibling(part));
            }
            // A Maildir holds lines as Unix does; mbsync makes CRLF of them.
            String text = new String(message, StandardCharsets.ISO_8859_1).replace("\r\n", "\n");
            Path file = cur.resolve(UUID.randomUUID() + ".test:2," + inOrder(flags));
            Files.writeString(file, text, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Gives the message that contains `text` these flags, as [#add] tells, and no others.
    public void flag(String folder, String text, String flags) {
        Path file = find(folder, text);
        String name = file.getFileName().toString();
        int end = name.indexOf(":2,");
        String unique = end < 0 ? name : name.substring(0, end);
        move(file, maildirs.resolve(folder, "cur", unique + ":2," + inOrder(flags)));
    }

    /// Moves the message that contains `text` to another folder; mbsync makes an append and an
    /// expunge of it.
    public void move(String folder, String text, String target) {
        Path file = find(folder, text);
        add(target, flagsOf(file), read(file));
        delete(folder, text);
    }

    /// Deletes the message that contains `text`.
    public void delete(String folder, String text) {
        try {
            Files.delete(find(folder, text));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// How many messages the folder has here.
    public int count(String folder) {
        return files(folder).size();
    }

    private Path find(String folder, String text) {
        return files(folder).stream()
                .filter(file -> new String(read(file), StandardCharsets.ISO_8859_1).contains(text))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no message with " + text + " in " + folder));
    }

    private List<Path> files(String folder) {
        try (Stream<Path> cur = Files.list(maildirs.resolve(folder, "cur"));
                Stream<Path> fresh = Files.list(maildirs.resolve(folder, "new"))) {
            return Stream.concat(cur, fresh).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String flagsOf(Path file) {
        String name = file.getFileName().toString();
        int end = name.indexOf(":2,");
        return end < 0 ? "" : name.substring(end + 3);
    }

    private static String inOrder(String flags) {
        return flags.chars()
                .sorted()
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String configuration(Access access) {
        // mbsync compares a certificate with names only, never with addresses.
        String host =
                access.tls() != Access.Tls.NONE && access.host().equals("127.0.0.1")
                        ? "localhost"
                        : access.host();
        String tls =
                switch (access.tls()) {
                    case NONE -> "SSLType None";
                    case STARTTLS -> "SSLType STARTTLS\nCertificateFile " + access.trusted();
                    case IMPLICIT -> "SSLType IMAPS\nCertificateFile " + access.trusted();
                };
        return """
        IMAPAccount far
        Host %s
        Port %d
        User "%s"
        Pass "%s"
        AuthMechs LOGIN
        Timeout 60
        %s

        IMAPStore far
        Account far

        MaildirStore near
        Path %s/
        Inbox %s/INBOX
        SubFolders Verbatim

        Channel all
        Far :far:
        Near :near:
        Patterns *
        Create Both
        Remove Both
        Expunge Both
        CopyArrivalDate yes
        SyncState *
        """
                .formatted(
                        host,
                        access.port(),
                        access.user(),
                        access.password(),
                        tls,
                        maildirs,
                        maildirs);
    }
}
