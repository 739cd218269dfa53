package org.imapmirror.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// mbsync (isync) with Maildirs: change them, then [#sync()] brings the changes to the server, and
/// the server's here.
public final class Mbsync {
    private static final Duration LIMIT = Duration.ofSeconds(120);

    private final Path directory;
    private final Path configuration;
    private final Maildirs maildirs;

    Mbsync(Access access, Path directory) {
        this.directory = directory;
        configuration = directory.resolve("mbsyncrc");
        maildirs = new Maildirs(directory.resolve("mail"));
        try {
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

    /// The folders here.
    public Maildirs maildirs() {
        return maildirs;
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
                        maildirs.directory(),
                        maildirs.directory());
    }
}
