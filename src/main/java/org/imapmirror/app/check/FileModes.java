package org.imapmirror.app.check;

import org.imapmirror.app.config.Config;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Who may read what imapmirror keeps, and what it takes secrets from. Journal and state hold other
/// people's mail and names: nobody but imapmirror's user may have a part in them.
///
/// Bodies in the journal are not looked at one by one, because a start must not take longer the
/// more there are; the folders around them are.
public final class FileModes {
    private static final Path SELF = Path.of("/proc/self");
    private static final Set<PosixFilePermission> FOREIGN =
            Set.of(
                    PosixFilePermission.GROUP_READ,
                    PosixFilePermission.GROUP_WRITE,
                    PosixFilePermission.GROUP_EXECUTE,
                    PosixFilePermission.OTHERS_READ,
                    PosixFilePermission.OTHERS_WRITE,
                    PosixFilePermission.OTHERS_EXECUTE);

    private final Config config;
    private final List<Finding> findings = new ArrayList<>();

    public FileModes(Config config) {
        this.config = config;
    }

    /// Errors for journal and state, warnings for secrets; nothing for what is as it should be.
    public List<Finding> findings() {
        findings.clear();
        Path journal = config.journal().directory().toAbsolutePath();
        ours("journal.directory", journal);
        inside("journal.directory", journal, "*");
        inside("journal.directory", journal.resolve("spool"), "*");
        Path state = config.state().file().toAbsolutePath();
        Path folder = state.getParent();
        if (folder != null && !folder.equals(journal)) {
            ours("state.url", folder);
            inside("state.url", folder, state.getFileName() + "*");
            inside("state.url", folder, "lock");
        }
        config.secretFiles().forEach(this::secret);
        return List.copyOf(findings);
    }

    private void inside(String key, Path folder, String glob) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, glob)) {
            files.forEach(file -> ours(key, file));
        } catch (IOException | DirectoryIteratorException _) {
            findings.add(
                    Finding.error(
                            key,
                            folder + " cannot be read by " + System.getProperty("user.name"),
                            "give it to that user: chown -R USER " + folder));
        }
    }

    private void ours(String key, Path path) {
        PosixFileAttributes attributes = attributes(path);
        if (attributes == null) {
            return;
        }
        UserPrincipal we = ourselves();
        if (we != null && !attributes.owner().equals(we)) {
            findings.add(
                    Finding.error(
                            key,
                            path
                                    + " belongs to the user "
                                    + attributes.owner().getName()
                                    + ", not to "
                                    + we.getName()
                                    + ", as whom imapmirror runs",
                            "chown " + we.getName() + " " + path + ", or run it as its owner"));
        } else if (attributes.permissions().stream().anyMatch(FOREIGN::contains)) {
            findings.add(
                    Finding.error(
                            key,
                            "%s has the mode %s and is open to other users; it holds mail"
                                    .formatted(
                                            path,
                                            PosixFilePermissions.toString(
                                                    attributes.permissions())),
                            "chmod go= " + path));
        }
    }

    private void secret(Path file) {
        PosixFileAttributes attributes = attributes(file);
        if (attributes != null
                && attributes.isRegularFile()
                && (attributes.permissions().contains(PosixFilePermission.OTHERS_READ)
                        || attributes.permissions().contains(PosixFilePermission.OTHERS_WRITE))) {
            findings.add(
                    Finding.warning(
                            file.toString(),
                            "it holds a secret, and every user of this machine may read or change"
                                    + " it",
                            "chmod o= " + file));
        }
    }

    /// Null where the file is not there, or its file system knows no modes.
    private static @Nullable PosixFileAttributes attributes(Path path) {
        try {
            return Files.readAttributes(path, PosixFileAttributes.class);
        } catch (IOException | UnsupportedOperationException _) {
            return null;
        }
    }

    /// Null where the system does not tell.
    private static @Nullable UserPrincipal ourselves() {
        try {
            return Files.getOwner(SELF);
        } catch (IOException | UnsupportedOperationException _) {
            return null;
        }
    }
}
