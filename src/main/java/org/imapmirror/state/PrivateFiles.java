package org.imapmirror.state;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;

/// Files and folders that only their owner may read: they hold other people's mail.
public final class PrivateFiles {
    private static final FileAttribute<?> RWX_OWNER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<?> RW_OWNER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private PrivateFiles() {}

    /// Creates the folder, and its missing parents, durably and with mode 0700. One that exists is
    /// left alone.
    public static Path directory(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Path parent = directory.toAbsolutePath().getParent();
            if (parent != null) {
                directory(parent);
                directories(parent, List.of(directory.getFileName().toString()));
            }
        }
        return directory;
    }

    /// Creates folders in one that exists, durably and with mode 0700, unless they exist.
    public static void directories(Path parent, List<String> names) throws IOException {
        for (String name : names) {
            Path directory = parent.resolve(name);
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(directory, RWX_OWNER);
            }
        }
        // Also where they exist: who created them may not have come as far as this.
        sync(parent);
    }

    /// Creates the file, empty, durably and with mode 0600, unless it exists.
    public static Path file(Path file) throws IOException {
        try {
            Files.createFile(file, RW_OWNER);
            Path parent = file.toAbsolutePath().getParent();
            if (parent != null) {
                sync(parent);
            }
        } catch (FileAlreadyExistsException _) {
            // As it should be after the first start.
        }
        return file;
    }

    /// Creates a file with mode 0600 for writing.
    ///
    /// @throws FileAlreadyExistsException where there is one
    public static FileChannel create(Path file) throws IOException {
        return FileChannel.open(
                file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), RW_OWNER);
    }

    /// Makes the names in a folder durable, as fsync of a file does for its content.
    public static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
