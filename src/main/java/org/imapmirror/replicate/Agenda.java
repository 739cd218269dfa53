package org.imapmirror.replicate;

import org.imapmirror.replicate.MessageRow.State;
import org.imapmirror.state.Sql;
import org.jspecify.annotations.Nullable;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/// What the state holds that a lane has to do besides events, asked for in one query: for most
/// events it is nothing.
///
/// @param attempt whether something was to be sent, and what became of it is not known
/// @param graves whether a mailbox that holds deleted messages is being moved aside
/// @param chores whether there are doubts or import-pending messages
/// @param held whether held messages are due
/// @param echo when the mirror is next looked at for what it stored late, by the steady clock in
///   ms; -1 for never
record Agenda(boolean attempt, boolean graves, boolean chores, boolean held, long echo) {
    static final String SQL =
            "SELECT EXISTS (SELECT 1 FROM attempt WHERE lane = ?), EXISTS (SELECT 1"
                    + " FROM grave WHERE lane = ? AND aside IS NOT NULL), EXISTS (SELECT 1"
                    + " FROM doubt WHERE lane = ?) OR EXISTS (SELECT 1 FROM message WHERE"
                    + " state > 0 AND state = ? AND mailbox IN (SELECT id FROM mailbox"
                    + " WHERE lane = ?)), EXISTS (SELECT 1 FROM held WHERE lane = ? AND due"
                    + " <= ?), (SELECT coalesce(min(next), -1) FROM echo WHERE lane = ?)";

    static Agenda of(Connection db, long lane, long steady) throws SQLException {
        return Sql.one(
                        db,
                        SQL,
                        r ->
                                new Agenda(
                                        r.getBoolean(1),
                                        r.getBoolean(2),
                                        r.getBoolean(3),
                                        r.getBoolean(4),
                                        r.getLong(5)),
                        lane,
                        lane,
                        lane,
                        State.PENDING.ordinal(),
                        lane,
                        lane,
                        steady,
                        lane)
                .orElseThrow();
    }

    /// True where there is something for [Echoes] to look at now.
    boolean echoIsDue(long steady) {
        return echo >= 0 && echo <= steady;
    }

    /// Until [Echoes] has something to look at; null where there is nothing.
    @Nullable Duration echoPause(long steady) {
        return echo < 0 ? null : Duration.ofMillis(Math.max(0, echo - steady));
    }
}
