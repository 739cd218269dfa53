package org.imapmirror.app.check;

/// One thing that was looked at.
///
/// @param subject the key of the configuration that it is about
/// @param text what was found
/// @param remedy what to do; empty where nothing is to be done
public record Finding(Level level, String subject, String text, String remedy) {
    public enum Level {
        /// It works.
        OK,
        /// It works, and this is the price.
        NOTE,
        /// It works for now, or less well than it could.
        WARNING,
        /// It does not work.
        ERROR
    }

    static Finding ok(String subject, String text) {
        return new Finding(Level.OK, subject, text, "");
    }

    static Finding note(String subject, String text) {
        return new Finding(Level.NOTE, subject, text, "");
    }

    static Finding warning(String subject, String text, String remedy) {
        return new Finding(Level.WARNING, subject, text, remedy);
    }

    static Finding error(String subject, String text, String remedy) {
        return new Finding(Level.ERROR, subject, text, remedy);
    }
}
