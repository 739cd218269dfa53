package org.imapmirror.app.config;

/// A password or token. Nothing shows it but [#reveal].
public record Secret(String reveal) {
    @Override
    public String toString() {
        return "(secret)";
    }
}
