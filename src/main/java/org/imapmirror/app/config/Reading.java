package org.imapmirror.app.config;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/// What one reading of a file has found so far: its problems, and every key that was asked for.
final class Reading {
    private final Path file;
    private final Substitution substitution;
    private final List<Problem> problems = new ArrayList<>();
    private final SortedSet<String> known = new TreeSet<>();

    Reading(Path file, Substitution substitution) {
        this.file = file;
        this.substitution = substitution;
    }

    Path file() {
        return file;
    }

    void problem(String key, @Nullable String value, String what, String remedy) {
        problems.add(new Problem(key, value, what, remedy));
    }

    void known(String pattern) {
        known.add(pattern);
    }

    /// As patterns: `servers.*.address`, `listeners[].bind`.
    SortedSet<String> known() {
        return known;
    }

    String substituted(String text) {
        return substitution.apply(text);
    }

    /// The files that values were taken from.
    List<Path> files() {
        return substitution.files();
    }

    boolean failed() {
        return !problems.isEmpty();
    }

    ConfigException failure() {
        return new ConfigException(file, problems);
    }
}
