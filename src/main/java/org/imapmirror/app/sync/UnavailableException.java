package org.imapmirror.app.sync;

/// Something that a run needs cannot be had: a file, a directory, an answer of a command.
final class UnavailableException extends Exception {
    private static final long serialVersionUID = 1;

    UnavailableException(String message) {
        super(message);
    }

    UnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
