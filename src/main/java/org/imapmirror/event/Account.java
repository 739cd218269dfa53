package org.imapmirror.event;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/// The canonical name of an account: who is acted for, never who logged in for them.
///
/// @param name not empty; already canonical (lower case, default domain, rewrite rules)
public record Account(@JsonValue String name) implements Comparable<Account> {
    @JsonCreator
    public Account {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("an account needs a name");
        }
    }

    @Override
    public int compareTo(Account other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}
