package org.imapmirror.replicate;

import org.imapmirror.mailstore.Status;
import org.imapmirror.state.Database;
import org.imapmirror.state.Sql;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What comparisons found, in the state database.
final class ComparedStore {
    private final Database database;

    ComparedStore(Database database) {
        this.database = database;
    }

    private record Row(long mailbox, Compared compared) {}

    /// By our ids of the mailboxes; absent for those that were never compared.
    Map<Long, Compared> of(LaneRow lane) {
        List<Row> rows =
                database.query(db ->
                        Sql.list(
                                db,
                                "SELECT c.* FROM compared c JOIN mailbox m ON m.id = c.mailbox"
                                        + " WHERE m.lane = ?",
                                ComparedStore::row,
                                lane.id()));
        Map<Long, Compared> out = new HashMap<>();
        rows.forEach(r -> out.put(r.mailbox(), r.compared()));
        return out;
    }

    Compared of(MailboxRow m) {
        return database.query(db ->
                Sql.one(db, "SELECT * FROM compared WHERE mailbox = ?", ComparedStore::row, m.id())
                        .map(Row::compared)
                        .orElse(Compared.NEVER));
    }

    private static Row row(ResultSet r) throws SQLException {
        return new Row(
                r.getLong("mailbox"),
                new Compared(
                        r.getLong("since"),
                        r.getLong("full_at"),
                        r.getString("mailbox_id"),
                        new Compared.Numbers(
                                r.getLong("target_uid_validity"),
                                r.getLong("target_uid_next"),
                                r.getLong("target_messages"),
                                r.getLong("target_modseq"))));
    }

    /// UIDs of the primary whose rows are not older than this moment and whose messages are there.
    List<Long> changedSince(MailboxRow m, long since) {
        return database.query(db ->
                Sql.list(
                        db,
                        "SELECT uid FROM message WHERE mailbox = ? AND since >= ? AND state <> ?",
                        r -> r.getLong(1),
                        m.id(),
                        since,
                        MessageRow.State.GONE.ordinal()));
    }

    /// The changes of one transaction.
    record Tx(Connection db) {
        private void row(MailboxRow m) throws SQLException {
            Sql.update(
                    db,
                    "INSERT INTO compared (mailbox) VALUES (?) ON CONFLICT (mailbox) DO NOTHING",
                    m.id());
        }

        /// The primary's mailbox was as the map has it.
        ///
        /// @param fullAt as [Compared#fullAt]
        void primary(MailboxRow m, long since, long fullAt) throws SQLException {
            row(m);
            Sql.update(
                    db,
                    "UPDATE compared SET since = ?, full_at = ? WHERE mailbox = ?",
                    since,
                    fullAt,
                    m.id());
        }

        /// The mirror's mailbox was as the map has it when it had these numbers, or later.
        void mirror(MailboxRow m, Status status) throws SQLException {
            row(m);
            Sql.update(
                    db,
                    "UPDATE compared SET target_uid_validity = ?, target_uid_next = ?,"
                            + " target_messages = ?, target_modseq = ? WHERE mailbox = ?",
                    status.uidValidity(),
                    status.uidNext(),
                    status.messages(),
                    status.highestModseq(),
                    m.id());
        }

        void id(MailboxRow m, String mailboxId) throws SQLException {
            row(m);
            Sql.update(
                    db, "UPDATE compared SET mailbox_id = ? WHERE mailbox = ?", mailboxId, m.id());
        }

        void forget(MailboxRow m) throws SQLException {
            Sql.update(db, "DELETE FROM compared WHERE mailbox = ?", m.id());
        }
    }
}
