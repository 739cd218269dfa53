package org.imapmirror.state;

import org.jspecify.annotations.Nullable;

/// Durable state could not be read or written. The message names the file or folder and, where a
/// person can do something about it, what.
public final class StateException extends RuntimeException {

    /// What is wrong, for callers that react to it.
    public enum Fault {
        /// The file holds something else than it should.
        DAMAGED,
        /// The disk, or a quota on it, is full.
        FULL,
        /// The disk answered with an error, or the file cannot be reached or written.
        DISK,
        /// Another process holds the file or folder.
        BUSY,
        /// The work was not accepted: the owner is closed, or too much is waiting already.
        REFUSED,
        /// Anything else, which is a bug in the statement or in the caller's work.
        OTHER
    }

    private final Fault fault;

    public StateException(Fault fault, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.fault = fault;
    }

    public Fault fault() {
        return fault;
    }
}
