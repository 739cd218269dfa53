package org.imapmirror.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/// What was measured: for each measure and way the values of all rounds, of which the median is
/// shown, and what it is in proportion to the first way. Printed as one block of lines that begin
/// with `RESULT`, of which `bench/all` makes tables.
final class Results {
    private record Key(String measure, String unit) {}

    private final String bench;
    private final Map<Key, Map<String, List<Double>>> values = new LinkedHashMap<>();

    Results(String bench) {
        this.bench = bench;
    }

    void add(String measure, String unit, String way, double value) {
        values.computeIfAbsent(new Key(measure, unit), _ -> new LinkedHashMap<>())
                .computeIfAbsent(way, _ -> new ArrayList<>())
                .add(value);
    }

    /// Adds p50 and p99 in milliseconds.
    void addTimes(String measure, String way, long[] nanos) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        add(measure + " p50", "ms", way, sorted[sorted.length / 2] / 1e6);
        add(measure + " p99", "ms", way, sorted[(int) (sorted.length * 0.99)] / 1e6);
    }

    /// What [#print] shows of this way; NaN where it was not measured.
    double median(String measure, String way) {
        return values.entrySet().stream()
                .filter(entry -> entry.getKey().measure.equals(measure))
                .flatMap(entry -> Stream.ofNullable(entry.getValue().get(way)))
                .mapToDouble(Results::median)
                .findFirst()
                .orElse(Double.NaN);
    }

    /// One line for each measure: the medians, and each one's proportion to the first.
    void print(PrintStream out) {
        values.forEach((key, ways) -> {
            double first = median(ways.values().iterator().next());
            StringBuilder line =
                    new StringBuilder("RESULT|" + bench + "|" + key.measure + "|" + key.unit);
            ways.forEach((way, rounds) -> {
                double value = median(rounds);
                line.append('|').append(way).append('=').append(shown(value));
                if (ways.size() > 1 && first != 0) {
                    line.append(String.format(Locale.ROOT, " (%.2f x)", value / first));
                }
            });
            out.println(line);
        });
    }

    /// About three digits, so that nobody reads more into it.
    private static String shown(double value) {
        int decimals = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    private static double median(List<Double> rounds) {
        double[] sorted = rounds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
