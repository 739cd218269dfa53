package org.imapmirror.replicate;

import org.imapmirror.replicate.MessageRow.State;
import org.imapmirror.state.Database;
import org.imapmirror.state.Sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/// What a lane has left to do and what it cannot do, for the status.
final class LaneFigures {
    /// Import-pending messages and uncopied mailboxes do not count while their mailbox is parked.
    private static final String NOT_PARKED =
            " AND NOT EXISTS (SELECT 1 FROM parked p WHERE p.lane = b.lane AND p.item = '"
                    + Chores.item("")
                    + "' || b.name)";

    static final String PENDING =
            "SELECT count(*) FROM message WHERE state > 0 AND state = ? AND mailbox IN"
                    + " (SELECT b.id FROM mailbox b WHERE b.lane = ?"
                    + NOT_PARKED
                    + ")";
    static final String KEPT_OUT =
            "SELECT count(*) FROM message WHERE state > 0 AND state = ? AND mailbox IN"
                    + " (SELECT id FROM mailbox WHERE lane = ?)";

    private final Database database;

    LaneFigures(Database database) {
        this.database = database;
    }

    /// @param pending import-pending messages, and attempts that may have an [echo][Echoes]
    /// @param suspicions the doubts but for the first listing of a new lane, which is no suspicion
    /// @param uncopied mailboxes whose first copy is not complete
    /// @param extra messages on the mirror that no row maps
    /// @param skipped what is parked and was decided to stay so; not in `parked`
    /// @param held messages that are gone from the primary and are kept for a time
    record Counts(
            long pending,
            long parked,
            long skipped,
            long held,
            long doubts,
            long suspicions,
            long uncopied,
            long extra) {}

    Counts counts(LaneRow lane) {
        return database.read(db ->
                new Counts(
                        pending(db, lane) + echoes(db, lane),
                        keptOut(db, lane, State.PARKED),
                        keptOut(db, lane, State.SKIPPED),
                        Sql.number(db, "SELECT count(*) FROM held WHERE lane = ?", lane.id()),
                        Sql.number(db, "SELECT count(*) FROM doubt WHERE lane = ?", lane.id()),
                        Sql.number(
                                db,
                                "SELECT count(*) FROM doubt WHERE lane = ? AND reason <> ?",
                                lane.id(),
                                TreeSync.FIRST_LISTING),
                        Sql.number(
                                db,
                                "SELECT count(*) FROM mailbox b WHERE b.lane = ? AND b.copied = 0"
                                        + NOT_PARKED,
                                lane.id()),
                        Sql.number(
                                db,
                                "SELECT coalesce(sum(extra), 0) FROM mailbox WHERE lane = ?",
                                lane.id())));
    }

    /// Attempts of which the mirror may still do something.
    private static long echoes(Connection db, LaneRow lane) throws SQLException {
        return Sql.number(
                db,
                "SELECT count(*) FROM echo WHERE lane = ? AND checks < ?",
                lane.id(),
                Echoes.AWAITED);
    }

    private static long pending(Connection db, LaneRow lane) throws SQLException {
        return Sql.number(db, PENDING, State.PENDING.ordinal(), lane.id());
    }

    private static long keptOut(Connection db, LaneRow lane, State state) throws SQLException {
        return Sql.number(db, KEPT_OUT, state.ordinal(), lane.id())
                + Sql.number(
                        db,
                        "SELECT count(*) FROM parked WHERE lane = ? AND skipped = ?",
                        lane.id(),
                        state == State.SKIPPED ? 1 : 0);
    }

    /// What waits for a decision, oldest first: a message as its mailbox and UID.
    ///
    /// @param skipped whether those that it was decided about, or those that wait for a decision
    /// @param most how many are told
    List<ParkedItem> parked(LaneRow lane, boolean skipped, int most) {
        return database.query(db ->
                Sql.list(
                        db,
                        "SELECT item, what, reason, since FROM parked WHERE lane = ? AND skipped ="
                            + " ? UNION ALL SELECT b.name || ' UID ' || m.uid, 'message',"
                            + " coalesce(m.reason, ''), m.since FROM message m JOIN mailbox b ON"
                            + " b.id = m.mailbox WHERE b.lane = ? AND m.state > 0 AND m.state = ?"
                            + " ORDER BY since LIMIT ?",
                        r ->
                                new ParkedItem(
                                        r.getString(1),
                                        r.getString(2),
                                        r.getString(3),
                                        Instant.ofEpochMilli(r.getLong(4))),
                        lane.id(),
                        skipped ? 1 : 0,
                        lane.id(),
                        (skipped ? State.SKIPPED : State.PARKED).ordinal(),
                        most));
    }
}
