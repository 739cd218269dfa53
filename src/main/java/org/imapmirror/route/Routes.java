package org.imapmirror.route;

import org.imapmirror.event.Account;

import java.util.List;
import java.util.Map;

/// Which server serves an account's clients and which ones follow it. Servers are named by their
/// keys in the configuration.
public final class Routes {
    private final String primary;
    private final Map<Account, String> moved;
    private final List<Mirror> mirrors;
    private volatile AccountRules rules;

    public Routes(String primary, List<Mirror> mirrors, AccountRules rules) {
        this(primary, Map.of(), mirrors, rules);
    }

    /// @param moved the accounts that have another primary, with its key
    public Routes(
            String primary, Map<Account, String> moved, List<Mirror> mirrors, AccountRules rules) {
        this.primary = primary;
        this.moved = Map.copyOf(moved);
        this.mirrors = List.copyOf(mirrors);
        this.rules = rules;
    }

    /// The server that clients are connected to before they say who they are.
    public String defaultPrimary() {
        return primary;
    }

    /// The primary of one account.
    public String primaryOf(Account account) {
        return moved.getOrDefault(account, primary);
    }

    /// The mirrors of an account; none where it is not mirrored.
    public List<Mirror> mirrorsOf(Account account) {
        return rules.mirrored(account) ? mirrors : List.of();
    }

    /// Every mirror that the configuration names, whatever the account.
    public List<Mirror> mirrors() {
        return mirrors;
    }

    /// From now on other accounts are mirrored. The names of accounts must be made by the same
    /// rules as before: what was mirrored under one name would be mirrored again under another.
    public void rules(AccountRules newer) {
        if (!newer.namesAs(rules)) {
            throw new IllegalArgumentException("bug: other names for the same accounts");
        }
        rules = newer;
    }

    public AccountRules rules() {
        return rules;
    }
}
