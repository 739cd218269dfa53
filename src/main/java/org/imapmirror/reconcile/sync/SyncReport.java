package org.imapmirror.reconcile.sync;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;

/// What a run did, or, when dry, would do. Its fields are those of `--json`.
///
/// @param failures each message that was not brought over, and why; mailboxes that could not be
///   made
/// @param held deletions that the brake held
public record SyncReport(
        boolean dryRun,
        Duration time,
        List<FolderReport> folders,
        List<Failure> failures,
        List<String> held,
        List<String> warnings,
        Outcome outcome) {
    public SyncReport {
        folders = List.copyOf(folders);
        failures = List.copyOf(failures);
        held = List.copyOf(held);
        warnings = List.copyOf(warnings);
    }

    /// @param made the mailbox was made on the target
    /// @param there messages that were on the target already
    /// @param skipped by the options (size, age, duplicates ...)
    /// @param flags messages whose flags were changed
    public record FolderReport(
            String source,
            String target,
            boolean made,
            long messages,
            long copied,
            long copiedBytes,
            long there,
            long skipped,
            long flags,
            long deleted) {}

    /// @param uid of the source; 0 where it is about a mailbox
    /// @param code the server's response code, null for none
    /// @param messageId to recognize the message, null where it has none
    public record Failure(
            String folder,
            long uid,
            long size,
            @Nullable String messageId,
            Cause cause,
            @Nullable String code,
            String reason) {}

    /// Why, as far as exit codes tell it apart.
    public enum Cause {
        APPEND,
        FETCH,
        CREATE,
        SELECT,
        FLAGS,
        DELETE,
        TOO_BIG,
        OVER_QUOTA,
        VIRUS
    }

    /// How the run ended.
    public enum Outcome {
        COMPLETE,
        /// Something is in `failures`.
        WITH_FAILURES,
        /// `limits.errors` was reached.
        TOO_MANY_FAILURES,
        /// `limits.stopAfterBytes` or a daily budget was reached.
        LIMIT_REACHED,
        /// A signal, or [Progress#stopped].
        STOPPED
    }
}
