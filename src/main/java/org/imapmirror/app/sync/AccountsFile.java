package org.imapmirror.app.sync;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// The table of `--accounts`: UTF-8, a line of heads, then one account on each line. Fields are
/// separated by what separates the heads: comma, semicolon, `|` or tab. A field in quotes may hold
/// the separator, and quotes that are doubled. Lines that begin with `#` and empty ones do not
/// count. Messages name lines and heads, and never show fields, which may be passwords.
final class AccountsFile {
    private static final List<String> HEADS =
            List.of(
                    "source",
                    "target",
                    "source_user",
                    "target_user",
                    "source_password",
                    "target_password",
                    "source_password_file",
                    "target_password_file");

    private static final String SEPARATORS = ",;|\t";
    private static final int MAX_ERRORS = 20;

    private AccountsFile() {}

    /// @param source,target servers of this account, null for those of the options
    /// @param sourcePassword,targetPassword null for what the options say
    record Entry(
            int line,
            @Nullable String source,
            @Nullable String target,
            String sourceUser,
            String targetUser,
            Secret sourcePassword,
            Secret targetPassword) {}

    /// @param value null where there is none
    /// @param file null where there is none
    record Secret(@Nullable String value, @Nullable Path file) {
        @Override
        public String toString() {
            return "(secret)";
        }

        /// Null where the options say where it is.
        @Nullable String reveal(String what) throws UnavailableException {
            return file == null ? value : Secrets.fromFile(what, file);
        }
    }

    /// @throws UsageException with every error that was found
    static List<Entry> read(@Nullable Path file) throws UsageException, UnavailableException {
        if (file == null) {
            throw new UsageException("--accounts needs a file");
        }
        try {
            return parse(file.toString(), Files.readAllLines(file));
        } catch (NoSuchFileException e) {
            throw new UnavailableException("--accounts: there is no file " + file, e);
        } catch (CharacterCodingException e) {
            throw new UnavailableException("--accounts: " + file + " is not UTF-8", e);
        } catch (IOException e) {
            throw new UnavailableException("--accounts: cannot read " + file, e);
        }
    }

    static List<Entry> parse(String name, List<String> lines) throws UsageException {
        List<String> errors = new ArrayList<>();
        List<Entry> entries = new ArrayList<>();
        Set<String> pairs = new HashSet<>();
        List<String> heads = null;
        char separator = ',';
        for (int i = 0; i < lines.size() && errors.size() < MAX_ERRORS; i++) {
            String line = i == 0 ? lines.get(0).replace("\uFEFF", "") : lines.get(i);
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            try {
                if (heads == null) {
                    separator = separator(line);
                    heads = heads(fields(line, separator));
                } else {
                    Entry entry = entry(i + 1, heads, fields(line, separator));
                    String pair =
                            entry.source()
                                    + "\n"
                                    + entry.sourceUser()
                                    + "\n"
                                    + entry.target()
                                    + "\n"
                                    + entry.targetUser();
                    if (!pairs.add(pair)) {
                        throw new UsageException("the same two accounts stand in an earlier line");
                    }
                    entries.add(entry);
                }
            } catch (UsageException e) {
                errors.add("line " + (i + 1) + ": " + e.getMessage());
                if (heads == null) {
                    break;
                }
            }
        }
        if (heads == null && errors.isEmpty()) {
            errors.add("line 1: the heads are missing, for example source_user,target_user");
        }
        if (!errors.isEmpty()) {
            throw new UsageException("--accounts: " + name + ": " + String.join("; ", errors));
        }
        return entries;
    }

    private static char separator(String line) {
        for (char c : line.toCharArray()) {
            if (SEPARATORS.indexOf(c) >= 0) {
                return c;
            }
        }
        return ',';
    }

    private static List<String> heads(List<String> fields) throws UsageException {
        List<String> heads = new ArrayList<>();
        for (String field : fields) {
            String head = field.strip().toLowerCase(Locale.ROOT).replace('-', '_');
            if (!HEADS.contains(head)) {
                throw new UsageException(
                        "a head is none of "
                                + String.join(", ", HEADS)
                                + "; the first line must have heads");
            }
            if (heads.contains(head)) {
                throw new UsageException("the head " + head + " stands there twice");
            }
            heads.add(head);
        }
        if (!heads.contains("source_user")) {
            throw new UsageException("the head source_user is missing");
        }
        return heads;
    }

    private static Entry entry(int line, List<String> heads, List<String> fields)
            throws UsageException {
        if (fields.size() != heads.size()) {
            throw new UsageException(
                    "it has "
                            + fields.size()
                            + " fields instead of "
                            + heads.size()
                            + "; a separator or quote in a field needs quotes around the field");
        }
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < fields.size(); i++) {
            String head = heads.get(i);
            boolean secret = head.endsWith("_password");
            String value = secret ? fields.get(i) : fields.get(i).strip();
            if (!value.isEmpty()) {
                values.put(head, value);
            }
        }
        String user = values.get("source_user");
        if (user == null) {
            throw new UsageException("source_user is empty");
        }
        return new Entry(
                line,
                values.get("source"),
                values.get("target"),
                user,
                values.getOrDefault("target_user", user),
                secret(values, "source"),
                secret(values, "target"));
    }

    private static Secret secret(Map<String, String> values, String side) throws UsageException {
        String value = values.get(side + "_password");
        String file = values.get(side + "_password_file");
        if (value != null && file != null) {
            throw new UsageException(
                    side + "_password and " + side + "_password_file: give only one of them");
        }
        return new Secret(value, file == null ? null : Path.of(file));
    }

    private static List<String> fields(String line, char separator) throws UsageException {
        List<String> out = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean quoted = false;
        boolean wasQuoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quoted) {
                if (c != '"') {
                    field.append(c);
                } else if (i + 1 < line.length() && line.charAt(i + 1) == '"') {
                    field.append('"');
                    i++;
                } else {
                    quoted = false;
                }
            } else if (c == separator) {
                out.add(field.toString());
                field.setLength(0);
                wasQuoted = false;
            } else if (c == '"' && field.isEmpty() && !wasQuoted) {
                quoted = true;
                wasQuoted = true;
            } else if (wasQuoted) {
                throw new UsageException("something follows a field's closing quote");
            } else {
                field.append(c);
            }
        }
        if (quoted) {
            throw new UsageException("a quote is not closed");
        }
        out.add(field.toString());
        return out;
    }
}
