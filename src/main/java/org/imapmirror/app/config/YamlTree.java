package org.imapmirror.app.config;

import org.apache.commons.configuration2.AbstractYAMLBasedConfiguration;
import org.apache.commons.configuration2.tree.ImmutableNode;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

import java.io.Reader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// A YAML file as a tree of nodes, in which every scalar is the text as written.
///
/// The library's own `YAMLConfiguration` follows YAML 1.1, where an unquoted `off` is false,
/// `1_000` is 1000, `0143` is 99, `12:30` is 750, and a password of digits loses its leading zeros.
/// Here nothing but an empty value has a type; whoever reads a key says what it should be. A key
/// that is written twice is an error.
final class YamlTree extends AbstractYAMLBasedConfiguration {
    private static final Pattern EMPTY = Pattern.compile("^(?:~|)$");
    private static final Pattern MERGE = Pattern.compile("^(?:<<)$");

    private YamlTree() {}

    /// Cannot be read as YAML. The message says where, and never quotes the file.
    static final class SyntaxException extends Exception {
        private static final long serialVersionUID = 1;

        SyntaxException(String message) {
            super(message);
        }
    }

    /// The root of the tree. A list is a row of nodes with the same name; an empty list is one node
    /// without value and children, like a key without value.
    static ImmutableNode read(Reader in) throws SyntaxException {
        Object loaded;
        try {
            loaded = yaml().load(in);
        } catch (MarkedYAMLException e) {
            throw new SyntaxException(where(e.getProblemMark()) + e.getProblem());
        } catch (YAMLException e) {
            // The library's message may quote what it read.
            throw new SyntaxException("holds characters that YAML does not allow");
        }
        if (!(loaded instanceof Map<?, ?> map)) {
            throw new SyntaxException(
                    loaded == null ? "is empty" : "is not a set of keys with values");
        }
        YamlTree tree = new YamlTree();
        tree.load(textKeys(map));
        return tree.getNodeModel().getNodeHandler().getRootNode();
    }

    private static String where(@Nullable Mark mark) {
        return mark == null
                ? ""
                : "line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1) + ": ";
    }

    private static Yaml yaml() {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        DumperOptions dumping = new DumperOptions();
        return new Yaml(
                new SafeConstructor(options),
                new Representer(dumping),
                dumping,
                options,
                new TextResolver());
    }

    private static final class TextResolver extends Resolver {
        @Override
        protected void addImplicitResolvers() {
            addImplicitResolver(Tag.MERGE, MERGE, "<", 10);
            addImplicitResolver(Tag.NULL, EMPTY, "~\0", 10);
            addImplicitResolver(Tag.NULL, EMPTY, null, 10);
        }
    }

    private static Map<String, Object> textKeys(Map<?, ?> map) {
        Map<String, Object> result = new LinkedHashMap<>();
        map.forEach((key, value) -> result.put(String.valueOf(key), plain(value)));
        return result;
    }

    /// The base class drops the key of an empty list; an empty map keeps it, if it is not the same
    /// object as another one in the file.
    private static @Nullable Object plain(@Nullable Object value) {
        return switch (value) {
            case Map<?, ?> map -> textKeys(map);
            case List<?> list when list.isEmpty() -> new LinkedHashMap<>();
            case List<?> list -> {
                List<@Nullable Object> items = new ArrayList<>();
                list.forEach(item -> items.add(plain(item)));
                yield items;
            }
            case null -> null;
            default -> value.toString();
        };
    }
}
