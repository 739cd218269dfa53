package org.imapmirror.journal;

import org.imapmirror.event.Account;
import org.imapmirror.event.EventCodec;
import org.imapmirror.event.Origin;
import org.imapmirror.state.Database;
import org.imapmirror.state.Sql;
import org.imapmirror.state.StateException;

import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/// What is read from the journal's database, and its start and stop.
record Queries(Database database) {
    /// What the last stop left.
    record Start(String epoch, boolean clean) {}

    /// Removes the mark of a clean stop; in a new database chooses the epoch first.
    Start start(Clock clock) {
        byte[] epoch = new byte[16];
        new SecureRandom().nextBytes(epoch);
        return database.write(c -> {
            Sql.update(
                    c,
                    "INSERT INTO journal (id, epoch, created, clean, probes)"
                            + " VALUES (1, ?, ?, 1, 0) ON CONFLICT DO NOTHING",
                    HexFormat.of().formatHex(epoch),
                    clock.millis());
            Start before =
                    Sql.one(
                                    c,
                                    "SELECT epoch, clean FROM journal",
                                    r -> new Start(r.getString(1), r.getBoolean(2)))
                            .orElseThrow();
            Sql.update(c, "UPDATE journal SET clean = 0");
            return before;
        });
    }

    /// Leaves the mark of a clean stop.
    void stopClean() {
        var _ = database.write(c -> Sql.update(c, "UPDATE journal SET clean = 1"));
    }

    String run() {
        return database.query(
                c -> Sql.one(c, "SELECT run FROM journal", r -> r.getString(1)).orElse(""));
    }

    void begin(String run) {
        var _ = database.write(c -> Sql.update(c, "UPDATE journal SET run = ?", run));
    }

    long bytes() {
        return database.query(c -> Sql.number(c, "SELECT COALESCE(SUM(bytes), 0) FROM account"));
    }

    long bytes(Account account, long after, long upTo) {
        return database.query(c ->
                Sql.number(
                        c,
                        "SELECT COALESCE(SUM(LENGTH(e.event) + "
                                + Transaction.ENTRY_BYTES
                                + " + COALESCE(p.size, 0)), 0) FROM entry e"
                                + " LEFT JOIN payload p ON p.id = e.payload"
                                + " WHERE e.account = (SELECT id FROM account WHERE name = ?)"
                                + " AND e.seq > ? AND e.seq <= ?",
                        account.name(),
                        after,
                        upTo));
    }

    List<Journal.Entry> entries(Account account, long after, int limit) {
        return database.query(c ->
                Sql.list(
                        c,
                        "SELECT seq, at, session, client, event FROM entry WHERE account ="
                                + " (SELECT id FROM account WHERE name = ?) AND seq > ?"
                                + " ORDER BY seq LIMIT ?",
                        row -> entry(account, row),
                        account.name(),
                        after,
                        limit));
    }

    private Journal.Entry entry(Account account, ResultSet row) throws SQLException {
        long seq = row.getLong(1);
        try {
            return new Journal.Entry(
                    seq,
                    Instant.ofEpochMilli(row.getLong(2)),
                    new Origin(row.getString(3), row.getString(4)),
                    EventCodec.read(row.getString(5)));
        } catch (IllegalArgumentException e) {
            throw new StateException(
                    StateException.Fault.DAMAGED,
                    "entry "
                            + seq
                            + " of "
                            + account
                            + " in "
                            + database.file()
                            + " cannot be read: "
                            + e.getMessage(),
                    e);
        }
    }

    Set<Account> accounts() {
        return new HashSet<>(
                database.query(c ->
                        Sql.list(
                                c,
                                "SELECT name FROM account WHERE head > 0",
                                row -> new Account(row.getString(1)))));
    }

    List<Journal.Mark> marks() {
        return database.query(c ->
                Sql.list(
                        c,
                        "SELECT name, generation, marked_at FROM account"
                                + " WHERE marked_at IS NOT NULL",
                        row ->
                                new Journal.Mark(
                                        new Account(row.getString(1)),
                                        row.getLong(2),
                                        Instant.ofEpochMilli(row.getLong(3)))));
    }
}
