package org.imapmirror.replicate;

import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxName;
import org.imapmirror.replicate.Place.Archived;
import org.imapmirror.state.Sql;
import org.jspecify.annotations.Nullable;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A message of the primary that a mirror or an archive keeps.
///
/// @param mailbox its mailbox on the primary, the last known one
/// @param at where it is kept
/// @param flags the last known ones of the primary, null where only the one who keeps it knows
/// @param date its INTERNALDATE, null where only the one who keeps it knows
/// @param ended when it left the primary, null while it is there
/// @param doubtful its mailbox was renumbered since, so that it may be there under another UID
record Kept(
        MailboxName mailbox,
        Archived at,
        @Nullable Flags flags,
        @Nullable String date,
        @Nullable Instant ended,
        boolean doubtful) {

    /// What a mirror has.
    static List<Kept> ofMirror(Connection db, long lane) throws SQLException {
        return Sql.list(
                db,
                "SELECT b.name, b.target_name, b.target_uid_validity, m.target_uid, m.size, m.flags"
                        + " FROM message m JOIN mailbox b ON b.id = m.mailbox WHERE b.lane = ? AND"
                        + " m.state = ? AND m.target_uid IS NOT NULL ORDER BY b.name, m.uid",
                r ->
                        new Kept(
                                new MailboxName(r.getString(1)),
                                new Archived(
                                        r.getString(2),
                                        r.getLong(3),
                                        r.getLong(4),
                                        r.getLong(5),
                                        null),
                                LaneTx.flags(r.getString(6)),
                                null,
                                null,
                                false),
                lane,
                MessageRow.State.MAPPED.ordinal());
    }

    /// What a mirror holds of messages that were deleted on the primary.
    static List<Kept> heldByMirror(Connection db, long lane) throws SQLException {
        return Sql.list(
                db,
                "SELECT coalesce(m.name, g.name), coalesce(m.target_name, g.target_name),"
                        + " h.target_uid_validity, h.target_uid, h.size, h.deleted FROM held h LEFT"
                        + " JOIN mailbox m ON m.id = h.mailbox LEFT JOIN grave g ON g.id = h.grave"
                        + " WHERE h.lane = ? ORDER BY 1, h.id",
                r ->
                        new Kept(
                                new MailboxName(r.getString(1)),
                                new Archived(
                                        r.getString(2),
                                        r.getLong(3),
                                        r.getLong(4),
                                        r.getLong(5),
                                        null),
                                null,
                                null,
                                Instant.ofEpochMilli(r.getLong(6)),
                                false),
                lane);
    }

    /// What an archive has, once for each message that is on the primary or went away from there: a
    /// message that was moved only where it was last.
    static List<Kept> ofArchive(Connection db, long lane) throws SQLException {
        Map<Archived, Integer> found = new HashMap<>();
        List<Row> rows =
                Sql.list(
                        db,
                        "SELECT * FROM archive_place WHERE lane = ? AND coalesce(how, '') <> ?"
                                + " ORDER BY name, id",
                        Kept::row,
                        lane,
                        ArchiveRows.MOVED);
        for (Row row : rows) {
            if (row.found()) {
                found.merge(row.kept().at(), 1, Integer::sum);
            }
        }
        List<Kept> out = new ArrayList<>();
        for (Row row : rows) {
            // One that vanished and was found elsewhere was moved by somebody who was not seen.
            int elsewhere = found.getOrDefault(row.kept().at(), 0);
            if (ArchiveRows.VANISHED.equals(row.how()) && elsewhere > 0) {
                found.put(row.kept().at(), elsewhere - 1);
            } else {
                out.add(row.kept());
            }
        }
        return out;
    }

    private record Row(Kept kept, boolean found, @Nullable String how) {}

    private static Row row(ResultSet r) throws SQLException {
        Long ended = Sql.longOrNull(r, "ended");
        String how = r.getString("how");
        Kept kept =
                new Kept(
                        new MailboxName(r.getString("name")),
                        new Archived(
                                r.getString("box"),
                                r.getLong("box_uid_validity"),
                                r.getLong("box_uid"),
                                r.getLong("size"),
                                r.getString("digest")),
                        LaneTx.flags(r.getString("flags")),
                        r.getString("date"),
                        ended == null ? null : Instant.ofEpochMilli(ended),
                        ArchiveRows.RENUMBERED.equals(how));
        return new Row(kept, r.getInt("found") != 0, how);
    }

    /// What it gets at its new place: a message that was deleted comes back without the mark that
    /// would let the next EXPUNGE take it away again.
    ///
    /// @param now those that it has where it is kept
    Flags flagsToRestore(Flags now) {
        Flags known = flags == null ? now : flags;
        return ended == null ? known : known.minus(Flags.of(Flags.DELETED));
    }
}
