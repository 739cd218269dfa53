package org.imapmirror.app.config;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// The configuration cannot be used. Carries every problem that was found, not only the first.
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient List<Problem> problems;

    ConfigException(Path file, List<Problem> problems) {
        super(message(file, problems));
        this.problems = List.copyOf(problems);
    }

    public List<Problem> problems() {
        return problems;
    }

    private static String message(Path file, List<Problem> problems) {
        return "configuration "
                + file
                + " has "
                + (problems.size() == 1 ? "an error" : problems.size() + " errors")
                + problems.stream()
                        .map(problem -> "\n  " + problem.describe())
                        .collect(Collectors.joining());
    }
}
