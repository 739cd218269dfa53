package org.imapmirror.app.config;

import org.imapmirror.app.config.Config.Server;
import org.imapmirror.app.config.Section.Kind;
import org.imapmirror.imap.Endpoint;
import org.imapmirror.route.AccountRules;
import org.imapmirror.route.Mirror;
import org.imapmirror.route.Routes;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// Reads the groups `route` and `accounts`.
final class RouteReader {
    private static final Pattern GROUP_REFERENCE = Pattern.compile("\\$([0-9]+)");

    private static final Kind<Mirror.Mode> MODE =
            Kind.oneOf(
                    Kinds.ordered(
                            Map.entry("mirror", Mirror.Mode.MIRROR),
                            Map.entry("archive", Mirror.Mode.ARCHIVE)));

    private static final Kind<String> SEPARATOR =
            new Kind<>(
                    text -> {
                        if (!text.matches("[!-~&&[^A-Za-z0-9@]]?")) {
                            throw new IllegalArgumentException("is not a separator");
                        }
                        return text;
                    },
                    "write one character that is neither letter, digit nor @, for example \"*\", or"
                            + " \"\" for none");

    private static final Kind<String> DOMAIN =
            new Kind<>(
                    text -> {
                        if (!text.matches("[\\w.-]*")) {
                            throw new IllegalArgumentException("is not a domain");
                        }
                        return text.toLowerCase(Locale.ROOT);
                    },
                    "write a domain without @, for example example.org");

    private static final Kind<Pattern> EXPRESSION =
            new Kind<>(
                    text -> {
                        try {
                            return Pattern.compile(text);
                        } catch (PatternSyntaxException e) {
                            throw new IllegalArgumentException(
                                    "is not a regular expression: " + e.getDescription(), e);
                        }
                    },
                    "write a Java regular expression that matches the whole name, in single"
                            + " quotes");

    private static final Kind<String> NAME =
            new Kind<>(
                    text -> {
                        if (text.isBlank() || text.chars().anyMatch(Character::isISOControl)) {
                            throw new IllegalArgumentException("is not an account name");
                        }
                        return text.strip();
                    },
                    "write an account name, or a pattern with * and ?");

    private final Reading reading;
    private final Map<String, Server> servers;

    RouteReader(Reading reading, Map<String, Server> servers) {
        this.reading = reading;
        this.servers = servers;
    }

    Routes read(Section root) {
        Section route = root.section("route");
        if (!root.has("route")) {
            root.problem(
                    "route",
                    "is missing",
                    "write route: {primary: SERVER, mirrors: [{server: SERVER}]}");
        }
        String primary = root.has("route") ? server(route, "primary") : null;
        if (!root.has("route")) {
            route.known("primary");
        }
        List<Mirror> mirrors = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (Section section : route.sections("mirrors")) {
            Mirror mirror = mirror(section, primary, seen);
            if (mirror != null) {
                mirrors.add(mirror);
            }
        }
        route.done();
        return new Routes(primary == null ? "" : primary, mirrors, accounts(root));
    }

    private @Nullable Mirror mirror(Section section, @Nullable String primary, Set<String> seen) {
        String server = server(section, "server");
        Mirror.Mode mode = section.value("mode", Mirror.Mode.MIRROR, MODE);
        Mirror.Deletes deletes = section.value("deletes", Mirror.Deletes.APPLY, Kinds.DELETES);
        if (mode == Mirror.Mode.ARCHIVE && section.has("deletes")) {
            section.problemWithValue(
                    "deletes", "is not for an archive, which never deletes", "remove it");
        }
        section.done();
        if (server == null) {
            return null;
        }
        if (!seen.add(server)) {
            section.problemWithValue("server", "is a mirror already", "remove one of them");
        } else if (primary != null && same(server, primary)) {
            section.problemWithValue(
                    "server",
                    "is the primary, or has its address: mailboxes would be copied into themselves",
                    "name another server");
        }
        return new Mirror(server, mode, deletes);
    }

    private boolean same(String a, String b) {
        Server one = servers.get(a);
        Server other = servers.get(b);
        return one != null && other != null && same(one.endpoint(), other.endpoint());
    }

    private static boolean same(Endpoint a, Endpoint b) {
        return a.host().equalsIgnoreCase(b.host()) && a.port() == b.port();
    }

    private @Nullable String server(Section section, String key) {
        String known =
                servers.isEmpty() ? "a server" : "one of " + String.join(", ", servers.keySet());
        String name =
                section.required(
                        key, new Kind<>(Kinds.TEXT.parser(), "write the name of " + known));
        if (name == null || servers.containsKey(name)) {
            return name;
        }
        String nearest = Nearest.of(name, servers.keySet());
        section.problemWithValue(
                key,
                "is not in servers",
                nearest == null ? "write the name of " + known : "did you mean " + nearest + "?");
        return null;
    }

    private AccountRules accounts(Section root) {
        Section accounts = root.section("accounts");
        List<String> include = new ArrayList<>(accounts.values("include", List.of("*"), NAME));
        List<String> exclude = accounts.values("exclude", List.of(), NAME);
        Path file = accounts.optional("file", Kinds.READABLE);
        if (file != null) {
            include.addAll(names(accounts, file));
        }
        String separator =
                accounts.value("master-separator", AccountRules.MASTER_SEPARATOR, SEPARATOR);
        Section canonical = accounts.section("canonical");
        String domain = canonical.value("default-domain", "", DOMAIN);
        List<AccountRules.Rewrite> rewrites = new ArrayList<>();
        for (Section section : canonical.sections("rewrite")) {
            Pattern match = section.required("match", EXPRESSION);
            String replace =
                    section.required("replace", new Kind<>(text -> text, "write a text, with $1"));
            if (match != null && replace != null && refersTo(section, match, replace)) {
                rewrites.add(new AccountRules.Rewrite(match, replace));
            }
            section.done();
        }
        if (!canonical.has("rewrite")) {
            reading.known("accounts.canonical.rewrite[].match");
            reading.known("accounts.canonical.rewrite[].replace");
        }
        canonical.done();
        accounts.done();
        try {
            return new AccountRules(domain, separator, rewrites, include, exclude);
        } catch (IllegalArgumentException _) {
            accounts.problem(
                    "canonical",
                    "turns a listed name into nothing",
                    "mind that a rewrite must leave a name");
            return new AccountRules("", List.of(), List.of(), List.of());
        }
    }

    private static boolean refersTo(Section section, Pattern match, String replace) {
        int groups = match.matcher("").groupCount();
        Matcher reference = GROUP_REFERENCE.matcher(replace);
        while (reference.find()) {
            if (reference.group(1).length() > 2 || Integer.parseInt(reference.group(1)) > groups) {
                section.problemWithValue(
                        "replace",
                        "names a group that match does not have",
                        "write $1 to $" + groups + ", or more parentheses in match");
                return false;
            }
        }
        return true;
    }

    private static List<String> names(Section accounts, Path file) {
        try {
            List<String> names =
                    Files.readAllLines(file).stream()
                            .map(String::strip)
                            .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                            .toList();
            for (String name : names) {
                if (name.chars().anyMatch(c -> c == '*' || c == '?' || Character.isISOControl(c))) {
                    accounts.problemWithValue(
                            "file",
                            "holds a line that is not an account name",
                            "write one account on each line; patterns belong in accounts.include");
                    return List.of();
                }
            }
            return names;
        } catch (IOException e) {
            accounts.problemWithValue(
                    "file", Substitution.reason(e), "make it a text file in UTF-8");
            return List.of();
        }
    }
}
