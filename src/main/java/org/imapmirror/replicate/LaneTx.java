package org.imapmirror.replicate;

import org.imapmirror.event.Doubt;
import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxName;
import org.imapmirror.event.UidSet;
import org.imapmirror.reconcile.NameMap;
import org.imapmirror.replicate.MessageRow.State;
import org.imapmirror.state.Sql;
import org.jspecify.annotations.Nullable;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The changes of one transaction on a lane's rows.
final class LaneTx {
    private final Connection db;
    private final long lane;
    private final long now;
    private final long steady;

    /// What this transaction leaves to a person, to be told of after its commit.
    private final List<Parked> parked = new ArrayList<>();

    record Parked(String item, String what, String reason) {}

    /// @param now epoch milliseconds, for the rows' `since`
    /// @param steady the same moment of [SteadyClock], for what is kept for a time
    LaneTx(Connection db, long lane, long now, long steady) {
        this.db = db;
        this.lane = lane;
        this.now = now;
        this.steady = steady;
    }

    HeldStore.Tx held() {
        return new HeldStore.Tx(db, lane, now, steady);
    }

    ComparedStore.Tx compared() {
        return new ComparedStore.Tx(db);
    }

    /// For the tables of archives.
    Connection connection() {
        return db;
    }

    void position(long seq) throws SQLException {
        Sql.update(db, "UPDATE lane SET position = ? WHERE id = ?", seq, lane);
    }

    void planned(NameMap names, @Nullable String fingerprint, long position) throws SQLException {
        Sql.update(
                db,
                "UPDATE lane SET planned = 1, primary_prefix = ?, primary_separator = ?,"
                        + " target_prefix = ?, target_separator = ?, fingerprint = ?, position = ?"
                        + " WHERE id = ?",
                names.primary().prefix(),
                LaneStore.text(names.primary().separator()),
                names.target().prefix(),
                LaneStore.text(names.target().separator()),
                fingerprint,
                position,
                lane);
    }

    MailboxRow insertMailbox(
            MailboxName name, String target, @Nullable String specialUse, boolean copied)
            throws SQLException {
        Sql.update(
                db,
                "INSERT INTO mailbox (lane, name, uid_validity, uid_seen, target_name,"
                    + " target_uid_validity, special_use, copied, extra, seen_uid_next,"
                    + " seen_messages, seen_modseq) VALUES (?, ?, 0, 0, ?, 0, ?, ?, 0, 0, 0, 0)",
                lane,
                name.value(),
                target,
                specialUse,
                copied ? 1 : 0);
        return LaneStore.mailboxes(db, lane).stream()
                .filter(m -> m.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException("bug: the inserted mailbox is absent"));
    }

    void update(MailboxRow m) throws SQLException {
        Sql.update(
                db,
                "UPDATE mailbox SET name = ?, uid_validity = ?, uid_seen = ?, target_name = ?,"
                    + " target_uid_validity = ?, special_use = ?, copied = ?, extra = ?,"
                    + " seen_uid_next = ?, seen_messages = ?, seen_modseq = ?, target_uid_next = ?"
                    + " WHERE id = ?",
                m.name().value(),
                m.uidValidity(),
                m.uidSeen(),
                m.target(),
                m.targetUidValidity(),
                m.specialUse(),
                m.copied() ? 1 : 0,
                m.extra(),
                m.seen().uidNext(),
                m.seen().messages(),
                m.seen().modseq(),
                m.targetUidNext(),
                m.id());
    }

    void deleteMailbox(MailboxRow m) throws SQLException {
        forgetMessages(m);
        notAhead(m.id());
        // Those whose numbers on the mirror mean nothing any more; the others are in a grave.
        Sql.update(db, "DELETE FROM held WHERE mailbox = ?", m.id());
        Sql.update(db, "DELETE FROM mailbox WHERE id = ?", m.id());
        unpark(Chores.item(m.name()));
        unpark(Deltas.brakeItem(m.name()));
        unpark(TreeSync.brakeItem(m.name()));
    }

    /// Parked messages stay named only as long as the mailbox knows their UIDs.
    void forgetMessages(MailboxRow m) throws SQLException {
        compared().forget(m);
        RenumberingRows.clear(db, m.id());
        Sql.update(db, "DELETE FROM message WHERE mailbox = ?", m.id());
    }

    /// Forgets where the mirror has the messages, before other UIDs are stored for them: in between
    /// two rows could claim one.
    void unmap(MailboxRow m) throws SQLException {
        Sql.update(db, "UPDATE message SET target_uid = NULL WHERE mailbox = ?", m.id());
    }

    void put(MailboxRow m, MessageRow row) throws SQLException {
        put(m, row, null, Again.NEVER);
    }

    /// Names a message that the mirror does not take. One that is parked already keeps its age.
    void park(MailboxRow m, MessageRow row, String reason, Again again) throws SQLException {
        parked.add(new Parked(m.name() + " UID " + row.uid(), "message", reason));
        put(m, row, reason, again);
    }

    private void put(MailboxRow m, MessageRow row, @Nullable String reason, Again again)
            throws SQLException {
        Sql.update(
                db,
                "INSERT INTO message (mailbox, uid, target_uid, state, size, flags, since, reason,"
                    + " again) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (mailbox, uid) DO"
                    + " UPDATE SET target_uid = excluded.target_uid, state = excluded.state, size ="
                    + " excluded.size, flags = excluded.flags, since = CASE WHEN message.state = 3"
                    + " AND excluded.state = 3 THEN message.since ELSE excluded.since END, reason ="
                    + " excluded.reason, again = excluded.again",
                m.id(),
                row.uid(),
                row.targetUid() == 0 ? null : row.targetUid(),
                row.state().ordinal(),
                row.size(),
                String.join(" ", row.flags().list()),
                row.state() == State.GONE ? steady : now,
                reason,
                again.ordinal());
    }

    List<Parked> parked() {
        return parked;
    }

    void gone(MailboxRow m, long uid) throws SQLException {
        put(m, new MessageRow(uid, 0, State.GONE, 0, Flags.NONE));
    }

    /// New flags for a row that keeps its reason and its age.
    void reflag(MailboxRow m, MessageRow row) throws SQLException {
        Sql.update(
                db,
                "UPDATE message SET flags = ? WHERE mailbox = ? AND uid = ?",
                String.join(" ", row.flags().list()),
                m.id(),
                row.uid());
    }

    /// Leaves a row that already says more alone.
    void pendingIfUnknown(MailboxRow m, long uid) throws SQLException {
        Sql.update(
                db,
                "INSERT INTO message (mailbox, uid, target_uid, state, size, flags, since, reason)"
                        + " VALUES (?, ?, NULL, ?, 0, '', ?, NULL) ON CONFLICT (mailbox, uid) DO"
                        + " NOTHING",
                m.id(),
                uid,
                State.PENDING.ordinal(),
                now);
    }

    void notPending(MailboxRow m, long uid) throws SQLException {
        Sql.update(
                db,
                "DELETE FROM message WHERE mailbox = ? AND uid = ? AND state = ?",
                m.id(),
                uid,
                State.PENDING.ordinal());
    }

    /// Gone rows guard against appends that are confirmed late; after a day none can be.
    ///
    /// @param olderThan a moment of [SteadyClock]
    void pruneGone(MailboxRow m, long olderThan) throws SQLException {
        Sql.update(
                db,
                "DELETE FROM message WHERE mailbox = ? AND state > 0 AND state = ? AND since < ?",
                m.id(),
                State.GONE.ordinal(),
                olderThan);
    }

    void ahead(MailboxRow m) throws SQLException {
        Sql.update(db, "INSERT INTO ahead (mailbox) VALUES (?) ON CONFLICT DO NOTHING", m.id());
    }

    void notAhead(long mailbox) throws SQLException {
        Sql.update(db, "DELETE FROM ahead WHERE mailbox = ?", mailbox);
    }

    void attempt(Attempt a) throws SQLException {
        Sql.update(
                db,
                "INSERT INTO attempt (lane, mailbox, target_uid_validity, target_uid_next, items)"
                        + " VALUES (?, ?, ?, ?, ?) ON CONFLICT (lane) DO UPDATE SET"
                        + " mailbox = excluded.mailbox,"
                        + " target_uid_validity = excluded.target_uid_validity,"
                        + " target_uid_next = excluded.target_uid_next, items = excluded.items,"
                        + " looked = NULL",
                lane,
                a.mailbox(),
                a.targetUidValidity(),
                a.targetUidNext(),
                a.itemsAsText());
    }

    /// The mirror was looked at for the first time for what became of the attempt.
    void attemptLooked() throws SQLException {
        Sql.update(
                db,
                "UPDATE attempt SET looked = ? WHERE lane = ? AND looked IS NULL",
                steady,
                lane);
    }

    /// What was not found may come late.
    void expectEchoes(Attempt attempt, UidSet uids) throws SQLException {
        Echoes.expect(db, lane, attempt, uids, steady);
    }

    void echoOver(long id) throws SQLException {
        Sql.update(db, "DELETE FROM echo WHERE id = ?", id);
    }

    void echoLater(long id, int checks, long next) throws SQLException {
        Sql.update(db, "UPDATE echo SET checks = ?, next = ? WHERE id = ?", checks, next, id);
    }

    void attemptOver() throws SQLException {
        Sql.update(db, "DELETE FROM attempt WHERE lane = ?", lane);
    }

    /// Later than the same doubt before, however soon it comes: what settles that one must not
    /// settle this one.
    void doubt(Doubt level, @Nullable MailboxName name, String reason) throws SQLException {
        Sql.update(
                db,
                "INSERT INTO doubt (lane, level, name, reason, since) VALUES (?, ?, ?, ?, ?) ON"
                    + " CONFLICT (lane, level, name) DO UPDATE SET reason = excluded.reason, since"
                    + " = CASE WHEN excluded.since > doubt.since THEN excluded.since ELSE"
                    + " doubt.since + 1 END",
                lane,
                level.name(),
                name == null ? "" : name.value(),
                reason,
                now);
    }

    void settled(LaneStore.DoubtRow d) throws SQLException {
        Sql.update(
                db,
                "DELETE FROM doubt WHERE lane = ? AND level = ? AND name = ? AND since <= ?",
                lane,
                d.level().name(),
                d.name() == null ? "" : d.name().value(),
                d.since().toEpochMilli());
    }

    /// After a rename, what is in doubt about the mailbox is about its new name; what was parked is
    /// tried again under it.
    void renameDoubts(MailboxName from, MailboxName to) throws SQLException {
        unpark(Chores.item(from));
        unpark(Deltas.brakeItem(from));
        Sql.update(
                db,
                "UPDATE OR REPLACE doubt SET name = ? WHERE lane = ? AND name = ?",
                to.value(),
                lane,
                from.value());
    }

    void park(String item, String what, String reason) throws SQLException {
        park(new ParkedRow(item, what, reason, Again.NEVER, null, null));
    }

    /// Parked again, it keeps its age, and what was decided about it is decided anew.
    void park(ParkedRow p) throws SQLException {
        parked.add(new Parked(p.item(), p.what(), p.reason()));
        Sql.update(
                db,
                "INSERT INTO parked (lane, item, what, reason, since, again, scope, detail,"
                    + " approved) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT (lane, item) DO"
                    + " UPDATE SET reason = excluded.reason, again = excluded.again, scope ="
                    + " excluded.scope, detail = excluded.detail, approved = 0",
                lane,
                p.item(),
                p.what(),
                p.reason(),
                now,
                p.again().ordinal(),
                p.scope(),
                p.detail());
    }

    /// Unless somebody decided to skip it.
    void unparkUnlessSkipped(String item) throws SQLException {
        Sql.update(
                db, "DELETE FROM parked WHERE lane = ? AND item = ? AND skipped = 0", lane, item);
    }

    void unpark(String item) throws SQLException {
        Sql.update(db, "DELETE FROM parked WHERE lane = ? AND item = ?", lane, item);
    }

    static Flags flags(String text) {
        return text.isEmpty() ? Flags.NONE : Flags.of(Arrays.asList(text.split(" ", -1)));
    }
}
