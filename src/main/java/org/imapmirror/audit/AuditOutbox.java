package org.imapmirror.audit;

import org.imapmirror.state.Database;
import org.imapmirror.state.Sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Entries on their way from a lane's transaction to the file, and the last line that is known to
/// be in the file.
public final class AuditOutbox {
    private AuditOutbox() {}

    /// Puts an entry in its place in the chain. Part of the caller's transaction: it is there
    /// exactly if what it tells of is.
    public static void enter(Connection db, String archive, AuditEntry entry) throws SQLException {
        int chains =
                Sql.update(
                        db,
                        "UPDATE audit_chain SET entered = entered + 1 WHERE archive = ?",
                        archive);
        if (chains != 1) {
            throw new IllegalStateException("bug: the audit log of " + archive + " is not open");
        }
        Sql.update(
                db,
                "INSERT INTO audit_outbox (archive, n, account, entry) SELECT archive, entered, ?,"
                        + " ? FROM audit_chain WHERE archive = ?",
                entry.account(),
                entry.text(),
                archive);
    }

    /// Returns when every entry that was made before this call is on the disk.
    static void makeDurable(Database state, String archive) {
        var _ =
                state.write(db ->
                        Sql.update(
                                db,
                                "UPDATE audit_chain SET entered = entered WHERE archive = ?",
                                archive));
    }

    /// Entries of an account that are not in the file yet.
    public static long waiting(Connection db, String archive, String account) throws SQLException {
        return Sql.number(
                db,
                "SELECT count(*) FROM audit_outbox WHERE archive = ? AND account = ?",
                archive,
                account);
    }

    /// The last line that is known to be in the file, for each archive.
    public static Map<String, AuditHead> heads(Database state) {
        Map<String, AuditHead> out = new TreeMap<>();
        state.query(db -> {
            Sql.list(
                            db,
                            "SELECT archive, written, hash FROM audit_chain",
                            r ->
                                    Map.entry(
                                            r.getString(1),
                                            new AuditHead(r.getLong(2), r.getString(3))))
                    .forEach(e -> out.put(e.getKey(), e.getValue()));
            return out.size();
        });
        return out;
    }

    static Optional<AuditHead> head(Database state, String archive) {
        return state.query(db ->
                Sql.one(
                        db,
                        "SELECT written, hash FROM audit_chain WHERE archive = ?",
                        r -> new AuditHead(r.getLong(1), r.getString(2)),
                        archive));
    }

    /// Begins a chain, or goes on with one whose state was lost.
    static void begin(Database state, String archive, AuditHead at) {
        state.write(db ->
                Sql.update(
                        db,
                        "INSERT INTO audit_chain (archive, entered, written, hash) VALUES (?, ?, ?,"
                                + " ?) ON CONFLICT (archive) DO NOTHING",
                        archive,
                        at.n(),
                        at.n(),
                        at.hash()));
    }

    /// The entries after a number, ascending.
    static List<String> entries(Database state, String archive, long after, int most) {
        return state.query(db ->
                Sql.list(
                        db,
                        "SELECT entry FROM audit_outbox WHERE archive = ? AND n > ? ORDER BY n"
                                + " LIMIT ?",
                        r -> r.getString(1),
                        archive,
                        after,
                        most));
    }

    /// The lines up to there are durable in the file.
    static void written(Database state, String archive, AuditHead head) {
        state.write(db -> {
            Sql.update(
                    db,
                    "UPDATE audit_chain SET written = ?, hash = ? WHERE archive = ?",
                    head.n(),
                    head.hash(),
                    archive);
            return Sql.update(
                    db, "DELETE FROM audit_outbox WHERE archive = ? AND n <= ?", archive, head.n());
        });
    }
}
