package org.imapmirror.reconcile.sync;

import org.imapmirror.event.UidSet;
import org.imapmirror.state.Sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;

/// Changes of the map inside one transaction.
record SyncTx(Connection c) {
    /// What is done in one transaction.
    interface Work {
        void on(SyncTx tx) throws SQLException;
    }

    /// The target's mailbox has a row, with what is known of it now.
    void target(String name, long uidValidity) throws SQLException {
        Sql.update(
                c,
                "INSERT INTO target (name, uid_validity, made) VALUES (?, ?, 0) ON CONFLICT (name)"
                        + " DO UPDATE SET uid_validity = excluded.uid_validity",
                name,
                uidValidity);
    }

    void made(String target) throws SQLException {
        Sql.update(
                c,
                "INSERT INTO target (name, uid_validity, made) VALUES (?, 0, 1) ON CONFLICT (name)"
                        + " DO UPDATE SET made = 1",
                target);
    }

    /// The target's mailbox is no longer there, or has other UIDs.
    void forgetTarget(String name) throws SQLException {
        String boxes =
                "IN (SELECT m.id FROM mailbox m JOIN target t ON t.id = m.target WHERE t.name = ?)";
        Sql.update(
                c,
                "DELETE FROM attempt WHERE target IN (SELECT id FROM target WHERE name = ?)",
                name);
        Sql.update(c, "DELETE FROM message WHERE mailbox " + boxes, name);
        Sql.update(c, "DELETE FROM mailbox WHERE id " + boxes, name);
        Sql.update(c, "UPDATE target SET uid_validity = 0, made = 0 WHERE name = ?", name);
    }

    /// The source's mailbox has other UIDs, or is new: nothing of it is known.
    void freshBox(String name, long uidValidity, String target) throws SQLException {
        String box =
                "(SELECT m.id FROM mailbox m JOIN target t ON t.id = m.target WHERE m.name = ? AND"
                        + " t.name = ?)";
        Sql.update(c, "DELETE FROM attempt WHERE mailbox = " + box, name, target);
        Sql.update(c, "DELETE FROM message WHERE mailbox = " + box, name, target);
        Sql.update(c, "DELETE FROM mailbox WHERE id = " + box, name, target);
        Sql.update(
                c,
                "INSERT INTO mailbox (name, uid_validity, target, matched, target_uid_next,"
                        + " options, seen_uid_next, seen_messages, seen_modseq,"
                        + " target_seen_uid_next, target_seen_messages, target_seen_modseq) SELECT"
                        + " ?, ?, id, 0, 0, '', 0, 0, 0, 0, 0, 0 FROM target WHERE name = ?",
                name,
                uidValidity,
                target);
    }

    void update(MapBox b) throws SQLException {
        Sql.update(
                c,
                "UPDATE mailbox SET matched = ?, target_uid_next = ?, options = ?, seen_uid_next ="
                        + " ?, seen_messages = ?, seen_modseq = ?, target_seen_uid_next = ?,"
                        + " target_seen_messages = ?, target_seen_modseq = ? WHERE id = ?",
                b.matched(),
                b.targetUidNext(),
                b.options(),
                b.seen().uidNext(),
                b.seen().messages(),
                b.seen().modseq(),
                b.targetSeen().uidNext(),
                b.targetSeen().messages(),
                b.targetSeen().modseq(),
                b.id());
    }

    void put(MapBox box, Collection<MapRow> rows) throws SQLException {
        try (PreparedStatement statement =
                c.prepareStatement(
                        "INSERT INTO message (mailbox, uid, target_uid, state, size, flags, aside,"
                                + " identity) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (mailbox,"
                                + " uid) DO UPDATE SET target_uid = excluded.target_uid, state ="
                                + " excluded.state, size = excluded.size, flags = excluded.flags,"
                                + " aside = excluded.aside, identity = excluded.identity")) {
            for (MapRow row : rows) {
                Sql.bind(
                                statement,
                                box.id(),
                                row.uid(),
                                row.targetUid() == 0 ? null : row.targetUid(),
                                row.state().ordinal(),
                                row.size(),
                                MapRow.text(row.flags()),
                                MapRow.text(row.aside()),
                                row.identity())
                        .executeUpdate();
            }
        }
    }

    void delete(MapBox box, UidSet uids) throws SQLException {
        try (PreparedStatement statement =
                c.prepareStatement("DELETE FROM message WHERE mailbox = ? AND uid = ?")) {
            for (var i = uids.iterator(); i.hasNext(); ) {
                Sql.bind(statement, box.id(), i.nextLong()).executeUpdate();
            }
        }
    }

    void attempt(Attempt a) throws SQLException {
        Sql.update(
                c,
                "INSERT OR REPLACE INTO attempt (target, mailbox, uid_validity, uid_next, items)"
                        + " VALUES (?, ?, ?, ?, ?)",
                a.target(),
                a.mailbox(),
                a.uidValidity(),
                a.uidNext(),
                a.itemsAsText());
    }

    void attemptOver(long target) throws SQLException {
        Sql.update(c, "DELETE FROM attempt WHERE target = ?", target);
    }

    void spend(String day, long octets, long messages) throws SQLException {
        Sql.update(
                c,
                "INSERT INTO spent (day, octets, messages) VALUES (?, ?, ?) ON CONFLICT (day) DO"
                        + " UPDATE SET octets = octets + excluded.octets, messages = messages +"
                        + " excluded.messages",
                day,
                octets,
                messages);
        Sql.update(c, "DELETE FROM spent WHERE day < ?", day);
    }
}
