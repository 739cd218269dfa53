package org.imapmirror.app.sync;

import org.imapmirror.app.sync.GetoptLong.Parsed;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// The options of an imapsync command line, read and checked.
///
/// @param notes about options that change nothing
record ImapsyncArguments(Parsed options, List<String> notes) {

    /// @throws UsageException for what is unknown or cannot be honoured
    static ImapsyncArguments read(List<String> arguments) throws UsageException {
        Parsed given = ImapsyncTable.parser().parse(arguments);
        List<String> refused = new ArrayList<>();
        for (String name : given.values().keySet()) {
            String why = ImapsyncTable.refused().get(name);
            // What is switched off need not be honoured.
            if (why != null && !"0".equals(given.all(name).getLast())) {
                refused.add("--" + name + " cannot be honoured: " + why);
            }
        }
        if (!refused.isEmpty()) {
            throw new UsageException(String.join("; ", refused));
        }
        ImapsyncPresets.Applied applied = ImapsyncPresets.apply(given);
        return new ImapsyncArguments(applied.options(), applied.notes());
    }

    /// The last one that was given, null for none.
    @Nullable String text(String name) {
        List<String> all = options.all(name);
        return all.isEmpty() ? null : all.getLast();
    }

    List<String> all(String name) {
        return options.all(name);
    }

    boolean on(String name, boolean fallback) {
        String value = text(name);
        return value == null ? fallback : value.equals("1");
    }

    boolean on(String name) {
        return on(name, false);
    }

    /// @throws UsageException where it is negative
    long number(String name, long fallback) throws UsageException {
        String value = text(name);
        if (value == null) {
            return fallback;
        }
        long number = Long.parseLong(value);
        if (number < 0) {
            throw new UsageException("--" + name + " must not be negative");
        }
        return number;
    }

    /// @throws UsageException where it is negative
    double decimal(String name, double fallback) throws UsageException {
        String value = text(name);
        if (value == null) {
            return fallback;
        }
        double number = Double.parseDouble(value);
        if (number < 0) {
            throw new UsageException("--" + name + " must not be negative");
        }
        return number;
    }
}
