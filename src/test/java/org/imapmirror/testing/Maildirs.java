package org.imapmirror.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/// The local side of a synchronizing client: a folder with a Maildir for each mailbox, named like
/// it. Messages are found by a text that they contain.
public final class Maildirs {
    private final Path directory;

    Maildirs(Path directory) {
        this.directory = directory;
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path directory() {
        return directory;
    }

    /// Puts a message into a folder, which is made when it is not there.
    ///
    /// @param flags letters of Maildir, in any order: D(raft), F(lagged), R(eplied), S(een),
    ///   T(rashed)
    public void add(String folder, String flags, byte[] message) {
        Path cur = directory.resolve(folder).resolve("cur");
        try {
            for (String part : List.of("cur", "new", "tmp")) {
                Files.createDirectories(cur.resolveSibling(part));
            }
            // A Maildir holds lines as Unix does; clients make CRLF of them.
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
        move(file, directory.resolve(folder, "cur", unique + ":2," + inOrder(flags)));
    }

    /// Moves the message that contains `text` to another folder; clients make an append and an
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
        try (Stream<Path> cur = Files.list(directory.resolve(folder, "cur"));
                Stream<Path> fresh = Files.list(directory.resolve(folder, "new"))) {
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
}
