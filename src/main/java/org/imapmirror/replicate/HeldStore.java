package org.imapmirror.replicate;

import org.imapmirror.event.UidSet;
import org.imapmirror.state.Database;
import org.imapmirror.state.Sql;
import org.jspecify.annotations.Nullable;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What is held on mirrors, and the mailboxes that stay for it, in the state database.
final class HeldStore {
    private static final String ROW =
            "SELECT id, coalesce(mailbox, 0), coalesce(grave, 0), target_uid_validity, target_uid"
                    + " FROM held ";

    private final Database database;

    HeldStore(Database database) {
        this.database = database;
    }

    /// The mirror's UIDs that are held in a mailbox, as its messages are numbered now.
    UidSet in(MailboxRow m) {
        List<Long> uids =
                database.query(db ->
                        Sql.list(
                                db,
                                "SELECT target_uid FROM held WHERE mailbox = ? AND"
                                        + " target_uid_validity = ?",
                                r -> r.getLong(1),
                                m.id(),
                                m.targetUidValidity()));
        return UidSet.of(uids);
    }

    List<HeldRow> rows(MailboxRow m) {
        return database.query(
                db -> Sql.list(db, ROW + "WHERE mailbox = ?", HeldStore::row, m.id()));
    }

    List<HeldRow> rows(Grave g) {
        return database.query(db -> Sql.list(db, ROW + "WHERE grave = ?", HeldStore::row, g.id()));
    }

    /// @param steady a moment of [SteadyClock]
    List<HeldRow> due(LaneRow lane, long steady) {
        return database.query(db ->
                Sql.list(
                        db,
                        ROW + "WHERE lane = ? AND due <= ? ORDER BY mailbox, grave, target_uid",
                        HeldStore::row,
                        lane.id(),
                        steady));
    }

    private static HeldRow row(ResultSet r) throws SQLException {
        return new HeldRow(r.getLong(1), r.getLong(2), r.getLong(3), r.getLong(4), r.getLong(5));
    }

    List<Grave> graves(LaneRow lane) {
        return database.query(db ->
                Sql.list(
                        db,
                        "SELECT * FROM grave WHERE lane = ? ORDER BY id",
                        r ->
                                new Grave(
                                        r.getLong("id"),
                                        r.getString("name"),
                                        r.getString("target_name"),
                                        r.getString("aside")),
                        lane.id()));
    }

    Optional<Grave> grave(LaneRow lane, long id) {
        return graves(lane).stream().filter(g -> g.id() == id).findFirst();
    }

    /// @param id of the row
    record Numbered(long id, HeldMessage message) {}

    /// @param after no more than these rows, in the order of their ids, starting behind this one
    List<Numbered> list(LaneRow lane, SteadyClock steady, long after, int most) {
        return database.query(db ->
                Sql.list(
                        db,
                        "SELECT h.*, coalesce(m.name, g.name) AS box, coalesce(m.target_name,"
                                + " g.target_name) AS target FROM held h LEFT JOIN mailbox m ON"
                                + " m.id = h.mailbox LEFT JOIN grave g ON g.id = h.grave WHERE"
                                + " h.lane = ? AND h.id > ? ORDER BY h.id LIMIT ?",
                        r -> new Numbered(r.getLong("id"), message(r, lane.key(), steady)),
                        lane.id(),
                        after,
                        most));
    }

    private static HeldMessage message(ResultSet r, LaneKey key, SteadyClock steady)
            throws SQLException {
        Long due = Sql.longOrNull(r, "due");
        return new HeldMessage(
                key.account(),
                key.mirror(),
                r.getString("box"),
                r.getLong("uid"),
                r.getString("target"),
                r.getLong("target_uid"),
                r.getLong("size"),
                Instant.ofEpochMilli(r.getLong("deleted")),
                due == null ? null : steady.onWall(due));
    }

    /// The changes of one transaction.
    ///
    /// @param wall epoch milliseconds, for people
    /// @param steady the same moment of [SteadyClock]
    record Tx(Connection db, long lane, long wall, long steady) {
        /// The message stays on the mirror; its row of the map is the caller's.
        void hold(MailboxRow m, MessageRow row, Deletions deletions) throws SQLException {
            var after = deletions.after();
            Long due = after == null ? null : steady + after.toMillis();
            Sql.update(
                    db,
                    "INSERT INTO held (lane, mailbox, grave, uid, target_uid_validity, target_uid,"
                            + " size, deleted, due) VALUES (?, ?, NULL, ?, ?, ?, ?, ?, ?)",
                    lane,
                    m.id(),
                    row.uid(),
                    m.targetUidValidity(),
                    row.targetUid(),
                    row.size(),
                    wall,
                    due);
        }

        /// The mailbox is no longer the primary's and stays for what is held in it. To be called
        /// before its row goes.
        void bury(MailboxRow m) throws SQLException {
            Sql.update(
                    db,
                    "INSERT INTO grave (lane, name, target_name, aside) VALUES (?, ?, ?, NULL)",
                    lane,
                    m.name().value(),
                    m.target());
            Sql.update(
                    db,
                    "UPDATE held SET mailbox = NULL, grave = (SELECT id FROM grave WHERE lane = ?"
                            + " AND target_name = ?) WHERE mailbox = ?",
                    lane,
                    m.target(),
                    m.id());
        }

        void moving(Grave g, @Nullable String aside) throws SQLException {
            Sql.update(db, "UPDATE grave SET aside = ? WHERE id = ?", aside, g.id());
        }

        void moved(Grave g, String target) throws SQLException {
            Sql.update(
                    db,
                    "UPDATE grave SET target_name = ?, aside = NULL WHERE id = ?",
                    target,
                    g.id());
        }

        /// Nothing of it is left, or what is left is no longer ours.
        void level(Grave g) throws SQLException {
            Sql.update(db, "DELETE FROM held WHERE grave = ?", g.id());
            Sql.update(db, "DELETE FROM grave WHERE id = ?", g.id());
        }

        void over(HeldRow h) throws SQLException {
            Sql.update(db, "DELETE FROM held WHERE id = ?", h.id());
        }

        /// The mirror numbered the mailbox's messages anew.
        void renumbered(HeldRow h, long uidValidity, long targetUid) throws SQLException {
            Sql.update(
                    db,
                    "UPDATE held SET target_uid_validity = ?, target_uid = ? WHERE id = ?",
                    uidValidity,
                    targetUid,
                    h.id());
        }

        void postpone(HeldRow h, long until) throws SQLException {
            Sql.update(db, "UPDATE held SET due = ? WHERE id = ?", until, h.id());
        }
    }
}
