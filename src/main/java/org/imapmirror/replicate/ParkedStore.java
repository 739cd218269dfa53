package org.imapmirror.replicate;

import org.imapmirror.event.Doubt;
import org.imapmirror.event.MailboxName;
import org.imapmirror.replicate.MessageRow.State;
import org.imapmirror.state.Database;
import org.imapmirror.state.Sql;
import org.jspecify.annotations.Nullable;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/// What is parked in the state database, and what is decided about it. Each decision is one
/// transaction, so that it may come at any time, whatever the lane does.
final class ParkedStore {
    private static final String OF_LANE = " AND mailbox IN (SELECT id FROM mailbox WHERE lane = ?)";

    private static final String NAMED =
            " AND (? IS NULL OR (SELECT name FROM mailbox WHERE id = message.mailbox) || ' UID ' ||"
                    + " uid = ?)";

    private final Database database;

    ParkedStore(Database database) {
        this.database = database;
    }

    /// Whether somebody decided to leave it parked.
    boolean isSkipped(LaneRow lane, String item) {
        return database.query(db ->
                Sql.number(
                                db,
                                "SELECT count(*) FROM parked WHERE lane = ? AND item = ? AND"
                                        + " skipped = 1",
                                lane.id(),
                                item)
                        > 0);
    }

    Approval approval(LaneRow lane, String item) {
        return database.query(db ->
                Sql.one(
                                db,
                                "SELECT detail, approved FROM parked WHERE lane = ? AND item = ?"
                                        + " AND approved > 0",
                                r -> new Approval(r.getString(1), r.getInt(2) > 1),
                                lane.id(),
                                item)
                        .orElse(Approval.NONE));
    }

    /// Messages of a mailbox that wait for room, ascending, with sizes and flags.
    List<MessageRow> waitingForRoom(MailboxRow m) {
        return database.query(db ->
                Sql.list(
                        db,
                        "SELECT * FROM message WHERE state > 0 AND state = ? AND again = ? AND"
                                + " mailbox = ? ORDER BY uid",
                        LaneStore::messageRow,
                        State.PARKED.ordinal(),
                        Again.ROOM.ordinal(),
                        m.id()));
    }

    /// @return how many messages and other things are tried again
    int retry(LaneRow lane, @Nullable String item, long now, long steady) {
        return database.write(db -> {
            int messages =
                    Sql.update(
                            db,
                            "UPDATE message SET state = ?, target_uid = NULL, reason = NULL, again"
                                    + " = 0 WHERE state > 0 AND state IN (?, ?)"
                                    + OF_LANE
                                    + NAMED,
                            State.PENDING.ordinal(),
                            State.PARKED.ordinal(),
                            State.SKIPPED.ordinal(),
                            lane.id(),
                            item,
                            item);
            LaneTx tx = new LaneTx(db, lane.id(), now, steady);
            List<Parked> others = parked(db, lane, item, "");
            for (Parked p : others) {
                retry(tx, p, lane);
            }
            return messages + others.size();
        });
    }

    /// What is to be tried again by itself, except messages that wait for room.
    ///
    /// @return how many
    int retry(LaneRow lane, Again again, long now, long steady) {
        return database.write(db -> {
            int messages =
                    again == Again.ROOM
                            ? 0
                            : Sql.update(
                                    db,
                                    "UPDATE message SET state = ?, reason = NULL, again = 0 WHERE"
                                            + " state > 0 AND state = ? AND again = ?"
                                            + OF_LANE,
                                    State.PENDING.ordinal(),
                                    State.PARKED.ordinal(),
                                    again.ordinal(),
                                    lane.id());
            LaneTx tx = new LaneTx(db, lane.id(), now, steady);
            List<Parked> others =
                    parked(db, lane, null, " AND skipped = 0 AND again = " + again.ordinal());
            for (Parked p : others) {
                retry(tx, p, lane);
            }
            return messages + others.size();
        });
    }

    /// @return how many messages and other things are skipped from now on
    int skip(LaneRow lane, @Nullable String item) {
        return database.write(db ->
                Sql.update(
                                db,
                                "UPDATE message SET state = ?, again = 0 WHERE state > 0 AND state"
                                        + " = ?"
                                        + OF_LANE
                                        + NAMED,
                                State.SKIPPED.ordinal(),
                                State.PARKED.ordinal(),
                                lane.id(),
                                item,
                                item)
                        + Sql.update(
                                db,
                                "UPDATE parked SET skipped = 1 WHERE lane = ? AND skipped = 0 AND"
                                        + " (? IS NULL OR item = ?)",
                                lane.id(),
                                item,
                                item));
    }

    /// @return how many deletions that the brake holds may go, if they are still found
    int approve(LaneRow lane, @Nullable String item, long now, long steady) {
        return database.write(db -> {
            LaneTx tx = new LaneTx(db, lane.id(), now, steady);
            List<Parked> held = parked(db, lane, item, " AND what = 'brake'");
            for (Parked p : held) {
                Sql.update(
                        db,
                        "UPDATE parked SET approved = ?, skipped = 0 WHERE lane = ? AND item = ?",
                        item == null ? 1 : 2,
                        lane.id(),
                        p.item());
                doubt(tx, p, lane);
            }
            return held.size();
        });
    }

    /// @return how many held messages are due from now on
    int purge(LaneRow lane) {
        return database.write(
                db -> Sql.update(db, "UPDATE held SET due = 0 WHERE lane = ?", lane.id()));
    }

    private record Parked(String item, @Nullable String scope) {}

    private static List<Parked> parked(
            Connection db, LaneRow lane, @Nullable String item, String where) throws SQLException {
        return Sql.list(
                db,
                "SELECT item, scope FROM parked WHERE lane = ? AND (? IS NULL OR item = ?)" + where,
                r -> new Parked(r.getString(1), r.getString(2)),
                lane.id(),
                item,
                item);
    }

    private static void retry(LaneTx tx, Parked p, LaneRow lane) throws SQLException {
        tx.unpark(p.item());
        doubt(tx, p, lane);
    }

    /// The lane has gone past it: a comparison of what it concerns finds what is left to be done.
    private static void doubt(LaneTx tx, Parked p, LaneRow lane) throws SQLException {
        String reason = "retried: " + p.item();
        String scope = p.scope();
        if (scope != null) {
            for (String name : scope.split("\n", -1)) {
                tx.doubt(Doubt.MEMBERSHIP, new MailboxName(name), reason);
            }
            return;
        }
        for (String prefix : List.of(Chores.item(""), Deltas.BRAKE)) {
            if (p.item().startsWith(prefix)) {
                MailboxName name = new MailboxName(p.item().substring(prefix.length()));
                tx.doubt(Doubt.MEMBERSHIP, name, reason);
            }
        }
        // For a mailbox too: it may be one that could not be made.
        tx.doubt(Doubt.TREE, null, reason);
    }
}
