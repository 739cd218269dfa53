package org.imapmirror.state;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.security.GeneralSecurityException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Small secrets by name, sealed in the state database. Nothing in it can be read without the key.
public final class Vault {
    private static final Logger LOG = LoggerFactory.getLogger(Vault.class);

    private final Database database;
    private final Keyring keys;
    private final Set<String> missed = ConcurrentHashMap.newKeySet();

    private record Row(String key, byte[] sealed) {}

    public Vault(Database database, Keyring keys) {
        this.database = database;
        this.keys = keys;
    }

    /// Empties the vault of a database, for those who no longer want one.
    public static void clear(Database database) {
        database.write(db -> Sql.update(db, "DELETE FROM vault"));
    }

    /// Durable when this returns.
    public void put(String name, byte[] secret) {
        byte[] sealed = keys.current().seal(secret, name);
        database.write(db ->
                Sql.update(
                        db,
                        "INSERT INTO vault (name, sealed_by, sealed) VALUES (?, ?, ?)"
                                + " ON CONFLICT (name) DO UPDATE SET"
                                + " sealed_by = excluded.sealed_by, sealed = excluded.sealed",
                        name,
                        keys.current().id(),
                        sealed));
    }

    /// Null where there is none, and where it cannot be unsealed, which the log tells.
    public byte @Nullable [] get(String name) {
        Row row =
                database.query(db ->
                                Sql.one(
                                        db,
                                        "SELECT sealed_by, sealed FROM vault WHERE name = ?",
                                        r -> new Row(r.getString(1), r.getBytes(2)),
                                        name))
                        .orElse(null);
        if (row == null) {
            return null;
        }
        MasterKey key = keys.key(row.key());
        if (key == null) {
            if (missed.add(row.key())) {
                LOG.atError()
                        .addKeyValue("key", row.key())
                        .log(
                                "logins are sealed with a key that is not in login.key or"
                                        + " login.old-keys: their accounts wait for a login");
            }
            return null;
        }
        try {
            return key.unseal(row.sealed(), name);
        } catch (GeneralSecurityException e) {
            LOG.atError()
                    .addKeyValue("name", name)
                    .addKeyValue("reason", e.getMessage())
                    .log("a sealed login is damaged: its account waits for a login");
            return null;
        }
    }

    public void remove(String name) {
        database.write(db -> Sql.update(db, "DELETE FROM vault WHERE name = ?", name));
    }
}
