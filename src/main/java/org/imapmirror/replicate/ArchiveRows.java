package org.imapmirror.replicate;

import org.imapmirror.event.Flags;
import org.imapmirror.event.UidSet;
import org.imapmirror.replicate.Place.Archived;
import org.imapmirror.state.Sql;
import org.jspecify.annotations.Nullable;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What an archive keeps in the state database beyond a mirror's map. Rows are added and ended,
/// never removed.
record ArchiveRows(Connection db, long lane) {

    /// Why a place ended. Only [#MOVED] means that the message is at another place now.
    static final String MOVED = "moved";

    static final String EXPUNGED = "expunged";
    static final String VANISHED = "vanished";
    static final String MAILBOX_DELETED = "mailbox deleted";

    /// The mailbox got another UIDVALIDITY: what became of the message is not known.
    static final String RENUMBERED = "renumbered";

    /// True where the name was never given out.
    boolean isFree(String box) throws SQLException {
        return Sql.number(
                        db,
                        "SELECT count(*) FROM archive_mailbox WHERE lane = ? AND name = ?",
                        lane,
                        box)
                == 0;
    }

    void take(String box) throws SQLException {
        Sql.update(
                db,
                "INSERT INTO archive_mailbox (lane, name) VALUES (?, ?) ON CONFLICT DO NOTHING",
                lane,
                box);
    }

    /// True where no mailbox of the archive is known.
    boolean isNew() throws SQLException {
        return Sql.number(db, "SELECT count(*) FROM archive_mailbox WHERE lane = ?", lane) == 0;
    }

    /// A message is at a place of the primary. Only a date that is certain is kept for comparing.
    ///
    /// @param since epoch milliseconds
    /// @param found nobody was seen to copy or move it there
    void put(MailboxRow m, Place p, long since, boolean found) throws SQLException {
        Arrival arrival = p.arrival();
        Instant instant = arrival.certain() ? FirstCopy.instant(arrival.date()) : null;
        Sql.update(
                db,
                "INSERT INTO archive_place (lane, mailbox, uid, name, box, box_uid_validity,"
                    + " box_uid, size, digest, date, instant, flags, since, found) VALUES (?, ?, ?,"
                    + " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (mailbox, uid) WHERE mailbox"
                    + " IS NOT NULL DO UPDATE SET box = excluded.box, box_uid_validity ="
                    + " excluded.box_uid_validity, box_uid = excluded.box_uid, size ="
                    + " excluded.size, digest = excluded.digest, date = excluded.date, instant ="
                    + " excluded.instant, flags = excluded.flags, ended = NULL, how = NULL, lost ="
                    + " 0",
                lane,
                m.id(),
                p.uid(),
                m.name().value(),
                p.archived().box(),
                p.archived().uidValidity(),
                p.archived().uid(),
                p.archived().size(),
                p.archived().digest(),
                arrival.date(),
                instant == null ? null : instant.getEpochSecond(),
                String.join(" ", p.flags().list()),
                since,
                found ? 1 : 0);
    }

    void flags(MailboxRow m, long uid, Flags flags) throws SQLException {
        Sql.update(
                db,
                "UPDATE archive_place SET flags = ? WHERE mailbox = ? AND uid = ?",
                String.join(" ", flags.list()),
                m.id(),
                uid);
    }

    /// Places that ended before keep how and when they did.
    void end(MailboxRow m, UidSet uids, long at, String how) throws SQLException {
        for (var i = uids.iterator(); i.hasNext(); ) {
            Sql.update(
                    db,
                    "UPDATE archive_place SET ended = ?, how = ? WHERE mailbox = ? AND uid = ? AND"
                            + " ended IS NULL",
                    at,
                    how,
                    m.id(),
                    i.nextLong());
        }
    }

    /// All places in a mailbox end, and its UIDs mean nothing from now on.
    void endMailbox(MailboxRow m, long at, String how) throws SQLException {
        Sql.update(
                db,
                "UPDATE archive_place SET ended = ?, how = ? WHERE mailbox = ? AND ended IS NULL",
                at,
                how,
                m.id());
        Sql.update(db, "UPDATE archive_place SET mailbox = NULL WHERE mailbox = ?", m.id());
    }

    void rename(MailboxRow m, String name) throws SQLException {
        Sql.update(db, "UPDATE archive_place SET name = ? WHERE mailbox = ?", name, m.id());
    }

    /// The places of these UIDs, ended ones too; absent where the archive never had the message.
    Map<Long, Place> places(MailboxRow m, UidSet uids) throws SQLException {
        Map<Long, Place> out = new HashMap<>();
        if (uids.isEmpty()) {
            return out;
        }
        List<Place> found =
                Sql.list(
                        db,
                        "SELECT * FROM archive_place WHERE mailbox = ? AND uid BETWEEN ? AND ?",
                        ArchiveRows::place,
                        m.id(),
                        uids.first(),
                        uids.last());
        for (Place p : found) {
            if (uids.contains(p.uid())) {
                out.put(p.uid(), p);
            }
        }
        return out;
    }

    /// Messages that one with this size and date may be a copy of; also those whose own date is a
    /// guess.
    List<Place> alike(long size, @Nullable Instant date) throws SQLException {
        if (date == null) {
            return List.of();
        }
        return Sql.list(
                db,
                "SELECT * FROM archive_place WHERE lane = ? AND size = ? AND (instant = ? OR"
                        + " instant IS NULL) AND digest IS NOT NULL AND lost = 0 ORDER BY id",
                ArchiveRows::place,
                lane,
                size,
                date.getEpochSecond());
    }

    /// The UIDs that a mailbox of the archive must have.
    UidSet stored(String box, long uidValidity) throws SQLException {
        return UidSet.of(
                Sql.list(
                        db,
                        "SELECT DISTINCT box_uid FROM archive_place WHERE lane = ? AND box = ? AND"
                                + " box_uid_validity = ? AND lost = 0",
                        r -> r.getLong(1),
                        lane,
                        box,
                        uidValidity));
    }

    /// The archive's server stored a message once more.
    void doubled(String box, long uidValidity, long boxUid) throws SQLException {
        Sql.update(
                db,
                "INSERT INTO archive_double (lane, box, box_uid_validity, box_uid) VALUES (?, ?, ?,"
                        + " ?) ON CONFLICT DO NOTHING",
                lane,
                box,
                uidValidity,
                boxUid);
    }

    /// The UIDs of a mailbox of the archive that are known to be doubles of others.
    UidSet doubles(String box, long uidValidity) throws SQLException {
        return UidSet.of(
                Sql.list(
                        db,
                        "SELECT box_uid FROM archive_double WHERE lane = ? AND box = ? AND"
                                + " box_uid_validity = ?",
                        r -> r.getLong(1),
                        lane,
                        box,
                        uidValidity));
    }

    /// A place on the primary, by our id of the mailbox.
    record Spot(long mailbox, long uid) {}

    /// The archive does not have a message any more.
    ///
    /// @return where the primary still has it, as far as is known
    List<Spot> lose(String box, long uidValidity, long boxUid) throws SQLException {
        Sql.update(
                db,
                "UPDATE archive_place SET lost = 1 WHERE lane = ? AND box = ? AND"
                        + " box_uid_validity = ? AND box_uid = ?",
                lane,
                box,
                uidValidity,
                boxUid);
        return Sql.list(
                db,
                "SELECT mailbox, uid FROM archive_place WHERE lane = ? AND box = ? AND"
                        + " box_uid_validity = ? AND box_uid = ? AND mailbox IS NOT NULL AND ended"
                        + " IS NULL",
                r -> new Spot(r.getLong(1), r.getLong(2)),
                lane,
                box,
                uidValidity,
                boxUid);
    }

    private static Place place(ResultSet r) throws SQLException {
        r.getLong("ended");
        boolean ended = !r.wasNull();
        r.getLong("instant");
        boolean certain = !r.wasNull();
        return new Place(
                r.getLong("uid"),
                new Archived(
                        r.getString("box"),
                        r.getLong("box_uid_validity"),
                        r.getLong("box_uid"),
                        r.getLong("size"),
                        r.getString("digest")),
                LaneTx.flags(r.getString("flags")),
                new Arrival(r.getString("date"), certain),
                ended);
    }
}
