package org.imapmirror.audit;

import org.imapmirror.state.Database;
import org.imapmirror.state.StateException;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/// The audit logs of all archives, while the service runs.
public final class AuditLog implements AutoCloseable {
    private final Map<String, AuditWriter> writers = new HashMap<>();

    private AuditLog() {}

    /// Takes up the chain of each archive, and writes what the last run left in the outbox.
    ///
    /// @throws StateException where a folder or a file of the log cannot be used
    public static AuditLog open(AuditConfig config, Database state, Collection<String> archives) {
        AuditLog log = new AuditLog();
        for (String archive : archives) {
            try {
                log.writers.put(archive, new AuditWriter(config, state, archive));
            } catch (IOException e) {
                log.close();
                throw new StateException(
                        StateException.Fault.DISK,
                        "cannot use the audit log in "
                                + config.directoryOf(archive)
                                + ": "
                                + e
                                + "; audit.directory names its folder",
                        e);
            }
        }
        return log;
    }

    /// An archive's outbox may have entries. Any thread.
    public void wake(String archive) {
        AuditWriter writer = writers.get(archive);
        if (writer != null) {
            writer.wake();
        }
    }

    /// Why entries of an archive wait, null where they do not.
    public @Nullable String failure(String archive) {
        AuditWriter writer = writers.get(archive);
        return writer == null ? null : writer.failure();
    }

    @Override
    public void close() {
        writers.values().forEach(AuditWriter::close);
    }
}
