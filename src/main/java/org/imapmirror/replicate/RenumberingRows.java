package org.imapmirror.replicate;

import org.imapmirror.reconcile.Matcher.Candidate;
import org.imapmirror.state.Sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/// What the messages of a mirror's mailbox are like, for a [Renumbering] that a crash cut off.
final class RenumberingRows {
    private RenumberingRows() {}

    /// In place of what was known before.
    static void put(Connection db, long mailbox, List<Candidate> messages) throws SQLException {
        clear(db, mailbox);
        for (Candidate c : messages) {
            Sql.update(
                    db,
                    "INSERT INTO renumbering (mailbox, target_uid, message_id, headers, date, size)"
                            + " VALUES (?, ?, ?, ?, ?, ?)",
                    mailbox,
                    c.uid(),
                    c.messageId(),
                    c.headers(),
                    c.date() == null ? null : c.date().getEpochSecond(),
                    c.size());
        }
    }

    static void clear(Connection db, long mailbox) throws SQLException {
        Sql.update(db, "DELETE FROM renumbering WHERE mailbox = ?", mailbox);
    }

    /// Empty where nothing was written down.
    static List<Candidate> of(Connection db, long mailbox) throws SQLException {
        return Sql.list(
                db,
                "SELECT * FROM renumbering WHERE mailbox = ? ORDER BY target_uid",
                r -> {
                    Long date = Sql.longOrNull(r, "date");
                    return new Candidate(
                            r.getLong("target_uid"),
                            r.getString("message_id"),
                            r.getString("headers"),
                            date == null ? null : Instant.ofEpochSecond(date),
                            r.getLong("size"));
                },
                mailbox);
    }
}
