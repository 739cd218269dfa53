package org.imapmirror.app;

import org.imapmirror.app.config.Config;
import org.imapmirror.state.Keyring;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Function;

/// What differs between two configurations and takes effect only with a restart.
record Changes(Config before, Config after) {

    /// The keys, as the file has them.
    List<String> needRestart() {
        List<String> keys = new ArrayList<>();
        compare(keys, "listeners", Config::listeners);
        compare(keys, "tls", c -> c.tls() == null);
        TreeSet<String> servers = new TreeSet<>(before.servers().keySet());
        servers.addAll(after.servers().keySet());
        for (String name : servers) {
            compare(keys, "servers." + name, c -> endpoint(c, name));
        }
        compare(keys, "route.primary", c -> c.routes().defaultPrimary());
        compare(keys, "route.mirrors", c -> c.routes().mirrors());
        if (!before.routes().rules().namesAs(after.routes().rules())) {
            keys.add("accounts.canonical or accounts.master-separator");
        }
        compare(keys, "journal.directory", c -> c.journal().directory());
        compare(keys, "journal.max-bytes", c -> c.journal().maxBytes());
        compare(keys, "journal.max-hold", c -> c.journal().maxHold());
        compare(keys, "journal.inline-bytes", c -> c.journal().inlineBytes());
        compare(keys, "journal.encryption", c -> keyIds(c.journal().keys()));
        compare(keys, "state.url", Config::state);
        compare(keys, "audit", Config::audit);
        compare(keys, "retry", Config::retry);
        compare(keys, "first-copy.accounts", Config::firstCopy);
        compare(keys, "login", c -> keyIds(c.login().keys()));
        compare(keys, "admin", Config::admin);
        return keys;
    }

    private void compare(List<String> keys, String key, Function<Config, Object> part) {
        if (!Objects.equals(part.apply(before), part.apply(after))) {
            keys.add(key);
        }
    }

    private static Object endpoint(Config config, String name) {
        Config.Server server = config.servers().get(name);
        return server == null ? "none" : server.endpoint();
    }

    private static List<String> keyIds(@Nullable Keyring keys) {
        List<String> ids = new ArrayList<>();
        if (keys != null) {
            ids.add(keys.current().id());
            keys.old().forEach(key -> ids.add(key.id()));
        }
        return ids;
    }
}
