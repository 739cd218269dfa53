package org.imapmirror.app.sync;

/// An option or argument that cannot be used. The message names it and says what to write instead.
final class UsageException extends Exception {
    private static final long serialVersionUID = 1;

    UsageException(String message) {
        super(message);
    }

    UsageException(String message, Throwable cause) {
        super(message, cause);
    }
}
