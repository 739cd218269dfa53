package org.imapmirror.capture;

import java.util.Set;

/// Which commands change nothing. The list is closed: whatever is not in it may change anything.
final class Verbs {
    /// Commands that neither change what is mirrored nor need a closer look.
    private static final Set<String> HARMLESS =
            Set.of(
                    "CAPABILITY",
                    "NOOP",
                    "CHECK",
                    "LOGOUT",
                    "ID",
                    "ENABLE",
                    "IDLE",
                    "LOGIN",
                    "SELECT",
                    "EXAMINE",
                    "UNSELECT",
                    "LIST",
                    "LSUB",
                    "XLIST",
                    "STATUS",
                    "NAMESPACE",
                    "SEARCH",
                    "SORT",
                    "THREAD",
                    "ESEARCH",
                    "CANCELUPDATE",
                    "CANCELSEARCH",
                    "GETACL",
                    "MYRIGHTS",
                    "LISTRIGHTS",
                    "GETQUOTA",
                    "GETQUOTAROOT",
                    "GETMETADATA",
                    "GETANNOTATION",
                    "COMPARATOR",
                    "LANGUAGE",
                    "URLFETCH");

    /// Commands that change something and may carry literals, understood here or not: a server that
    /// knows them reads the literals as such.
    private static final Set<String> WITH_LITERALS =
            Set.of(
                    "APPEND",
                    "REPLACE",
                    "STORE",
                    "COPY",
                    "MOVE",
                    "FETCH",
                    "CREATE",
                    "DELETE",
                    "RENAME",
                    "SUBSCRIBE",
                    "UNSUBSCRIBE",
                    "SETACL",
                    "DELETEACL",
                    "SETQUOTA",
                    "SETMETADATA",
                    "SETANNOTATION",
                    "GENURLAUTH",
                    "RESETKEY",
                    "CONVERT");

    /// Commands that are hidden from clients, because nobody could follow what comes after; the
    /// proxy answers some of them itself.
    private static final Set<String> REFUSED =
            Set.of("COMPRESS", "NOTIFY", "UNAUTHENTICATE", "STARTTLS", "AUTHENTICATE");

    private Verbs() {}

    static boolean isHarmless(String verb) {
        return HARMLESS.contains(verb);
    }

    static boolean isRefused(String verb) {
        return REFUSED.contains(verb);
    }

    /// True where a server that refuses the verb might take a literal's octets for commands.
    static boolean isStrange(String verb) {
        return !HARMLESS.contains(verb) && !WITH_LITERALS.contains(verb);
    }
}
