package org.imapmirror.proxy;

import java.util.Set;

/// Commands that the proxy knows and does not let through, because capture could not follow what
/// comes after them, or because the listener does not offer them (capabilities that announce them
/// are hidden).
final class Hidden {
    private static final Set<String> COMMANDS = Set.of("COMPRESS", "NOTIFY", "UNAUTHENTICATE");

    private Hidden() {}

    /// @param name upper case
    static boolean command(String name) {
        return COMMANDS.contains(name);
    }
}
