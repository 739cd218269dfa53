package org.imapmirror.app.check;

import org.imapmirror.app.config.Config;
import org.imapmirror.app.config.Config.Server;
import org.imapmirror.event.Account;
import org.imapmirror.mailstore.CapturedLogins;
import org.imapmirror.mailstore.ClientLimits;
import org.imapmirror.mailstore.LoginAs;
import org.imapmirror.route.Mirror;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Whether the configured servers can do what the route asks of them.
public final class RouteCheck {
    private static final ClientLimits LIMITS =
            ClientLimits.DEFAULT.withTimeouts(
                    Duration.ofSeconds(10), Duration.ofSeconds(20), Duration.ofSeconds(20));

    private final Config config;
    private final @Nullable Account account;

    /// @param account whose logins are tried; null for the first one that the configuration lists
    public RouteCheck(Config config, @Nullable Account account) {
        this.config = config;
        List<Account> listed = config.routes().rules().listed();
        this.account = account != null || listed.isEmpty() ? account : listed.getFirst();
    }

    public List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        String primary = config.routes().defaultPrimary();
        findings.addAll(server(primary, false));
        List<Mirror> mirrors = config.routes().mirrors();
        for (Mirror mirror : mirrors) {
            findings.addAll(server(mirror.server(), true));
        }
        if (mirrors.isEmpty()) {
            findings.add(
                    Finding.warning(
                            "route.mirrors", "names no server: nothing is mirrored", "name one"));
        }
        for (String name : config.servers().keySet()) {
            if (!name.equals(primary) && mirrors.stream().noneMatch(m -> m.server().equals(name))) {
                findings.add(Finding.note("servers." + name, "is not used by the route"));
            }
        }
        return findings;
    }

    private List<Finding> server(String name, boolean mirror) {
        Server server = config.server(name);
        LoginAs login =
                account == null
                        ? null
                        : server.login()
                                .method(new CapturedLogins(), config.routes().rules())
                                .loginFor(account);
        return new ServerCheck(server, mirror, config.login().keys() != null, LIMITS)
                .findings(account, login);
    }
}
