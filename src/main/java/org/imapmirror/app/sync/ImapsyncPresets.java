package org.imapmirror.app.sync;

import org.imapmirror.app.sync.GetoptLong.Parsed;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What `--gmail1`, `--office2` and the like stand for: host, TLS, and what the provider is known
/// to need. An option that is given itself wins; options that can be given several times are added.
final class ImapsyncPresets {
    private static final String GMAIL = "imap.gmail.com";
    private static final String OFFICE = "outlook.office365.com";

    private final Map<String, List<String>> values = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();

    private ImapsyncPresets(Parsed given) {
        given.values().forEach((name, list) -> values.put(name, new ArrayList<>(list)));
    }

    /// @param notes what people have to know
    record Applied(Parsed options, List<String> notes) {}

    static Applied apply(Parsed given) {
        ImapsyncPresets presets = new ImapsyncPresets(given);
        boolean gmail1 = given.has("gmail1");
        boolean gmail2 = given.has("gmail2");
        if (gmail1 || gmail2) {
            presets.unlessGiven("maxbytespersecond", gmail2 ? "20000" : "40000");
            presets.unlessGiven("maxbytesafter", gmail2 ? "1000000000" : "3000000000");
            presets.unlessGiven("automap", "1");
        }
        if (gmail1) {
            presets.server("1", GMAIL);
            presets.add("folderlast", "[Gmail]/All Mail");
        }
        if (gmail2) {
            presets.server("2", GMAIL);
            presets.add("exclude", "\\[Gmail\\]$");
            presets.unlessGiven("skipcrossduplicates", gmail1 ? "0" : "1");
            presets.unlessGiven("maxsize", "35651584");
            // Names that Gmail does not take, or changes.
            presets.add("regextrans2", "s/\\^/_/g");
            presets.add("regextrans2", "s/['\"\\\\]/_/g");
            presets.add("regextrans2", "s/[ ]+(\\/|$)/$1/g");
        }
        if (given.has("office1")) {
            presets.server("1", OFFICE);
            presets.add("exclude", "^Files$");
        }
        if (given.has("office2")) {
            presets.server("2", OFFICE);
            presets.unlessGiven("maxsize", "45000000");
            presets.unlessGiven("maxmessagespersecond", "4");
            presets.add("f1f2", "Files=Files_renamed_by_imapmirror");
            presets.asTheyAre("--office2");
        }
        if (given.has("exchange2")) {
            presets.unlessGiven("maxsize", "10000000");
            presets.unlessGiven("maxmessagespersecond", "4");
            presets.add("regexflag", "s/\\\\Flagged//g");
            presets.asTheyAre("--exchange2");
        }
        return new Applied(new Parsed(presets.values), presets.notes);
    }

    private void server(String side, String host) {
        unlessGiven("host" + side, host);
        if (!values.containsKey("ssl" + side) && !values.containsKey("tls" + side)) {
            add("ssl" + side, "1");
        }
    }

    private void asTheyAre(String preset) {
        notes.add(
                preset
                        + ": requests for receipts and long lines are brought over as they are,"
                        + " messages that the server refuses for them are named");
    }

    private void unlessGiven(String name, String value) {
        values.computeIfAbsent(name, _ -> new ArrayList<>(List.of(value)));
    }

    private void add(String name, String value) {
        values.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
    }
}
