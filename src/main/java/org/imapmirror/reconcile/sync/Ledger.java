package org.imapmirror.reconcile.sync;

import org.imapmirror.reconcile.sync.SyncReport.Failure;
import org.imapmirror.reconcile.sync.SyncReport.FolderReport;
import org.imapmirror.reconcile.sync.SyncReport.Outcome;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Collects what a run did, from all workers, and knows when it has to end early.
final class Ledger {
    /// More warnings are only counted: a report has to fit into the heap and a terminal.
    private static final int MOST_WARNINGS = 1000;

    private final Progress progress;
    private final int mostErrors;
    private final List<Tally> tallies = new ArrayList<>();
    private final List<Failure> failures = new ArrayList<>();
    private final List<String> held = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private long unsaid;
    private @Nullable Outcome early;

    /// What became of one pair of mailboxes; one thread at a time.
    static final class Tally {
        final String source;
        final String target;
        boolean made;
        long messages;
        long copied;
        long copiedBytes;
        long there;
        long skipped;
        long flags;
        long deleted;

        /// UIDs of the source that are named in the report.
        final Set<Long> failed = new HashSet<>();

        Tally(String source, String target) {
            this.source = source;
            this.target = target;
        }

        FolderReport report() {
            return new FolderReport(
                    source,
                    target,
                    made,
                    messages,
                    copied,
                    copiedBytes,
                    there,
                    skipped,
                    flags,
                    deleted);
        }
    }

    /// @param mostErrors 0 for no limit
    Ledger(Progress progress, int mostErrors) {
        this.progress = progress;
        this.mostErrors = mostErrors;
    }

    synchronized Tally tally(String source, String target) {
        Tally tally = new Tally(source, target);
        tallies.add(tally);
        return tally;
    }

    void failed(Failure failure) {
        synchronized (this) {
            failures.add(failure);
            if (mostErrors > 0 && failures.size() >= mostErrors) {
                end(Outcome.TOO_MANY_FAILURES);
            }
        }
        progress.failed(failure);
    }

    synchronized long failures() {
        return failures.size();
    }

    /// Over all mailboxes; while no worker works.
    synchronized long copiedBytes() {
        return tallies.stream().mapToLong(tally -> tally.copiedBytes).sum();
    }

    synchronized void held(String what) {
        held.add(what);
    }

    synchronized void warn(String what) {
        if (warnings.size() < MOST_WARNINGS) {
            warnings.add(what);
        } else {
            unsaid++;
        }
    }

    /// The run ends in order, for the first reason given.
    synchronized void end(Outcome reason) {
        if (early == null) {
            early = reason;
        }
    }

    /// Asked before everything that takes time.
    boolean over() {
        boolean asked = progress.stopped();
        synchronized (this) {
            if (asked) {
                end(Outcome.STOPPED);
            }
            return early != null;
        }
    }

    synchronized SyncReport report(boolean dry, Duration time) {
        List<String> said = new ArrayList<>(warnings);
        if (unsaid > 0) {
            said.add("and " + unsaid + " warnings more");
        }
        Outcome outcome = early;
        if (outcome == null) {
            outcome = failures.isEmpty() ? Outcome.COMPLETE : Outcome.WITH_FAILURES;
        }
        return new SyncReport(
                dry,
                time,
                tallies.stream().map(Tally::report).toList(),
                failures,
                held,
                said,
                outcome);
    }
}
