package org.imapmirror.app.config;

import org.jspecify.annotations.Nullable;

/// One thing wrong in the configuration file.
///
/// @param key where, as `servers.old.tls` or `listeners[1].bind`; empty for the file as a whole
/// @param value what is written there, before substitution; null where nothing is, where it is no
///   single value, or where it is secret
/// @param what what is wrong with it, as the end of a sentence that begins with key and value
/// @param remedy what to do
public record Problem(String key, @Nullable String value, String what, String remedy) {

    /// `servers.old.tls: "ssl" is not one of none, starttls, implicit` and, on the next line, the
    /// remedy.
    public String describe() {
        String where = key.isEmpty() ? "" : key + ": ";
        String written = value == null ? "" : '"' + value + "\" ";
        return where + written + what + "\n    remedy: " + remedy;
    }
}
