package org.imapmirror.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// offlineimap with Maildirs: change them, then [#sync()] brings the changes to the server, and the
/// server's here. Names of folders are as people read them.
///
/// Without TLS, and compressed where that is asked for. A new folder needs a parent with a Maildir
/// of its own: without one version 8.0.0 fails in the middle, or waits for ever.
public final class Offlineimap {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Path directory;
    private final Path configuration;
    private final Maildirs maildirs;

    Offlineimap(Access access, Path directory, boolean compressed) {
        if (access.tls() != Access.Tls.NONE) {
            throw new IllegalArgumentException("offlineimap is used without TLS only");
        }
        this.directory = directory;
        configuration = directory.resolve("offlineimaprc");
        maildirs = new Maildirs(directory.resolve("mail"));
        try {
            Files.writeString(configuration, configuration(access, compressed));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Synchronizes everything both ways: messages, flags, deletions, folders.
    public Command sync() {
        return Command.run(
                directory,
                Map.of("HOME", directory.toString(), "LC_ALL", "C.UTF-8"),
                LIMIT,
                "offlineimap3",
                List.of("offlineimap", "-c", configuration.toString(), "-o", "-u", "basic"));
    }

    /// The folders here.
    public Maildirs maildirs() {
        return maildirs;
    }

    private String configuration(Access access, boolean compressed) {
        return """
        [general]
        accounts = all
        metadata = %s
        socktimeout = 60

        [Account all]
        localrepository = near
        remoterepository = far
        utf8foldernames = yes

        [Repository near]
        type = Maildir
        localfolders = %s
        sep = /

        [Repository far]
        type = IMAP
        remotehost = %s
        remoteport = %d
        remoteuser = %s
        remotepass = %s
        ssl = no
        starttls = no
        auth_mechanisms = PLAIN
        usecompression = %s
        subscribedonly = no
        """
                .formatted(
                        directory.resolve("state"),
                        maildirs.directory(),
                        access.host(),
                        access.port(),
                        access.user(),
                        access.password(),
                        compressed ? "yes" : "no");
    }
}
