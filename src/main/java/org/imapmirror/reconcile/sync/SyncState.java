package org.imapmirror.reconcile.sync;

import org.imapmirror.event.Flags;
import org.imapmirror.event.UidSet;
import org.imapmirror.reconcile.sync.MapBox.Seen;
import org.imapmirror.reconcile.sync.MapRow.State;
import org.imapmirror.state.Database;
import org.imapmirror.state.Sql;
import org.imapmirror.state.SqlFunction;
import org.imapmirror.state.StateException;

import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The map of two accounts in their state file. Reads see what was written before.
final class SyncState implements AutoCloseable {
    private static final String BOXES =
            "SELECT m.*, t.name AS target_name, t.uid_validity AS target_uid_validity"
                    + " FROM mailbox m JOIN target t ON t.id = m.target ";

    /// KiB of the state file that are kept in memory, instead of more as in a service.
    private static final int CACHE = 2048;

    private final Database database;

    private SyncState(Database database) {
        this.database = database;
    }

    /// @param source the source's [Side#identity]
    /// @throws StateException where the file is another pair's, or cannot be used
    static SyncState open(Path file, String source, String target) {
        Database database = Database.open("jdbc:sqlite:" + file, "classpath:db/sync");
        try {
            database.write(c -> Sql.update(c, "PRAGMA cache_size = -" + CACHE));
            Optional<String> of =
                    database.query(c ->
                            Sql.one(
                                    c,
                                    "SELECT source, target FROM pair",
                                    row -> row.getString(1) + "\n" + row.getString(2)));
            if (of.isEmpty()) {
                database.write(
                        c -> Sql.update(c, "INSERT INTO pair VALUES (?, ?)", source, target));
            } else if (!of.get().equals(source + "\n" + target)) {
                throw new StateException(
                        StateException.Fault.REFUSED,
                        "the state file "
                                + file
                                + " belongs to other accounts: give each pair a file of its own",
                        null);
            }
            return new SyncState(database);
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    /// Does the work in one transaction, durable when this returns.
    void change(SyncTx.Work work) {
        database.write(c -> {
            work.on(new SyncTx(c));
            return 0;
        });
    }

    Optional<MapBox> box(String name, String target) {
        return database.query(c ->
                Sql.one(
                        c,
                        BOXES + "WHERE m.name = ? AND t.name = ?",
                        SyncState::readBox,
                        name,
                        target));
    }

    /// All that are brought to one mailbox of the target.
    List<MapBox> boxesOf(String target) {
        return database.query(c ->
                Sql.list(c, BOXES + "WHERE t.name = ? ORDER BY m.id", SyncState::readBox, target));
    }

    /// Mailboxes of the source that earlier runs brought over.
    List<String> sources() {
        return list("SELECT DISTINCT name FROM mailbox", row -> row.getString(1));
    }

    /// Mailboxes of the target that earlier runs brought something to.
    List<String> targets() {
        return list("SELECT name FROM target", row -> row.getString(1));
    }

    Optional<Attempt> attempt(long target) {
        return database.query(c ->
                Sql.one(
                        c,
                        "SELECT * FROM attempt WHERE target = ?",
                        row ->
                                new Attempt(
                                        row.getLong("mailbox"),
                                        row.getLong("target"),
                                        row.getLong("uid_validity"),
                                        row.getLong("uid_next"),
                                        Attempt.itemsOf(row.getString("items"))),
                        target));
    }

    /// Rows of these UIDs, ascending. For windows: they are all in the heap.
    Map<Long, MapRow> rows(MapBox box, UidSet uids) {
        Map<Long, MapRow> out = new TreeMap<>();
        if (!uids.isEmpty()) {
            for (MapRow row :
                    list(
                            "SELECT * FROM message WHERE mailbox = ? AND uid BETWEEN ? AND ?",
                            SyncState::readRow,
                            box.id(),
                            uids.first(),
                            uids.last())) {
                if (uids.contains(row.uid())) {
                    out.put(row.uid(), row);
                }
            }
        }
        return out;
    }

    /// Mapped rows with a source UID in the range.
    List<MapRow> mapped(MapBox box, long from, int atMost) {
        return list(
                "SELECT * FROM message WHERE mailbox = ? AND uid >= ? AND state = 0 ORDER BY uid"
                        + " LIMIT ?",
                SyncState::readRow,
                box.id(),
                from,
                atMost);
    }

    /// UIDs of the source in one of the states.
    UidSet uids(MapBox box, State state) {
        return set(
                "SELECT uid FROM message WHERE mailbox = ? AND state = ? ORDER BY uid",
                box.id(),
                state.ordinal());
    }

    /// UIDs of the target that stand for a message of the source, whichever mailbox that is in.
    UidSet taken(long target) {
        return set(
                "SELECT s.target_uid FROM message s JOIN mailbox m ON m.id = s.mailbox WHERE"
                        + " m.target = ? AND s.target_uid IS NOT NULL ORDER BY s.target_uid",
                target);
    }

    /// Messages that a later run has to look at again although nothing changed.
    boolean hasLeftOvers(MapBox box) {
        return number(
                        "SELECT count(*) FROM message WHERE mailbox = ? AND (state = 1 OR aside <>"
                                + " '')",
                        box.id())
                > 0;
    }

    /// UIDs of the source whose flags are not all on the target.
    UidSet withAside(MapBox box) {
        return set(
                "SELECT uid FROM message WHERE mailbox = ? AND aside <> '' ORDER BY uid", box.id());
    }

    long count(MapBox box, State state) {
        return number(
                "SELECT count(*) FROM message WHERE mailbox = ? AND state = ?",
                box.id(),
                state.ordinal());
    }

    /// UIDs of the source that are on the target and have that identity.
    List<Long> withIdentity(MapBox box, long identity) {
        return list(
                "SELECT uid FROM message WHERE mailbox = ? AND identity = ? AND state = 0 ORDER BY"
                        + " uid",
                row -> row.getLong(1),
                box.id(),
                identity);
    }

    UidSet withoutIdentity(MapBox box) {
        return set(
                "SELECT uid FROM message WHERE mailbox = ? AND identity IS NULL AND state = 0"
                        + " ORDER BY uid",
                box.id());
    }

    /// Mailboxes of the target that runs of this pair made.
    List<String> made() {
        return list("SELECT name FROM target WHERE made = 1", row -> row.getString(1));
    }

    /// Octets and messages of a day's budget that are spent.
    long[] spent(String day) {
        return database.query(c ->
                Sql.one(
                                c,
                                "SELECT octets, messages FROM spent WHERE day = ?",
                                row -> new long[] {row.getLong(1), row.getLong(2)},
                                day)
                        .orElse(new long[] {0, 0}));
    }

    Candidates candidates(MapBox box) {
        return new Candidates(database, box);
    }

    private <T> List<T> list(String sql, SqlFunction<ResultSet, T> row, Object... args) {
        return database.query(c -> Sql.list(c, sql, row, args));
    }

    private long number(String sql, Object... args) {
        return database.query(c -> Sql.number(c, sql, args));
    }

    /// Ascending, so that the builder merges ranges and the heap holds little.
    private UidSet set(String sql, Object... args) {
        return database.read(c -> {
            UidSet.Builder out = new UidSet.Builder();
            try (var statement = Sql.bind(c.prepareStatement(sql), args);
                    ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    out.add(rows.getLong(1));
                }
            }
            return out.build();
        });
    }

    private static MapBox readBox(ResultSet row) throws SQLException {
        return new MapBox(
                row.getLong("id"),
                row.getString("name"),
                row.getLong("uid_validity"),
                row.getLong("target"),
                row.getString("target_name"),
                row.getLong("target_uid_validity"),
                row.getBoolean("matched"),
                row.getLong("target_uid_next"),
                row.getString("options"),
                seen(row, ""),
                seen(row, "target_"));
    }

    private static Seen seen(ResultSet row, String side) throws SQLException {
        return new Seen(
                row.getLong(side + "seen_uid_next"),
                row.getLong(side + "seen_messages"),
                row.getLong(side + "seen_modseq"));
    }

    private static MapRow readRow(ResultSet row) throws SQLException {
        Flags flags = MapRow.flags(row.getString("flags"));
        return new MapRow(
                row.getLong("uid"),
                row.getLong("target_uid"),
                State.of(row.getInt("state")),
                row.getLong("size"),
                flags,
                MapRow.flags(row.getString("aside")),
                Sql.longOrNull(row, "identity"));
    }

    @Override
    public void close() {
        database.close();
    }
}
