package org.imapmirror.app.config;

import org.apache.commons.configuration2.tree.ImmutableNode;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/// One mapping of the file, read key by key. What cannot be read is noted in the [Reading] and a
/// stand-in is given back; [#done] notes the keys that nobody asked for.
final class Section {
    private final Reading reading;
    private final String path;
    private final String pattern;
    private final @Nullable ImmutableNode node;
    private final Set<String> asked = new LinkedHashSet<>();

    /// What may be written for a key, as the remedy says it: `write a size such as 20GB`.
    record Kind<T>(Function<String, T> parser, String remedy) {
        static <E> Kind<E> oneOf(Map<String, E> choices) {
            String names = String.join(", ", choices.keySet());
            return new Kind<>(
                    text -> {
                        E choice = choices.get(text);
                        if (choice == null) {
                            throw new IllegalArgumentException("is not one of " + names);
                        }
                        return choice;
                    },
                    "write one of " + names);
        }

        static Kind<Integer> integer(int min, int max) {
            return new Kind<>(
                    text -> {
                        int number = Quantity.integer(text);
                        if (number < min || number > max) {
                            throw new IllegalArgumentException(
                                    "is not between " + min + " and " + max);
                        }
                        return number;
                    },
                    "write a number from " + min + " to " + max + ", digits only");
        }
    }

    /// @param path for messages: `servers.old`
    /// @param pattern for the list of known keys: `servers.*`
    /// @param node null where the file does not have this section
    Section(Reading reading, String path, String pattern, @Nullable ImmutableNode node) {
        this.reading = reading;
        this.path = path;
        this.pattern = pattern;
        this.node = node;
        if (node != null && node.getValue() != null) {
            reading.problem(path, null, "is a single value", "write keys with values below it");
        }
    }

    boolean has(String key) {
        return node != null
                && node.getChildren().stream().anyMatch(n -> n.getNodeName().equals(key));
    }

    boolean hasKeysBelow(String key) {
        return node != null
                && node.getChildren().stream()
                        .anyMatch(n ->
                                n.getNodeName().equals(key)
                                        && n.getValue() == null
                                        && !n.getChildren().isEmpty());
    }

    /// For messages.
    String path(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    /// The value of a key that must be there; null where it is missing or wrong, which is noted.
    <T> @Nullable T required(String key, Kind<T> kind) {
        if (!has(key)) {
            known(key);
            reading.problem(path(key), null, "is missing", kind.remedy());
            return null;
        }
        return optional(key, kind);
    }

    /// The value of a key; `fallback` where it is not there, and where it is wrong, which is noted.
    <T> T value(String key, T fallback, Kind<T> kind) {
        T value = optional(key, kind);
        return value == null ? fallback : value;
    }

    /// The value of a key; null where it is not there, and where it is wrong, which is noted.
    <T> @Nullable T optional(String key, Kind<T> kind) {
        return read(key, kind, false);
    }

    /// Like [#optional], and no message ever shows the value.
    @Nullable Secret secret(String key) {
        return read(
                key,
                new Kind<>(
                        text -> {
                            if (text.isEmpty()) {
                                throw new IllegalArgumentException("is empty");
                            }
                            return new Secret(text);
                        },
                        "write ${file:UTF-8:/path/of/a/file} or ${env:NAME}, and see that it is"
                                + " there and readable"),
                true);
    }

    /// Like [#secret(String)], made into something else.
    ///
    /// @param parser its messages must not show the value
    <T> @Nullable T secret(String key, Function<String, T> parser, String remedy) {
        return read(key, new Kind<>(parser, remedy), true);
    }

    /// A list of secrets, or a single one; none where the key is not there.
    <T> List<T> secrets(String key, Function<String, T> parser, String remedy) {
        List<T> values = new ArrayList<>();
        for (ImmutableNode item : nodes(key)) {
            if (item.getValue() != null || !item.getChildren().isEmpty()) {
                T value = parse(path(key), item, new Kind<>(parser, remedy), true);
                if (value != null) {
                    values.add(value);
                }
            }
        }
        return values;
    }

    /// The items of a list, or a single value; `fallback` where the key is not there.
    <T> List<T> values(String key, List<T> fallback, Kind<T> kind) {
        List<ImmutableNode> nodes = nodes(key);
        if (nodes.isEmpty()) {
            return fallback;
        }
        List<T> values = new ArrayList<>();
        for (ImmutableNode item : nodes) {
            if (item.getValue() != null || !item.getChildren().isEmpty()) {
                T value = parse(path(key), item, kind, false);
                if (value != null) {
                    values.add(value);
                }
            }
        }
        return values;
    }

    /// The section below a key; one without keys where it is not there.
    Section section(String key) {
        List<ImmutableNode> nodes = nodes(key);
        if (nodes.size() > 1) {
            reading.problem(path(key), null, "is a list", "write one set of keys, without dashes");
        }
        return new Section(
                reading, path(key), patterned(key), nodes.isEmpty() ? null : nodes.getFirst());
    }

    /// The items of a list of mappings.
    List<Section> sections(String key) {
        List<ImmutableNode> nodes = nodes(key);
        List<Section> sections = new ArrayList<>();
        for (ImmutableNode item : nodes) {
            if (item.getValue() != null || !item.getChildren().isEmpty()) {
                String index = "[" + sections.size() + "]";
                sections.add(new Section(reading, path(key) + index, patterned(key) + "[]", item));
            }
        }
        return sections;
    }

    /// The mappings below this one, by names that the user chose.
    Map<String, Section> named() {
        Map<String, Section> sections = new LinkedHashMap<>();
        if (node != null) {
            for (ImmutableNode child : node.getChildren()) {
                String name = child.getNodeName();
                asked.add(name);
                Section section = new Section(reading, path(name), pattern + ".*", child);
                if (sections.put(name, section) != null) {
                    reading.problem(path(name), null, "is a list", "write one set of keys");
                }
            }
        }
        return sections;
    }

    /// Notes a problem of one of this section's keys, without its value.
    void problem(String key, String what, String remedy) {
        known(key);
        reading.problem(path(key), null, what, remedy);
    }

    /// Like [#problem], with the value as it is written; for keys that hold no secret.
    void problemWithValue(String key, String what, String remedy) {
        List<ImmutableNode> nodes = nodes(key);
        String value = nodes.size() == 1 ? text(nodes.getFirst()) : null;
        reading.problem(path(key), value, what, remedy);
    }

    /// To be called when every key has been asked for.
    void done() {
        if (node == null) {
            return;
        }
        Set<String> names = new LinkedHashSet<>();
        node.getChildren().forEach(child -> names.add(child.getNodeName()));
        names.removeAll(asked);
        for (String name : names) {
            String nearest = Nearest.of(name, asked);
            reading.problem(
                    path(name),
                    null,
                    "is not a known key",
                    nearest == null
                            ? "remove it; known here: " + String.join(", ", asked)
                            : "did you mean " + nearest + "?");
        }
    }

    private <T> @Nullable T read(String key, Kind<T> kind, boolean secret) {
        List<ImmutableNode> nodes = nodes(key);
        if (nodes.isEmpty()) {
            return null;
        }
        if (nodes.size() > 1) {
            reading.problem(path(key), null, "is a list", kind.remedy());
            return null;
        }
        return parse(path(key), nodes.getFirst(), kind, secret);
    }

    private <T> @Nullable T parse(String at, ImmutableNode item, Kind<T> kind, boolean secret) {
        String written = text(item);
        if (written == null) {
            reading.problem(
                    at,
                    null,
                    item.getChildren().isEmpty() ? "has no value" : "has keys below it",
                    kind.remedy());
            return null;
        }
        try {
            return kind.parser().apply(reading.substituted(written));
        } catch (IllegalArgumentException e) {
            String what = e.getMessage() == null ? "is not valid" : e.getMessage();
            reading.problem(at, secret ? null : written, what, kind.remedy());
            return null;
        }
    }

    private static @Nullable String text(ImmutableNode item) {
        return item.getValue() == null ? null : item.getValue().toString();
    }

    private List<ImmutableNode> nodes(String key) {
        known(key);
        return node == null
                ? List.of()
                : node.getChildren().stream().filter(n -> n.getNodeName().equals(key)).toList();
    }

    /// Counts a key as asked for: it is no unknown one.
    void known(String key) {
        asked.add(key);
        reading.known(patterned(key));
    }

    private String patterned(String key) {
        return pattern.isEmpty() ? key : pattern + "." + key;
    }
}
