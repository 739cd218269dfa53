package org.imapmirror.app;

/// What the commands tell the shell. Documented in docs/operations.md; above 63 as in `sysexits.h`.
final class ExitCode {
    static final int OK = 0;

    /// It was done, and somebody should look: degraded, differences, errors found.
    static final int ATTENTION = 1;

    /// No running imapmirror answered.
    static final int NO_ANSWER = 2;

    /// Unknown command, option or argument.
    static final int USAGE = 64;

    /// Something that it needs is not available: a port, a directory.
    static final int UNAVAILABLE = 69;

    /// A bug.
    static final int INTERNAL = 70;

    /// The configuration cannot be used.
    static final int CONFIG = 78;

    private ExitCode() {}
}
