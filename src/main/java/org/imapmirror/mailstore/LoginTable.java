package org.imapmirror.mailstore;

import org.imapmirror.event.Account;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/// Logins from a CSV file in UTF-8 with a header line of the columns `account`, `user` and
/// `password`, in any order. Fields with commas or quotes are quoted as in RFC 4180; they cannot
/// hold line ends.
///
/// The file is read again when it changed. A version with errors is reported and not used: the one
/// before stays. Messages name lines and never show what is in them, which may be passwords.
public final class LoginTable {
    private static final Logger LOG = LoggerFactory.getLogger(LoginTable.class);
    private static final List<String> COLUMNS = List.of("account", "user", "password");
    private static final int MAX_ERRORS = 20;

    private final Path file;
    private final Function<String, Account> canonical;
    private Map<Account, LoginAs> logins;
    private Version version;
    private @Nullable String lastComplaint;

    /// What tells one content from another without reading it.
    private record Version(@Nullable FileTime changed, long size) {
        static Version of(Path file) throws IOException {
            return new Version(Files.getLastModifiedTime(file), Files.size(file));
        }
    }

    /// @param canonical turns the account names of the file into accounts; may throw
    ///   IllegalArgumentException
    /// @throws IllegalArgumentException where the file cannot be read or has errors, of which the
    ///   message names all
    public LoginTable(Path file, Function<String, Account> canonical) {
        this.file = file;
        this.canonical = canonical;
        try {
            this.version = Version.of(file);
            this.logins = read();
        } catch (IOException e) {
            throw new IllegalArgumentException(file + ": " + reason(e), e);
        }
    }

    /// The account's login; null where the file has none.
    public synchronized @Nullable LoginAs loginFor(Account account) {
        refresh();
        return logins.get(account);
    }

    /// How many accounts the file has.
    public synchronized int size() {
        refresh();
        return logins.size();
    }

    private void refresh() {
        try {
            Version now = Version.of(file);
            if (!now.equals(version)) {
                version = now;
                logins = read();
                LOG.info("event=login-table-read file={} accounts={}", file, logins.size());
            }
        } catch (IOException e) {
            complain(reason(e));
            version = new Version(null, 0);
        } catch (IllegalArgumentException e) {
            complain(String.valueOf(e.getMessage()));
        }
    }

    private void complain(String problem) {
        if (!problem.equals(lastComplaint)) {
            lastComplaint = problem;
            LOG.error(
                    "event=login-table-not-read file={} action=\"the logins of before are used\""
                            + " error=\"{}\"",
                    file,
                    problem);
        }
    }

    private static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "there is no such file";
            case CharacterCodingException _ -> "it is not UTF-8";
            default -> "cannot be read: " + e;
        };
    }

    private Map<Account, LoginAs> read() throws IOException {
        List<String> lines = Files.readAllLines(file);
        List<String> errors = new ArrayList<>();
        Map<Account, LoginAs> out = new HashMap<>();
        List<String> header = null;
        for (int i = 0; i < lines.size() && errors.size() < MAX_ERRORS; i++) {
            String line = i == 0 ? lines.get(0).replace("\uFEFF", "") : lines.get(i);
            if (line.isBlank()) {
                continue;
            }
            try {
                List<String> fields = fields(line);
                if (header == null) {
                    header = header(fields);
                } else {
                    add(header, fields, out);
                }
            } catch (IllegalArgumentException e) {
                errors.add("line " + (i + 1) + ": " + e.getMessage());
                if (header == null) {
                    break;
                }
            }
        }
        if (header == null && errors.isEmpty()) {
            errors.add("line 1: the header account,user,password is missing");
        }
        if (!errors.isEmpty()) {
            throw new IllegalArgumentException(file + ": " + String.join("; ", errors));
        }
        lastComplaint = null;
        return out;
    }

    private static List<String> header(List<String> fields) {
        List<String> names = fields.stream().map(f -> f.strip().toLowerCase(Locale.ROOT)).toList();
        Set<String> once = new HashSet<>(names);
        if (names.size() != COLUMNS.size() || !once.equals(new HashSet<>(COLUMNS))) {
            throw new IllegalArgumentException(
                    "the first line must be the header account,user,password");
        }
        return names;
    }

    private void add(List<String> header, List<String> fields, Map<Account, LoginAs> out) {
        if (fields.size() != header.size()) {
            throw new IllegalArgumentException(
                    "it has "
                            + fields.size()
                            + " fields instead of 3; a comma or quote in a field needs quotes"
                            + " around the field");
        }
        Account account = account(fields.get(header.indexOf("account")));
        String user = fields.get(header.indexOf("user")).strip();
        String password = fields.get(header.indexOf("password"));
        if (user.isEmpty() || password.isEmpty()) {
            throw new IllegalArgumentException("user or password is empty");
        }
        if (out.put(account, new LoginAs.Plain(user, password)) != null) {
            throw new IllegalArgumentException("the account stands in an earlier line, too");
        }
    }

    private Account account(String name) {
        try {
            return canonical.apply(name.strip());
        } catch (IllegalArgumentException _) {
            throw new IllegalArgumentException("the account's name is empty or not a name");
        }
    }

    /// The fields of a line (RFC 4180).
    static List<String> fields(String line) {
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
            } else if (c == ',') {
                out.add(field.toString());
                field.setLength(0);
                wasQuoted = false;
            } else if (c == '"' && field.isEmpty() && !wasQuoted) {
                quoted = true;
                wasQuoted = true;
            } else if (wasQuoted || c == '"') {
                throw new IllegalArgumentException(
                        "a quote stands inside a field; write it twice, in a quoted field");
            } else {
                field.append(c);
            }
        }
        if (quoted) {
            throw new IllegalArgumentException("a quote is not closed in its line");
        }
        out.add(field.toString());
        return out;
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
