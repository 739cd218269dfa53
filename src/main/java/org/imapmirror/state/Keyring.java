package org.imapmirror.state;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The key that seals what is new, and those that unseal what is older.
public record Keyring(MasterKey current, List<MasterKey> old) {
    public Keyring {
        old = List.copyOf(old);
    }

    /// The key of that [MasterKey#id()], null where it is not here.
    public @Nullable MasterKey key(String id) {
        if (current.id().equals(id)) {
            return current;
        }
        return old.stream().filter(k -> k.id().equals(id)).findFirst().orElse(null);
    }
}
