package org.imapmirror.app.sync;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/// Options as Perl's Getopt::Long reads them: one or two dashes, any case, unique abbreviations, a
/// value behind `=` or in the next argument (whatever it begins with), `--no` in front of a switch
/// that can be negated.
///
/// @param kinds by name in lower case
record GetoptLong(Map<String, Kind> kinds) {
    enum Kind {
        SWITCH,
        /// A switch that has a `no` form.
        NEGATABLE,
        TEXT,
        INTEGER,
        NUMBER
    }

    /// @param values of each option that was given, in order; switches have `1` or `0`
    record Parsed(Map<String, List<String>> values) {
        boolean has(String name) {
            return values.containsKey(name);
        }

        List<String> all(String name) {
            return values.getOrDefault(name, List.of());
        }
    }

    /// @throws UsageException with every error
    Parsed parse(List<String> arguments) throws UsageException {
        Map<String, List<String>> values = new LinkedHashMap<>();
        List<String> errors = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.equals("--")) {
                if (i + 1 < arguments.size()) {
                    errors.add("extra arguments behind --");
                }
                break;
            }
            if (!argument.startsWith("-") || argument.length() < 2) {
                // It may be a password whose option is missing: not to be shown.
                errors.add("argument " + (i + 1) + " belongs to no option");
                continue;
            }
            String body = argument.substring(argument.startsWith("--") ? 2 : 1);
            int equals = body.indexOf('=');
            String written = equals < 0 ? body : body.substring(0, equals);
            try {
                Found found = find(written.toLowerCase(Locale.ROOT));
                Kind kind = kinds.getOrDefault(found.name(), Kind.SWITCH);
                String value;
                if (kind == Kind.SWITCH || kind == Kind.NEGATABLE) {
                    if (equals >= 0) {
                        throw new UsageException("--" + found.name() + " takes no value");
                    }
                    value = found.negated() ? "0" : "1";
                } else if (equals >= 0) {
                    value = body.substring(equals + 1);
                } else if (++i < arguments.size()) {
                    value = arguments.get(i);
                } else {
                    throw new UsageException("--" + found.name() + " requires an argument");
                }
                check(found.name(), kind, value);
                values.computeIfAbsent(found.name(), _ -> new ArrayList<>()).add(value);
            } catch (UsageException e) {
                errors.add(String.valueOf(e.getMessage()));
            }
        }
        if (!errors.isEmpty()) {
            throw new UsageException(String.join("; ", errors));
        }
        return new Parsed(values);
    }

    private record Found(String name, boolean negated) {}

    private Found find(String written) throws UsageException {
        if (kinds.containsKey(written)) {
            return new Found(written, false);
        }
        for (String no : List.of("no-", "no")) {
            String rest = written.startsWith(no) ? written.substring(no.length()) : "";
            if (kinds.get(rest) == Kind.NEGATABLE) {
                return new Found(rest, true);
            }
        }
        TreeSet<String> matches = new TreeSet<>();
        Found match = null;
        for (Map.Entry<String, Kind> each : kinds.entrySet()) {
            String name = each.getKey();
            if (name.startsWith(written)) {
                matches.add(name);
                match = new Found(name, false);
            }
            if (each.getValue() == Kind.NEGATABLE
                    && (("no" + name).startsWith(written) || ("no-" + name).startsWith(written))) {
                matches.add("no" + name);
                match = new Found(name, true);
            }
        }
        if (match == null) {
            throw new UsageException("unknown option: --" + written);
        }
        if (matches.size() > 1) {
            throw new UsageException(
                    "option --" + written + " is ambiguous: " + String.join(", ", matches));
        }
        return match;
    }

    private static void check(String name, Kind kind, String value) throws UsageException {
        boolean wrong =
                switch (kind) {
                    case INTEGER -> !value.matches("[+-]?[0-9]{1,18}");
                    case NUMBER ->
                            !value.matches("[+-]?[0-9]{0,18}(\\.[0-9]+)?") || value.isEmpty();
                    case TEXT, SWITCH, NEGATABLE -> false;
                };
        if (wrong) {
            throw new UsageException("--" + name + ": a number is expected, not " + value);
        }
    }
}
