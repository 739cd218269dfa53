package org.imapmirror.admin;

/// Tells how the process is doing. Called on any thread, as often as somebody asks.
@FunctionalInterface
public interface StatusSource {
    Status status();
}
