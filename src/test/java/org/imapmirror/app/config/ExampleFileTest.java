package org.imapmirror.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.commons.configuration2.tree.ImmutableNode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// What is documented is what is known.
class ExampleFileTest {
    private static final Path EXAMPLE = Path.of("conf/imapmirror.yaml");
    private static final Path REFERENCE = Path.of("docs/configuration.md");

    @TempDir static Path etc;

    private static Config example;
    private static SortedSet<String> known;

    @BeforeAll
    static void loadAsInstalled() throws Exception {
        TestIdentity.write(etc, "tls", "EC");
        Files.writeString(etc.resolve("old.secret"), "s3cret\n");
        Files.writeString(etc.resolve("admin.token"), "t0ken\n");
        String text = Files.readString(EXAMPLE).replace("/etc/imapmirror/", etc + "/");
        Path file = Files.writeString(etc.resolve("imapmirror.yaml"), text);
        Reading reading = new Reading(file, new Substitution(Map.<String, String>of()::get));
        example = ConfigLoader.load(reading);
        known = reading.known();
    }

    @Test
    void exampleWorksWhereItsFilesAre() {
        assertThat(example.listeners()).hasSize(2);
        assertThat(example.servers()).containsOnlyKeys("old", "new");
        assertThat(example.toString()).doesNotContain("s3cret", "t0ken");
    }

    @Test
    void exampleShowsTheDefaults() throws Exception {
        Path file =
                Files.writeString(
                        etc.resolve("minimal.yaml"),
                        """
                        listeners: [{bind: "127.0.0.1:1143", tls: none}]
                        servers: {old: {address: "a:993"}}
                        route: {primary: old}
                        """);
        Config minimal = ConfigLoader.load(file);
        assertThat(example.journal()).isEqualTo(minimal.journal());
        assertThat(example.state()).isEqualTo(minimal.state());
        assertThat(example.sweep()).isEqualTo(minimal.sweep());
        assertThat(example.firstCopy()).isEqualTo(minimal.firstCopy());
        assertThat(example.brake()).isEqualTo(minimal.brake());
        assertThat(example.login()).isEqualTo(minimal.login());
        assertThat(example.limits()).isEqualTo(minimal.limits());
        assertThat(example.admin().bind()).isEqualTo(minimal.admin().bind());
        assertThat(example.server("new").limits()).isEqualTo(minimal.server("old").limits());
    }

    @Test
    void exampleHasEveryKnownKey() throws Exception {
        String everything =
                Files.readAllLines(EXAMPLE).stream()
                        .map(line -> line.replaceFirst("^#(?=  +[-\\w])", ""))
                        .filter(line -> !line.stripLeading().startsWith("#"))
                        .collect(Collectors.joining("\n"));
        SortedSet<String> documented = new TreeSet<>();
        collect(YamlTree.read(new StringReader(everything)), "", documented);
        assertThat(documented).containsAll(leaves(known));
        assertThat(known).containsAll(documented);
    }

    @Test
    void referenceHasEveryKnownKey() throws Exception {
        String text = Files.readString(REFERENCE);
        assertThat(leaves(known)).allSatisfy(key -> assertThat(text).contains("`" + key + "`"));
    }

    private static SortedSet<String> leaves(SortedSet<String> patterns) {
        SortedSet<String> leaves = new TreeSet<>();
        for (String pattern : patterns) {
            boolean inner =
                    patterns.stream()
                            .anyMatch(other ->
                                    other.startsWith(pattern + ".")
                                            || other.startsWith(pattern + "[]"));
            if (!inner) {
                leaves.add(pattern);
            }
        }
        return leaves;
    }

    private static void collect(ImmutableNode node, String pattern, SortedSet<String> keys) {
        for (ImmutableNode child : node.getChildren()) {
            String name = pattern.equals("servers") ? "*" : child.getNodeName();
            String key = pattern.isEmpty() ? name : pattern + "." + name;
            if (child.getChildren().isEmpty()) {
                keys.add(key);
            } else {
                boolean list =
                        key.equals("listeners")
                                || key.equals("route.mirrors")
                                || key.equals("accounts.canonical.rewrite");
                collect(child, list ? key + "[]" : key, keys);
            }
        }
    }
}
