package org.imapmirror.reconcile.verify;

import java.time.Duration;
import java.util.List;

/// What was compared. The differences themselves were told one by one.
///
/// @param messages of the source that were compared
/// @param bytes of these
/// @param complete false where it was stopped, or a mailbox could not be read: then no difference
///   proves nothing
public record VerifyReport(
        Duration time,
        long folders,
        long messages,
        long bytes,
        long differences,
        List<String> warnings,
        boolean complete) {
    public VerifyReport {
        warnings = List.copyOf(warnings);
    }
}
