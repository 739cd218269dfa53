package org.imapmirror.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What the measurements are to show, each one compared within one run. Printed as lines that begin
/// with `TARGET`, of which `bench/all` makes a table.
final class Targets {
    private final List<String> lines = new ArrayList<>();

    /// @param bound NaN where it was not measured
    void atLeast(String target, double value, double bound) {
        add(target, value, "at least", bound, value >= bound);
    }

    /// @param bound NaN where it was not measured
    void atMost(String target, double value, double bound) {
        add(target, value, "at most", bound, value <= bound);
    }

    private void add(String target, double value, String kind, double bound, boolean met) {
        String verdict =
                Double.isNaN(value) || Double.isNaN(bound)
                        ? "not measured"
                        : met ? "met" : "not met";
        lines.add(
                String.format(
                        Locale.ROOT,
                        "TARGET|%s|%.2f|%s %.2f|%s",
                        target,
                        value,
                        kind,
                        bound,
                        verdict));
    }

    void print(PrintStream out) {
        lines.forEach(out::println);
    }
}
