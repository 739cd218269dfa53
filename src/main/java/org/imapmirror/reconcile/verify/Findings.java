package org.imapmirror.reconcile.verify;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Collects what all workers found.
final class Findings {
    private final Consumer<Difference> differences;
    private final List<String> warnings = new ArrayList<>();
    private long folders;
    private long messages;
    private long bytes;
    private long count;
    private boolean complete = true;

    Findings(Consumer<Difference> differences) {
        this.differences = differences;
    }

    synchronized void tell(Difference difference) {
        count++;
        differences.accept(difference);
    }

    /// About a mailbox.
    void tell(Difference.Kind kind, String folder, String detail) {
        tell(new Difference(kind, folder, 0, 0, null, detail));
    }

    synchronized void warn(String warning) {
        warnings.add(warning);
    }

    synchronized void compared(long itsFolders, long itsMessages, long itsBytes) {
        folders += itsFolders;
        messages += itsMessages;
        bytes += itsBytes;
    }

    synchronized void incomplete() {
        complete = false;
    }

    synchronized VerifyReport report(Duration time) {
        return new VerifyReport(time, folders, messages, bytes, count, warnings, complete);
    }
}
