package org.imapmirror.app.config;

import org.apache.commons.configuration2.interpol.DefaultLookups;
import org.apache.commons.configuration2.interpol.Lookup;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Puts values for `${env:NAME}`, `${file:UTF-8:/path}` (without the line end at the end of the
/// file) and `${const:package.Class.NAME}`; `$${` stands for a literal `${`.
///
/// The library's `ConfigurationInterpolator` is not used, because it substitutes again in what it
/// has put in: a password with `${` in it would change, or read another file.
final class Substitution {
    private static final Pattern VARIABLE = Pattern.compile("\\$?\\$\\{([^}]*)}");
    private static final long MAX_FILE = 1 << 20;

    private final Map<String, Lookup> lookups;

    /// Every file that something was taken from.
    private final Set<Path> files = new LinkedHashSet<>();

    /// @param environment the variables of the process
    Substitution(Function<String, @Nullable String> environment) {
        lookups =
                Map.of(
                        "env",
                        name -> environment(environment, name),
                        "file",
                        this::file,
                        "const",
                        Substitution::constant);
    }

    /// @throws IllegalArgumentException where something cannot be put in; says what and why
    String apply(String text) {
        if (!text.contains("${")) {
            return text;
        }
        return VARIABLE.matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(one(found.group(), found.group(1))));
    }

    private String one(String whole, String name) {
        if (whole.startsWith("$$")) {
            return whole.substring(1);
        }
        int colon = name.indexOf(':');
        Lookup lookup = colon < 0 ? null : lookups.get(name.substring(0, colon));
        if (lookup == null) {
            throw new IllegalArgumentException(
                    "asks for " + whole + ", but only env, file and const are known");
        }
        return (String) lookup.lookup(name.substring(colon + 1));
    }

    private static String environment(Function<String, @Nullable String> variables, String name) {
        String value = variables.apply(name);
        if (value == null) {
            throw new IllegalArgumentException(
                    "asks for the environment variable " + name + ", which is not set");
        }
        return value;
    }

    private static String constant(String name) {
        Object value = DefaultLookups.CONST.getLookup().lookup(name);
        if (value == null) {
            throw new IllegalArgumentException("asks for the constant " + name + ", unknown");
        }
        return value.toString();
    }

    /// The files that something was taken from so far.
    List<Path> files() {
        return List.copyOf(files);
    }

    private String file(String name) {
        int colon = name.indexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException(
                    "asks for a file without saying its encoding, as in ${file:UTF-8:/path}");
        }
        String encoding = name.substring(0, colon);
        if (!encoding.matches("[A-Za-z0-9._-]+") || !Charset.isSupported(encoding)) {
            throw new IllegalArgumentException("asks for a file in an unknown encoding");
        }
        Path file = Path.of(name.substring(colon + 1));
        try {
            if (Files.size(file) > MAX_FILE) {
                throw new IllegalArgumentException("asks for " + file + ", which is over 1 MiB");
            }
            files.add(file);
            String text = Files.readString(file, Charset.forName(encoding));
            return text.replaceFirst("\\r?\\n\\z", "");
        } catch (IOException e) {
            throw new IllegalArgumentException("asks for " + file + ", which " + reason(e), e);
        }
    }

    /// Why a file cannot be used, as the end of a sentence that begins with its name.
    static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "does not exist";
            case AccessDeniedException _ ->
                    "may not be read by the user " + System.getProperty("user.name");
            case CharacterCodingException _ -> "is not text in that encoding";
            default -> "cannot be read (" + e.getMessage() + ")";
        };
    }
}
