package org.imapmirror.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Clients that are libraries, each with a script of `src/test/clients` that works with mail and
/// says what was not as it should be. Without TLS.
public final class Scripts {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Path CLIENTS = Path.of("src/test/clients").toAbsolutePath();

    private final Access access;
    private final Path directory;

    Scripts(Access access, Path directory) {
        this.access = access;
        this.directory = directory;
    }

    /// How Mail::IMAPClient names messages.
    public enum Naming {
        SEQUENCE_NUMBERS,
        UIDS
    }

    /// Perl's Mail::IMAPClient.
    ///
    /// @param top a mailbox that is made; everything happens below it
    public Command perl(String top, Naming naming, boolean compressed) {
        return run(
                "libmail-imapclient-perl",
                List.of("perl", CLIENTS.resolve("mail-imapclient.pl").toString()),
                top,
                naming == Naming.UIDS ? "1" : "0",
                compressed ? "1" : "0");
    }

    /// imapflow on Node.js, compressed, with QRESYNC; in an account that is empty.
    public Command imapflow() {
        Path project = CLIENTS.resolve("imapflow");
        install(project);
        return run("nodejs", List.of("node", project.resolve("work.js").toString()));
    }

    private Command run(String debianPackage, List<String> program, String... arguments) {
        List<String> words = new ArrayList<>(program);
        words.addAll(
                List.of(
                        access.host(),
                        Integer.toString(access.port()),
                        access.user(),
                        access.password()));
        words.addAll(List.of(arguments));
        return Command.run(directory, Map.of(), LIMIT, debianPackage, words);
    }

    /// Brings what the lock file names, unless it is there.
    private void install(Path project) {
        Path installed = project.resolve("node_modules/.package-lock.json");
        Path wanted = project.resolve("package-lock.json");
        try {
            if (!Files.exists(installed)
                    || Files.getLastModifiedTime(installed)
                                    .compareTo(Files.getLastModifiedTime(wanted))
                            < 0) {
                Command.run(
                                directory,
                                Map.of(),
                                LIMIT.multipliedBy(3),
                                "npm",
                                List.of("npm", "ci", "--prefix", project.toString()))
                        .orFail();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
