package org.imapmirror.route;

import org.imapmirror.event.Account;

import java.util.List;

/// Which server serves an account's clients and which ones follow it. Servers are named by their
/// keys in the configuration.
public final class Routes {
    private final String primary;
    private final List<Mirror> mirrors;
    private final AccountRules rules;

    public Routes(String primary, List<Mirror> mirrors, AccountRules rules) {
        this.primary = primary;
        this.mirrors = List.copyOf(mirrors);
        this.rules = rules;
    }

    /// The server that clients are connected to before they say who they are.
    public String defaultPrimary() {
        return primary;
    }

    /// The primary of one account.
    public String primaryOf(@SuppressWarnings("unused") Account account) {
        return primary;
    }

    /// The mirrors of an account; none where it is not mirrored.
    public List<Mirror> mirrorsOf(Account account) {
        return rules.mirrored(account) ? mirrors : List.of();
    }

    /// Every mirror that the configuration names, whatever the account.
    public List<Mirror> mirrors() {
        return mirrors;
    }

    public AccountRules rules() {
        return rules;
    }
}
