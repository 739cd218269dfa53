package org.imapmirror.route;

import org.imapmirror.event.Account;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// Turns login names into account names, by one rule everywhere, and tells which accounts are
/// mirrored.
public final class AccountRules {
    /// Between the account and the administrator in a login such as `alice*master`.
    public static final String MASTER_SEPARATOR = "*";

    private final String defaultDomain;
    private final String masterSeparator;
    private final List<Rewrite> rewrites;
    private final List<Pattern> include;
    private final List<Pattern> exclude;
    private final List<Account> listed;

    /// @param match a regular expression that the whole lower-case name must match
    /// @param replacement with `$1` and so on
    public record Rewrite(Pattern match, String replacement) {}

    /// @param defaultDomain put behind names without `@`; empty for none
    /// @param include login names, and glob patterns with `*` and `?` for account names
    public AccountRules(
            String defaultDomain,
            List<Rewrite> rewrites,
            List<String> include,
            List<String> exclude) {
        this(defaultDomain, MASTER_SEPARATOR, rewrites, include, exclude);
    }

    /// @param masterSeparator empty where no name in a login stands for two
    public AccountRules(
            String defaultDomain,
            String masterSeparator,
            List<Rewrite> rewrites,
            List<String> include,
            List<String> exclude) {
        this.defaultDomain = defaultDomain;
        this.masterSeparator = masterSeparator;
        this.rewrites = List.copyOf(rewrites);
        this.include = include.stream().map(this::pattern).toList();
        this.exclude = exclude.stream().map(this::pattern).toList();
        this.listed = include.stream().filter(name -> !isGlob(name)).map(this::canonical).toList();
    }

    /// A name without wildcards means the account that this login name stands for.
    private Pattern pattern(String text) {
        return glob(isGlob(text) ? text : canonical(text).name());
    }

    private static boolean isGlob(String text) {
        return text.indexOf('*') >= 0 || text.indexOf('?') >= 0;
    }

    /// What divides the account from the administrator who acts for it in a login name; empty for
    /// nothing.
    public String masterSeparator() {
        return masterSeparator;
    }

    /// The account that a login name stands for.
    ///
    /// @throws IllegalArgumentException where the name is empty or holds control characters
    public Account canonical(String login) {
        String name = login.strip().toLowerCase(Locale.ROOT);
        if (name.isEmpty() || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("not a login name");
        }
        for (Rewrite rewrite : rewrites) {
            var matcher = rewrite.match().matcher(name);
            if (matcher.matches()) {
                name = matcher.replaceAll(rewrite.replacement());
            }
        }
        if (!defaultDomain.isEmpty() && name.indexOf('@') < 0) {
            name = name + "@" + defaultDomain;
        }
        return new Account(name);
    }

    /// Whether login names stand for the same accounts by these other rules.
    public boolean namesAs(AccountRules other) {
        return defaultDomain.equals(other.defaultDomain)
                && masterSeparator.equals(other.masterSeparator)
                && texts(rewrites).equals(texts(other.rewrites));
    }

    private static List<String> texts(List<Rewrite> rewrites) {
        return rewrites.stream().map(r -> r.match().pattern() + " " + r.replacement()).toList();
    }

    public boolean mirrored(Account account) {
        return include.stream().anyMatch(p -> p.matcher(account.name()).matches())
                && exclude.stream().noneMatch(p -> p.matcher(account.name()).matches());
    }

    /// The accounts that the configuration names one by one; they are copied without a login.
    public List<Account> listed() {
        return listed.stream().filter(this::mirrored).toList();
    }

    private static Pattern glob(String text) {
        StringBuilder regex = new StringBuilder();
        for (char c : text.toLowerCase(Locale.ROOT).toCharArray()) {
            switch (c) {
                case '*' -> regex.append(".*");
                case '?' -> regex.append('.');
                default -> regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL);
    }
}
