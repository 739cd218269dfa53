package org.imapmirror.audit;

import java.nio.file.Path;

/// @param directory holds a folder for each archive
/// @param maxFileBytes a file that is this long or longer is followed by a new one; at least 1
public record AuditConfig(Path directory, long maxFileBytes) {
    public AuditConfig {
        if (maxFileBytes < 1) {
            throw new IllegalArgumentException("audit.max-file-bytes must be at least 1");
        }
    }

    /// Where the files of an archive are.
    public Path directoryOf(String archive) {
        return directory.resolve(archive);
    }
}
