package org.imapmirror.app.sync;

import org.imapmirror.mailstore.Namespace;
import org.imapmirror.reconcile.sync.FolderRule;
import org.imapmirror.reconcile.sync.SyncOptions.Rewrite;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// A change of a text as Perl writes it: `s/from/to/` with the flags g, i, m, s and x,
/// `tr/abc/xyz/` or `y/abc/xyz/`, with any delimiters, and several of them separated by semicolons.
/// `$1`, `\1` and `${1}` stand for groups. What Perl can do beyond that is refused.
///
/// In rules about folders, `${h1_prefix}`, `${h1_sep}`, `${h2_prefix}` and `${h2_sep}` (with or
/// without braces) stand for the prefixes and separators of source and target, taken literally.
final class PerlRule {
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{?(h[12]_(?:prefix|sep))\\b\\}?");

    private PerlRule() {}

    /// @throws UsageException that names the option where the text is not such a rule
    static List<FolderRule> folders(String option, String text) throws UsageException {
        List<FolderRule> rules = new ArrayList<>();
        for (Statement statement : parse(option, text)) {
            // Errors are to be found now, not with the first folder.
            if (statement.verb() == Verb.SUBSTITUTE) {
                statement.compiled(option, Map.of());
            }
            rules.add((name, source, target) -> {
                Map<String, String> variables = new HashMap<>();
                variables.put("h1_prefix", source.prefix());
                variables.put("h1_sep", separator(source));
                variables.put("h2_prefix", target.prefix());
                variables.put("h2_sep", separator(target));
                return statement.apply(option, name, variables);
            });
        }
        return rules;
    }

    private static String separator(Namespace space) {
        return space.separator() == 0 ? "" : String.valueOf(space.separator());
    }

    /// @throws UsageException also for `tr`, which makes no sense for flags
    static List<Rewrite> flags(String option, String text) throws UsageException {
        List<Rewrite> rewrites = new ArrayList<>();
        for (Statement statement : parse(option, text)) {
            if (statement.verb() == Verb.LETTERS) {
                throw new UsageException(option + ": tr/// is not possible here; write s///");
            }
            Compiled compiled = statement.compiled(option, Map.of());
            rewrites.add(
                    new Rewrite(
                            compiled.all() ? compiled.pattern() : firstOnly(compiled.pattern()),
                            compiled.replacement() + (compiled.all() ? "" : "${" + REST + "}")));
        }
        return rewrites;
    }

    private static final String REST = "restOfTheText";

    /// Such that "replace all" replaces the first match alone: the rest of the text belongs to the
    /// match, in a group that is last, so that the numbers of the others stay. A second, empty
    /// match at the end of the text is kept off.
    static Pattern firstOnly(Pattern pattern) {
        return Pattern.compile(
                "(?!\\G\\z(?!\\A))(?:" + pattern.pattern() + ")(?<" + REST + ">[\\s\\S]*)\\z",
                pattern.flags());
    }

    private enum Verb {
        SUBSTITUTE,
        LETTERS
    }

    /// @param from,to as written, without the delimiters
    private record Statement(Verb verb, String from, String to, String flags) {

        String apply(String option, String text, Map<String, String> variables) {
            if (verb == Verb.LETTERS) {
                return translated(text, letters(from), letters(to));
            }
            try {
                Compiled compiled = compiled(option, variables);
                Matcher matcher = compiled.pattern().matcher(text);
                return compiled.all()
                        ? matcher.replaceAll(compiled.replacement())
                        : matcher.replaceFirst(compiled.replacement());
            } catch (UsageException e) {
                throw new IllegalStateException("bug: this was compiled before", e);
            }
        }

        Compiled compiled(String option, Map<String, String> variables) throws UsageException {
            int options = 0;
            boolean all = false;
            for (char c : flags.toCharArray()) {
                switch (c) {
                    case 'g' -> all = true;
                    case 'i' -> options |= Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;
                    case 'm' -> options |= Pattern.MULTILINE;
                    case 's' -> options |= Pattern.DOTALL;
                    case 'x' -> options |= Pattern.COMMENTS;
                    default ->
                            throw new UsageException(
                                    option + ": the flag " + c + " of a rule is not possible");
                }
            }
            try {
                Pattern pattern = Pattern.compile(filled(from, variables, true), options);
                String replacement = replacement(option, filled(to, variables, false));
                // Groups that do not exist are found out now.
                int groups = pattern.matcher("").groupCount();
                Matcher used = Pattern.compile("(?<!\\\\)\\$(\\d+)").matcher(replacement);
                while (used.find()) {
                    if (Integer.parseInt(used.group(1)) > groups) {
                        throw new UsageException(
                                option + ": there is no group " + used.group() + " in " + from);
                    }
                }
                return new Compiled(pattern, replacement, all);
            } catch (PatternSyntaxException e) {
                throw new UsageException(
                        option
                                + ": not a regular expression that Java knows: "
                                + from
                                + " ("
                                + e.getDescription()
                                + ")",
                        e);
            }
        }
    }

    private record Compiled(Pattern pattern, String replacement, boolean all) {}

    private static String filled(String text, Map<String, String> variables, boolean quoted) {
        return VARIABLE.matcher(text)
                .replaceAll(found -> {
                    String value = variables.getOrDefault(found.group(1), "");
                    return Matcher.quoteReplacement(
                            quoted ? Pattern.quote(value) : Matcher.quoteReplacement(value));
                });
    }

    /// Java's form of Perl's replacement.
    private static String replacement(String option, String perl) throws UsageException {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < perl.length(); i++) {
            char c = perl.charAt(i);
            if (c == '\\' && i + 1 < perl.length()) {
                char next = perl.charAt(++i);
                if (Character.isDigit(next)) {
                    out.append('$').append(next);
                } else if ("ULEQul".indexOf(next) >= 0) {
                    throw new UsageException(
                            option + ": \\" + next + " is not possible in a replacement");
                } else {
                    out.append(Matcher.quoteReplacement(String.valueOf(next)));
                }
            } else if (c == '$') {
                Matcher group =
                        Pattern.compile("\\$(?:(\\d+)|\\{(\\d+)})")
                                .matcher(perl)
                                .region(i, perl.length());
                if (group.lookingAt()) {
                    out.append('$')
                            .append(group.group(1) == null ? group.group(2) : group.group(1));
                    i = group.end() - 1;
                    // Java would take a digit behind it for a part of the number.
                    if (i + 1 < perl.length() && Character.isDigit(perl.charAt(i + 1))) {
                        out.append('\\');
                    }
                } else if (perl.startsWith("$&", i)) {
                    out.append("$0");
                    i++;
                } else {
                    throw new UsageException(
                            option
                                    + ": in a replacement, $ is followed by the number of a group;"
                                    + " write \\$ for the character");
                }
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private static List<Integer> letters(String set) {
        List<Integer> out = new ArrayList<>();
        int[] points = set.codePoints().toArray();
        for (int i = 0; i < points.length; i++) {
            int c = points[i];
            if (c == '\\' && i + 1 < points.length) {
                c = points[++i];
            } else if (c == '-' && !out.isEmpty() && i + 1 < points.length) {
                for (int between = out.getLast() + 1; between < points[i + 1]; between++) {
                    out.add(between);
                }
                c = points[++i];
            }
            out.add(c);
        }
        return out;
    }

    /// As Perl does it, the last letter of `to` stands for all that have no partner.
    private static String translated(String text, List<Integer> from, List<Integer> to) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c -> {
                    int at = from.indexOf(c);
                    if (at < 0 || to.isEmpty()) {
                        out.appendCodePoint(c);
                    } else {
                        out.appendCodePoint(to.get(Math.min(at, to.size() - 1)));
                    }
                });
        return out.toString();
    }

    private static List<Statement> parse(String option, String text) throws UsageException {
        List<Statement> statements = new ArrayList<>();
        Reader reader = new Reader(option, text);
        while (reader.hasMore()) {
            statements.add(reader.statement());
        }
        if (statements.isEmpty()) {
            throw new UsageException(option + ": is empty");
        }
        return statements;
    }

    /// Cuts the text into statements.
    private static final class Reader {
        private final String option;
        private final String text;
        private int at;

        Reader(String option, String text) {
            this.option = option;
            this.text = text;
        }

        boolean hasMore() {
            while (at < text.length() && (" \t;".indexOf(text.charAt(at)) >= 0)) {
                at++;
            }
            return at < text.length();
        }

        Statement statement() throws UsageException {
            Verb verb;
            if (text.startsWith("tr", at)) {
                verb = Verb.LETTERS;
                at += 2;
            } else if (text.startsWith("y", at) || text.startsWith("s", at)) {
                verb = text.charAt(at) == 'y' ? Verb.LETTERS : Verb.SUBSTITUTE;
                at++;
            } else {
                throw wrong();
            }
            if (at >= text.length() || Character.isLetterOrDigit(text.charAt(at))) {
                throw wrong();
            }
            char open = text.charAt(at);
            if (open == '\'') {
                throw new UsageException(
                        option + ": ' as a delimiter is not possible; write s/from/to/");
            }
            String from = part(open);
            if (close(open) != open) {
                while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                    at++;
                }
                if (at >= text.length()) {
                    throw wrong();
                }
                open = text.charAt(at);
            } else {
                at--;
            }
            String to = part(open);
            int begin = at;
            while (at < text.length() && Character.isLetter(text.charAt(at))) {
                at++;
            }
            String flags = text.substring(begin, at);
            if (verb == Verb.LETTERS && !flags.isEmpty()) {
                throw new UsageException(option + ": tr with flags is not possible");
            }
            if (hasTrailing()) {
                throw wrong();
            }
            return new Statement(verb, from, to, flags);
        }

        private boolean hasTrailing() {
            int end = at;
            while (end < text.length() && Character.isWhitespace(text.charAt(end))) {
                end++;
            }
            return end < text.length() && text.charAt(end) != ';';
        }

        /// Reads behind the delimiter at the current place, and steps over the one that ends it.
        private String part(char open) throws UsageException {
            char close = close(open);
            StringBuilder out = new StringBuilder();
            int depth = 0;
            for (at++; at < text.length(); at++) {
                char c = text.charAt(at);
                if (c == '\\' && at + 1 < text.length()) {
                    char next = text.charAt(++at);
                    // The backslash in front of a delimiter is not a part of the expression.
                    if (next != close || close != open) {
                        out.append('\\');
                    }
                    out.append(next);
                } else if (c == close && depth == 0) {
                    at++;
                    return out.toString();
                } else {
                    if (close != open) {
                        depth += c == open ? 1 : c == close ? -1 : 0;
                    }
                    out.append(c);
                }
            }
            throw wrong();
        }

        private static char close(char open) {
            return switch (open) {
                case '{' -> '}';
                case '(' -> ')';
                case '[' -> ']';
                case '<' -> '>';
                default -> open;
            };
        }

        private UsageException wrong() {
            return new UsageException(
                    option + ": not a rule as s/from/to/ or tr/abc/xyz/: " + text);
        }
    }

    /// A regular expression, also in the form of Perl's match: `/abc/i`, `m{abc}`.
    static Pattern match(String option, String text) throws UsageException {
        Matcher slashes = Pattern.compile("m?/(.*)/([imsx]*)", Pattern.DOTALL).matcher(text);
        Matcher braces = Pattern.compile("m\\{(.*)}([imsx]*)", Pattern.DOTALL).matcher(text);
        String expression = text;
        String flags = "";
        if (slashes.matches()) {
            expression = slashes.group(1);
            flags = slashes.group(2);
        } else if (braces.matches()) {
            expression = braces.group(1);
            flags = braces.group(2);
        }
        try {
            return Pattern.compile((flags.isEmpty() ? "" : "(?" + flags + ")") + expression);
        } catch (PatternSyntaxException e) {
            throw new UsageException(
                    option
                            + ": not a regular expression that Java knows: "
                            + text
                            + " ("
                            + e.getDescription()
                            + ")",
                    e);
        }
    }
}
