package org.imapmirror.event;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.Predicate;

/// A set of system flags and keywords, compared without case (RFC 9051 section 2.3.2). The first
/// spelling seen is kept. `\Recent` is the server's own and is never a member.
public final class Flags {
    public static final Flags NONE = new Flags(new TreeMap<>());
    public static final String SEEN = "\\Seen";
    public static final String DELETED = "\\Deleted";

    private static final String[] SYSTEM = {
        "\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft"
    };

    /// Lower-case flag to its spelling.
    private final TreeMap<String, String> members;

    private Flags(TreeMap<String, String> members) {
        this.members = members;
    }

    public static Flags of(String... flags) {
        return of(Arrays.asList(flags));
    }

    @JsonCreator
    public static Flags of(Collection<String> flags) {
        TreeMap<String, String> members = new TreeMap<>();
        for (String flag : flags) {
            String key = flag.toLowerCase(Locale.ROOT);
            if (!key.equals("\\recent")) {
                members.putIfAbsent(key, spelling(flag));
            }
        }
        return members.isEmpty() ? NONE : new Flags(members);
    }

    private static String spelling(String flag) {
        for (String system : SYSTEM) {
            if (system.equalsIgnoreCase(flag)) {
                return system;
            }
        }
        return flag;
    }

    public boolean contains(String flag) {
        return members.containsKey(flag.toLowerCase(Locale.ROOT));
    }

    public boolean isEmpty() {
        return members.isEmpty();
    }

    public Flags plus(Flags other) {
        if (other.isEmpty()) {
            return this;
        }
        TreeMap<String, String> all = new TreeMap<>(members);
        other.members.forEach(all::putIfAbsent);
        return new Flags(all);
    }

    public Flags minus(Flags other) {
        TreeMap<String, String> rest = new TreeMap<>(members);
        rest.keySet().removeAll(other.members.keySet());
        return rest.isEmpty() ? NONE : new Flags(rest);
    }

    public Flags filter(Predicate<String> keep) {
        return of(members.values().stream().filter(keep).toList());
    }

    /// The members, system flags first, each group in alphabetical order.
    @JsonValue
    public List<String> list() {
        return List.copyOf(members.values());
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Flags f && members.keySet().equals(f.members.keySet());
    }

    @Override
    public int hashCode() {
        return members.keySet().hashCode();
    }

    /// The IMAP form, for instance `(\Seen work)`.
    @Override
    public String toString() {
        return "(" + String.join(" ", members.values()) + ")";
    }
}
