package org.imapmirror.app.sync;

import org.imapmirror.mailstore.StoreException;
import org.imapmirror.reconcile.sync.SyncReport;
import org.imapmirror.reconcile.sync.SyncReport.Cause;
import org.imapmirror.reconcile.sync.SyncReport.Failure;

import java.util.EnumMap;
import java.util.Map;

/// What `sync`, `imapsync` and `verify` tell the shell: the numbers of imapsync where it has one.
/// Documented in docs/sync.md.
final class SyncExit {
    static final int OK = 0;

    /// Done, and somebody should look: deletions are held, the two sides differ.
    static final int ATTENTION = 1;

    /// Ended by a signal, in order.
    static final int STOPPED = 6;

    static final int CONNECTION = 10;
    static final int TLS = 12;
    static final int LOGIN = 16;

    /// The mailbox that all is to be below is not on the source.
    static final int NO_TOP = 21;

    static final int USAGE = 64;

    /// Another run of this pair, a directory that cannot be written, a password file that cannot be
    /// read.
    static final int UNAVAILABLE = 69;

    static final int INTERNAL = 70;

    /// The configuration, or the table of accounts, cannot be used.
    static final int CONFIG = 78;

    static final int CONNECTION_SOURCE = 101;
    static final int CONNECTION_TARGET = 102;

    /// Several kinds of failures, or one that has no number of its own.
    static final int FAILURES = 111;

    static final int TOO_MANY_FAILURES = 112;
    static final int OVER_QUOTA = 113;
    static final int APPEND = 114;
    static final int FETCH = 115;
    static final int CREATE = 116;
    static final int SELECT = 117;

    /// The limit of octets, or a daily budget, was reached.
    static final int LIMIT = 118;

    static final int VIRUS = 119;
    static final int FLAGS = 120;
    static final int LOGIN_SOURCE = 161;
    static final int LOGIN_TARGET = 162;

    private SyncExit() {}

    /// For a run that came to its end. Of several kinds of failures the most frequent one counts.
    static int of(SyncReport report) {
        return switch (report.outcome()) {
            case STOPPED -> STOPPED;
            case TOO_MANY_FAILURES -> TOO_MANY_FAILURES;
            case LIMIT_REACHED -> LIMIT;
            case COMPLETE, WITH_FAILURES -> {
                if (!report.failures().isEmpty()) {
                    yield of(mostFrequent(report));
                }
                yield report.held().isEmpty() ? OK : ATTENTION;
            }
        };
    }

    private static Cause mostFrequent(SyncReport report) {
        Map<Cause, Integer> counts = new EnumMap<>(Cause.class);
        for (Failure failure : report.failures()) {
            counts.merge(failure.cause(), 1, Integer::sum);
        }
        Cause most = report.failures().getFirst().cause();
        for (Map.Entry<Cause, Integer> count : counts.entrySet()) {
            if (count.getValue() > counts.getOrDefault(most, 0)) {
                most = count.getKey();
            }
        }
        return most;
    }

    private static int of(Cause cause) {
        return switch (cause) {
            case APPEND, TOO_BIG -> APPEND;
            case FETCH -> FETCH;
            case CREATE -> CREATE;
            case SELECT -> SELECT;
            case FLAGS -> FLAGS;
            case DELETE -> FAILURES;
            case OVER_QUOTA -> OVER_QUOTA;
            case VIRUS -> VIRUS;
        };
    }

    /// For a run that could not go on.
    static int of(StoreException e, boolean ofSource) {
        return switch (e.kind()) {
            case UNREACHABLE, GONE -> ofSource ? CONNECTION_SOURCE : CONNECTION_TARGET;
            case TLS -> TLS;
            case LOGIN_REFUSED, NO_LOGIN -> ofSource ? LOGIN_SOURCE : LOGIN_TARGET;
            case REFUSED, PROTOCOL, RACE, UNSUPPORTED -> FAILURES;
        };
    }
}
