package org.imapmirror.replicate;

import org.imapmirror.audit.AuditOutbox;
import org.imapmirror.event.Account;
import org.imapmirror.event.Doubt;
import org.imapmirror.event.MailboxName;
import org.imapmirror.event.UidSet;
import org.imapmirror.reconcile.NameMap;
import org.imapmirror.reconcile.NameMap.Hierarchy;
import org.imapmirror.replicate.MessageRow.State;
import org.imapmirror.state.Database;
import org.imapmirror.state.Sql;
import org.imapmirror.state.SqlFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The map between primary and mirrors, and the lanes' positions, in the state database.
final class LaneStore {
    private static final Logger LOG = LoggerFactory.getLogger(LaneStore.class);

    static final String IN_STATE =
            "SELECT uid FROM message WHERE state > 0 AND state = ? AND mailbox = ?";
    static final String WITH_PENDING =
            "SELECT DISTINCT mailbox FROM message WHERE state > 0 AND state = ? AND"
                    + " mailbox IN (SELECT id FROM mailbox WHERE lane = ?) ORDER BY mailbox";

    private final Database database;
    private final Clock clock;
    private final Clock steady;

    LaneStore(Database database, Clock clock) {
        this(database, clock, clock);
    }

    /// @param steady a clock that does not jump, for what is kept for a time
    LaneStore(Database database, Clock clock, Clock steady) {
        this.database = database;
        this.clock = clock;
        this.steady = steady;
    }

    private LaneTx tx(Connection db, LaneRow lane) {
        return new LaneTx(db, lane.id(), clock.millis(), steady.millis());
    }

    /// Changes of one transaction.
    interface Change<T extends @Nullable Object> {
        T in(LaneTx tx) throws SQLException;
    }

    interface Changes {
        void in(LaneTx tx) throws SQLException;
    }

    /// @param name null for the tree and the account
    record DoubtRow(Doubt level, @Nullable MailboxName name, String reason, Instant since) {}

    <T extends @Nullable Object> T read(SqlFunction<Connection, T> query) {
        return database.read(query);
    }

    void change(LaneRow lane, Changes changes) {
        compute(
                lane,
                tx -> {
                    changes.in(tx);
                    return true;
                });
    }

    /// What a failure of power undoes of it, it undoes with everything that came later: the lane
    /// then stands where it stood some commits ago and does the same again.
    <T extends @Nullable Object> T compute(LaneRow lane, Change<T> change) {
        List<LaneTx.Parked> parked = new ArrayList<>();
        T result =
                database.writeInOrder(db -> {
                    LaneTx tx = tx(db, lane);
                    T done = change.in(tx);
                    parked.addAll(tx.parked());
                    return done;
                });
        parked.forEach(p -> tell(lane.key(), p));
        return result;
    }

    private static void tell(LaneKey lane, LaneTx.Parked parked) {
        LOG.atWarn()
                .addKeyValue("account", lane.account())
                .addKeyValue("mirror", lane.mirror())
                .addKeyValue("item", parked.item())
                .addKeyValue("what", parked.what())
                .addKeyValue("reason", parked.reason())
                .log("parked, needs somebody");
    }

    /// Durable when this returns: for what must be known before something is sent. Where the disk
    /// fails, it is known all the same although nothing will be sent, which is as after a crash.
    void changeDurably(LaneRow lane, Changes changes) {
        change(lane, changes);
        flush();
    }

    /// Makes durable what was changed so far.
    void flush() {
        database.sync();
    }

    /// Entries of an archive's lane that are not in the audit log yet.
    long auditWaiting(LaneKey key) {
        return database.query(db -> AuditOutbox.waiting(db, key.mirror(), key.account().name()));
    }

    /// The lane's row, made where it is new. A journal of another epoch means that positions in the
    /// old one say nothing: the lane starts over, keeping its map to be matched.
    LaneRow lane(LaneKey key, String epoch) {
        return database.write(db -> {
            Sql.update(
                    db,
                    "INSERT INTO lane (account, mirror, epoch, position, planned, primary_prefix,"
                            + " primary_separator, target_prefix, target_separator)"
                            + " VALUES (?, ?, ?, 0, 0, '', '', '', '')"
                            + " ON CONFLICT (account, mirror) DO NOTHING",
                    key.account().name(),
                    key.mirror(),
                    epoch);
            return one(db, key);
        });
    }

    private static LaneRow one(Connection db, LaneKey key) throws SQLException {
        return Sql.one(
                        db,
                        "SELECT * FROM lane WHERE account = ? AND mirror = ?",
                        LaneStore::laneRow,
                        key.account().name(),
                        key.mirror())
                .orElseThrow(() -> new IllegalStateException("bug: no lane " + key));
    }

    LaneRow reload(LaneKey key) {
        return database.query(db -> one(db, key));
    }

    /// @param steady a moment of [SteadyClock]
    Agenda agenda(LaneRow lane, long steady) {
        return database.query(db -> Agenda.of(db, lane.id(), steady));
    }

    List<LaneRow> lanes() {
        return database.query(
                db -> Sql.list(db, "SELECT * FROM lane ORDER BY id", LaneStore::laneRow));
    }

    /// What the last start wrote down, empty before the first one.
    String run() {
        return database.query(
                db -> Sql.one(db, "SELECT run FROM run", r -> r.getString(1)).orElse(""));
    }

    void begin(String run) {
        var _ =
                database.write(db ->
                        Sql.update(
                                db,
                                "INSERT INTO run (id, run) VALUES (1, ?) ON CONFLICT (id) DO UPDATE"
                                        + " SET run = excluded.run",
                                run));
    }

    String epochOf(LaneRow lane) {
        return database.query(db ->
                Sql.one(db, "SELECT epoch FROM lane WHERE id = ?", r -> r.getString(1), lane.id())
                        .orElseThrow());
    }

    /// Takes the lane to a journal of another epoch: nothing in it is applied yet, everything is in
    /// doubt.
    void restart(LaneRow lane, String epoch, long position, String reason) {
        database.write(db -> {
            Sql.update(
                    db,
                    "UPDATE lane SET epoch = ?, position = ? WHERE id = ?",
                    epoch,
                    position,
                    lane.id());
            tx(db, lane).doubt(Doubt.ACCOUNT, null, reason);
            return true;
        });
    }

    /// Another account's lane to this mirror with the same storage on the primary, if there is one.
    Optional<String> aliasOf(LaneRow lane, String fingerprint) {
        return database.query(db ->
                Sql.one(
                        db,
                        "SELECT account FROM lane WHERE mirror = ? AND fingerprint = ? AND id <> ?",
                        r -> r.getString(1),
                        lane.key().mirror(),
                        fingerprint,
                        lane.id()));
    }

    Map<MailboxName, MailboxRow> mailboxes(LaneRow lane) {
        Map<MailboxName, MailboxRow> out = new HashMap<>();
        database.query(db -> mailboxes(db, lane.id())).forEach(m -> out.put(m.name(), m));
        return out;
    }

    static List<MailboxRow> mailboxes(Connection db, long lane) throws SQLException {
        return Sql.list(
                db,
                "SELECT * FROM mailbox WHERE lane = ? ORDER BY id",
                LaneStore::mailboxRow,
                lane);
    }

    /// The rows of these UIDs, absent where there is none.
    Map<Long, MessageRow> messages(MailboxRow m, UidSet uids) {
        Map<Long, MessageRow> out = new HashMap<>();
        if (uids.isEmpty()) {
            return out;
        }
        database
                .query(db ->
                        Sql.list(
                                db,
                                "SELECT * FROM message WHERE mailbox = ? AND uid BETWEEN ? AND ?",
                                LaneStore::messageRow,
                                m.id(),
                                uids.first(),
                                uids.last()))
                .stream()
                .filter(r -> uids.contains(r.uid()))
                .forEach(r -> out.put(r.uid(), r));
        return out;
    }

    List<MessageRow> messages(MailboxRow m) {
        return database.query(db ->
                Sql.list(
                        db,
                        "SELECT * FROM message WHERE mailbox = ? ORDER BY uid",
                        LaneStore::messageRow,
                        m.id()));
    }

    UidSet inState(MailboxRow m, State state) {
        List<Long> uids =
                database.query(
                        db -> Sql.list(db, IN_STATE, r -> r.getLong(1), state.ordinal(), m.id()));
        return UidSet.of(uids);
    }

    Optional<Attempt> attempt(LaneRow lane) {
        return database.query(db ->
                Sql.one(
                        db,
                        "SELECT * FROM attempt WHERE lane = ?",
                        r ->
                                new Attempt(
                                        r.getLong("mailbox"),
                                        r.getLong("target_uid_validity"),
                                        r.getLong("target_uid_next"),
                                        Attempt.itemsOf(r.getString("items"))),
                        lane.id()));
    }

    /// When the mirror was first looked at for what became of the attempt, in the time of
    /// [SteadyClock]; null for never.
    @Nullable Long attemptLooked(LaneRow lane) {
        return database.query(db ->
                Sql.one(
                                db,
                                "SELECT looked FROM attempt WHERE lane = ? AND looked IS NOT NULL",
                                r -> r.getLong(1),
                                lane.id())
                        .orElse(null));
    }

    List<DoubtRow> doubts(LaneRow lane) {
        return database.query(db ->
                Sql.list(
                        db,
                        "SELECT * FROM doubt WHERE lane = ? ORDER BY since, name",
                        r ->
                                new DoubtRow(
                                        Doubt.valueOf(r.getString("level")),
                                        r.getString("name").isEmpty()
                                                ? null
                                                : new MailboxName(r.getString("name")),
                                        r.getString("reason"),
                                        Instant.ofEpochMilli(r.getLong("since"))),
                        lane.id()));
    }

    /// Mailboxes that hold import-pending messages, by our ids.
    List<Long> mailboxesWithPending(LaneRow lane) {
        return database.query(db ->
                Sql.list(db, WITH_PENDING, r -> r.getLong(1), State.PENDING.ordinal(), lane.id()));
    }

    /// How many messages of a mailbox are on the primary, as far as is known.
    long present(MailboxRow m) {
        return database.query(db ->
                Sql.number(
                        db,
                        "SELECT count(*) FROM message WHERE mailbox = ? AND state <> ?",
                        m.id(),
                        State.GONE.ordinal()));
    }

    /// Mailboxes that a server refused for good.
    Set<MailboxName> parkedMailboxes(LaneRow lane) {
        return Set.copyOf(
                database.query(db ->
                        Sql.list(
                                db,
                                "SELECT m.name FROM mailbox m JOIN parked p ON p.lane = m.lane AND"
                                        + " p.item = '"
                                        + Chores.item("")
                                        + "' || m.name WHERE m.lane = ?",
                                r -> new MailboxName(r.getString(1)),
                                lane.id())));
    }

    /// Mailboxes that are ahead of the lane's position ([Horizon]), by our ids.
    Set<Long> ahead(LaneRow lane) {
        return new HashSet<>(
                database.query(db ->
                        Sql.list(
                                db,
                                "SELECT a.mailbox FROM ahead a JOIN mailbox m ON m.id = a.mailbox"
                                        + " WHERE m.lane = ?",
                                r -> r.getLong(1),
                                lane.id())));
    }

    /// The lanes that have something which is tried again by itself, or held messages that are due.
    ///
    /// @param steadyNow a moment of [SteadyClock]
    List<LaneKey> toLookAgain(long steadyNow) {
        return database.query(db ->
                Sql.list(
                        db,
                        "SELECT account, mirror FROM lane WHERE id IN (SELECT b.lane FROM message m"
                                + " JOIN mailbox b ON b.id = m.mailbox WHERE m.again > 0 UNION"
                                + " SELECT lane FROM parked WHERE again > 0 AND skipped = 0 UNION"
                                + " SELECT lane FROM held WHERE due <= ? UNION SELECT"
                                + " lane FROM echo WHERE next <= ?)",
                        r -> new LaneKey(new Account(r.getString(1)), r.getString(2)),
                        steadyNow,
                        steadyNow));
    }

    ParkedStore parked() {
        return new ParkedStore(database);
    }

    HeldStore held() {
        return new HeldStore(database);
    }

    ComparedStore compared() {
        return new ComparedStore(database);
    }

    LaneFigures figures() {
        return new LaneFigures(database);
    }

    static String text(char separator) {
        return separator == 0 ? "" : String.valueOf(separator);
    }

    private static char separator(String text) {
        return text.isEmpty() ? 0 : text.charAt(0);
    }

    private static LaneRow laneRow(ResultSet r) throws SQLException {
        return new LaneRow(
                r.getLong("id"),
                new LaneKey(new Account(r.getString("account")), r.getString("mirror")),
                r.getLong("position"),
                r.getInt("planned") != 0,
                new NameMap(
                        new Hierarchy(
                                r.getString("primary_prefix"),
                                separator(r.getString("primary_separator"))),
                        new Hierarchy(
                                r.getString("target_prefix"),
                                separator(r.getString("target_separator")))),
                r.getString("fingerprint"));
    }

    private static MailboxRow mailboxRow(ResultSet r) throws SQLException {
        return new MailboxRow(
                r.getLong("id"),
                new MailboxName(r.getString("name")),
                r.getLong("uid_validity"),
                r.getLong("uid_seen"),
                r.getString("target_name"),
                r.getLong("target_uid_validity"),
                r.getString("special_use"),
                r.getInt("copied") != 0,
                r.getLong("extra"),
                new MailboxRow.Seen(
                        r.getLong("seen_uid_next"),
                        r.getLong("seen_messages"),
                        r.getLong("seen_modseq")),
                r.getLong("target_uid_next"));
    }

    static MessageRow messageRow(ResultSet r) throws SQLException {
        return new MessageRow(
                r.getLong("uid"),
                r.getLong("target_uid"),
                State.values()[r.getInt("state")],
                r.getLong("size"),
                LaneTx.flags(r.getString("flags")));
    }
}
