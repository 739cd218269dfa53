package org.imapmirror.imap;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// What a server says it can, compared without case.
public final class CapabilityList {
    public static final CapabilityList NONE = new CapabilityList(Set.of());

    private final Set<String> names;

    private CapabilityList(Set<String> names) {
        this.names = names;
    }

    public static CapabilityList of(Collection<String> names) {
        Set<String> upper = new LinkedHashSet<>();
        for (String name : names) {
            upper.add(name.toUpperCase(Locale.ROOT));
        }
        return new CapabilityList(Collections.unmodifiableSet(upper));
    }

    /// Parses names with spaces between them.
    public static CapabilityList parse(String text) {
        return of(List.of(text.strip().split(" +")).stream().filter(s -> !s.isEmpty()).toList());
    }

    public boolean has(String name) {
        return names.contains(name.toUpperCase(Locale.ROOT));
    }

    /// The values of those like `AUTH=PLAIN`: `values("AUTH")` gives PLAIN.
    public List<String> values(String key) {
        String prefix = key.toUpperCase(Locale.ROOT) + "=";
        return names.stream()
                .filter(n -> n.startsWith(prefix))
                .map(n -> n.substring(prefix.length()))
                .toList();
    }

    public boolean hasMechanism(String mechanism) {
        return has("AUTH=" + mechanism);
    }

    public boolean isEmpty() {
        return names.isEmpty();
    }

    /// Upper case, in the server's order.
    public Set<String> names() {
        return names;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof CapabilityList c && names.equals(c.names);
    }

    @Override
    public int hashCode() {
        return names.hashCode();
    }

    @Override
    public String toString() {
        return String.join(" ", names);
    }
}
