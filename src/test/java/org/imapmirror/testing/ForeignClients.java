package org.imapmirror.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/// Mail clients that nobody here wrote, working on one account: curl for single commands, mbsync
/// and offlineimap as synchronizing clients with Maildirs, neomutt as an interactive one, and
/// libraries with scripts of ours. Each has a time limit, and a client that is not installed is an
/// error that names its package. Their files live in a temporary folder until [#close()].
public final class ForeignClients implements AutoCloseable {
    private final Path directory;
    private final Access access;

    public ForeignClients(Access access) {
        this.access = access;
        try {
            directory = Files.createTempDirectory("imapmirror-clients");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// @param options further options of curl, for example `--login-options AUTH=PLAIN`,
    ///   `--sasl-ir`
    public Curl curl(String... options) {
        return new Curl(access, directory, options);
    }

    /// The same Maildir every time.
    public Mbsync mbsync() {
        return new Mbsync(access, directory.resolve("mbsync"));
    }

    public Neomutt neomutt() {
        return new Neomutt(access, directory.resolve("neomutt"));
    }

    /// The same Maildirs every time.
    public Offlineimap offlineimap(boolean compressed) {
        return new Offlineimap(access, folder("offlineimap"), compressed);
    }

    public Scripts scripts() {
        return new Scripts(access, directory);
    }

    private Path folder(String name) {
        try {
            return Files.createDirectories(directory.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
