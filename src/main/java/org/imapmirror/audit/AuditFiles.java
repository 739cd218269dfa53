package org.imapmirror.audit;

import org.imapmirror.state.PrivateFiles;
import org.jspecify.annotations.Nullable;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The files of one chain, named by the number of their first line, so that their order and a
/// missing one show in the names.
final class AuditFiles {
    private static final Pattern NAME =
            Pattern.compile("audit-(\\d{12,18})(?:-(\\d{1,9}))?\\.jsonl");

    /// No line of ours comes near; what is longer is not ours.
    static final int LONGEST_LINE = 16 << 20;

    private AuditFiles() {}

    /// @param again how many files with that first line there were before
    private record Named(Path path, long first, long again) {}

    /// The files of a folder, in the order of the chain; none where there is no folder.
    static List<Path> list(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        List<Named> found = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
            for (Path path : all) {
                Matcher m = NAME.matcher(path.getFileName().toString());
                if (m.matches()) {
                    long again = m.group(2) == null ? 0 : Long.parseLong(m.group(2));
                    found.add(new Named(path, Long.parseLong(m.group(1)), again));
                }
            }
        }
        found.sort(Comparator.comparingLong(Named::first).thenComparingLong(Named::again));
        return found.stream().map(Named::path).toList();
    }

    /// The number in a file's name; 0 where it is named otherwise.
    static long first(Path file) {
        Matcher m = NAME.matcher(file.getFileName().toString());
        return m.matches() ? Long.parseLong(m.group(1)) : 0;
    }

    /// Creates the file that begins with a line, mode 0600. One of that name that is there already
    /// is not touched.
    static Path create(Path directory, long first) throws IOException {
        PrivateFiles.directory(directory);
        for (int again = 0; ; again++) {
            String suffix = again == 0 ? "" : "-" + again;
            Path file = directory.resolve("audit-%012d%s.jsonl".formatted(first, suffix));
            if (!Files.exists(file)) {
                return PrivateFiles.file(file);
            }
        }
    }

    /// Reads a file line by line.
    static final class Lines implements AutoCloseable {
        private final InputStream in;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();
        private boolean torn;

        Lines(Path file) throws IOException {
            in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        }

        /// The next line without its end, null after the last; a last one without an end sets
        /// [#torn].
        ///
        /// @throws IOException where it cannot be read, or is longer than any line of ours
        byte @Nullable [] next() throws IOException {
            line.reset();
            for (int b = in.read(); b >= 0; b = in.read()) {
                if (b == '\n') {
                    return line.toByteArray();
                }
                if (line.size() >= LONGEST_LINE) {
                    throw new IOException(
                            "a line is longer than " + LONGEST_LINE + " octets: not an audit log");
                }
                line.write(b);
            }
            torn = line.size() > 0;
            return torn ? line.toByteArray() : null;
        }

        boolean torn() {
            return torn;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
