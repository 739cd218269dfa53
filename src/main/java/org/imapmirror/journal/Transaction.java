package org.imapmirror.journal;

import org.imapmirror.event.Account;
import org.imapmirror.event.PayloadRef;
import org.imapmirror.state.Sql;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// The changes of one commit. What it learns is published only after the commit, so a failure
/// leaves no trace.
final class Transaction {
    private static final Logger LOG = LoggerFactory.getLogger(Transaction.class);

    /// Octets that a row occupies besides its event, roughly.
    static final long ENTRY_BYTES = 100;

    private final Connection connection;
    private final Function<Account, @Nullable AccountRow> known;
    private final boolean overLimit;
    private final Map<Account, AccountRow> before = new LinkedHashMap<>();
    private final Map<Account, AccountRow> rows = new LinkedHashMap<>();
    private final Set<Account> appended = new HashSet<>();
    private final List<String> freed = new ArrayList<>();

    /// @param known rows as of the last commit, null where they have to be read
    /// @param overLimit events give way to one suspicion of their account
    Transaction(
            Connection connection,
            Function<Account, @Nullable AccountRow> known,
            boolean overLimit) {
        this.overLimit = overLimit;
        this.connection = connection;
        this.known = known;
    }

    /// @return the last sequence number given
    long append(Append append) throws SQLException {
        AccountRow row = row(append.account());
        if (overLimit) {
            row = withoutOverflow(row);
            append.bodies().forEach((id, _) -> freed.add(id));
        }
        List<Append.Event> events = overLimit ? List.of(Overflow.SUSPICION) : append.events();
        for (Append.Event event : events) {
            PayloadRef ref = event.payload();
            Append.Event kept = event;
            long bytes = 0;
            if (ref != null) {
                bytes = reference(ref, row.id(), append.bodies().get(ref.id()));
                if (bytes < 0) {
                    ref = null;
                    kept = event.withoutPayload();
                    bytes = 0;
                }
            }
            row = row.withHead(row.head() + 1).plusBytes(bytes + entryBytes(kept.text()));
            Sql.update(
                    connection,
                    "INSERT INTO entry (account, seq, at, session, client, payload, event)"
                            + " VALUES (?, ?, ?, ?, ?, ?, ?)",
                    row.id(),
                    row.head(),
                    append.at(),
                    append.origin().session(),
                    append.origin().client(),
                    ref == null ? null : ref.id(),
                    kept.text());
        }
        rows.put(append.account(), row);
        appended.add(append.account());
        return row.head();
    }

    /// Makes room for a newer suspicion of an account that has one already.
    private AccountRow withoutOverflow(AccountRow row) throws SQLException {
        String text = Overflow.SUSPICION.text();
        int removed =
                Sql.update(
                        connection,
                        "DELETE FROM entry WHERE account = ? AND seq = ? AND event = ?",
                        row.id(),
                        row.head(),
                        text);
        return removed == 0 ? row : row.plusBytes(-entryBytes(text));
    }

    /// One more entry names the payload.
    ///
    /// @return the octets that this added, negative where the payload is not to be had
    private long reference(PayloadRef ref, long account, @Nullable PayloadWriter body)
            throws SQLException {
        Stored stored =
                body == null
                        ? new Stored.Lost("it is not in the spool")
                        : body.stored().getNow(new Stored.Lost("it is not finished"));
        switch (stored) {
            case Stored.Inline(byte[] octets, String sealedBy) -> {
                return insertPayload(ref, account, octets, sealedBy);
            }
            case Stored.InFile(String sealedBy) -> {
                return insertPayload(ref, account, null, sealedBy);
            }
            case Stored.Lost(String reason) -> {
                boolean exists =
                        Sql.update(
                                        connection,
                                        "UPDATE payload SET refs = refs + 1 WHERE id = ?",
                                        ref.id())
                                == 1;
                if (!exists) {
                    LOG.warn(
                            "body not kept, mirrors need the primary for it size={} reason={}",
                            ref.size(),
                            reason);
                }
                return exists ? 0 : -1;
            }
        }
    }

    private long insertPayload(
            PayloadRef ref, long account, byte @Nullable [] octets, @Nullable String sealedBy)
            throws SQLException {
        long refs =
                Sql.number(
                        connection,
                        "INSERT INTO payload (id, account, size, refs, body, sealed_by)"
                                + " VALUES (?, ?, ?, 1, ?, ?)"
                                + " ON CONFLICT (id) DO UPDATE SET refs = payload.refs + 1"
                                + " RETURNING refs",
                        ref.id(),
                        account,
                        ref.size(),
                        octets,
                        sealedBy);
        return refs == 1 ? ref.size() : 0;
    }

    private static long entryBytes(String event) {
        return ENTRY_BYTES + event.codePointCount(0, event.length());
    }

    /// @return the new generation
    long mark(Account account, long now) throws SQLException {
        return Sql.number(
                connection,
                "UPDATE account SET generation = generation + 1,"
                        + " marked_at = COALESCE(marked_at, ?) WHERE id = ? RETURNING generation",
                now,
                row(account).id());
    }

    /// @return whether there was a mark of that generation
    boolean unmark(Account account, long generation) throws SQLException {
        return Sql.update(
                        connection,
                        "UPDATE account SET marked_at = NULL"
                                + " WHERE name = ? AND generation = ? AND marked_at IS NOT NULL",
                        account.name(),
                        generation)
                == 1;
    }

    /// @return whether there is such a payload
    boolean retain(String payload, String holder) throws SQLException {
        if (Sql.one(connection, "SELECT 1 FROM payload WHERE id = ?", r -> r.getInt(1), payload)
                .isEmpty()) {
            return false;
        }
        Sql.update(
                connection,
                "INSERT INTO retention (payload, holder) VALUES (?, ?) ON CONFLICT DO NOTHING",
                payload,
                holder);
        return true;
    }

    @Nullable Void release(String payload, String holder) throws SQLException {
        Sql.update(
                connection,
                "DELETE FROM retention WHERE payload = ? AND holder = ?",
                payload,
                holder);
        removeUnneeded(payload);
        return null;
    }

    @Nullable Void probe() throws SQLException {
        Sql.update(connection, "UPDATE journal SET probes = probes + 1");
        return null;
    }

    /// Deletes the oldest entries up to a position, at most `limit` of them.
    ///
    /// @return how many
    long trim(Account account, long upTo, long limit) throws SQLException {
        AccountRow row = row(account);
        long end = Math.min(Math.min(upTo, row.head()), row.low() + limit);
        if (end <= row.low()) {
            return 0;
        }
        long bytes =
                Sql.number(
                        connection,
                        "SELECT COALESCE(SUM(LENGTH(event) + "
                                + ENTRY_BYTES
                                + "), 0) FROM entry WHERE account = ? AND seq <= ?",
                        row.id(),
                        end);
        List<String> payloads =
                Sql.list(
                        connection,
                        "SELECT payload FROM entry"
                                + " WHERE account = ? AND seq <= ? AND payload IS NOT NULL",
                        r -> r.getString(1),
                        row.id(),
                        end);
        Sql.update(connection, "DELETE FROM entry WHERE account = ? AND seq <= ?", row.id(), end);
        rows.put(account, row.withLow(end).plusBytes(-bytes));
        for (String payload : payloads) {
            Sql.update(connection, "UPDATE payload SET refs = refs - 1 WHERE id = ?", payload);
            removeUnneeded(payload);
        }
        return end - row.low();
    }

    private void removeUnneeded(String payload) throws SQLException {
        Optional<Removed> removed =
                Sql.one(
                        connection,
                        "DELETE FROM payload WHERE id = ? AND refs <= 0 AND NOT EXISTS"
                                + " (SELECT 1 FROM retention WHERE retention.payload = payload.id)"
                                + " RETURNING account, size, body IS NULL",
                        r -> new Removed(r.getLong(1), r.getLong(2), r.getBoolean(3)),
                        payload);
        if (removed.isPresent()) {
            Account account =
                    Sql.one(
                                    connection,
                                    "SELECT name FROM account WHERE id = ?",
                                    r -> new Account(r.getString(1)),
                                    removed.get().account())
                            .orElseThrow();
            rows.put(account, row(account).plusBytes(-removed.get().size()));
            if (removed.get().inFile()) {
                freed.add(payload);
            }
        }
    }

    private record Removed(long account, long size, boolean inFile) {}

    private AccountRow row(Account account) throws SQLException {
        AccountRow row = rows.get(account);
        if (row == null) {
            row = known.apply(account);
            if (row == null) {
                row = find(connection, account).orElse(null);
            }
            if (row == null) {
                row = insert(account);
            }
            before.put(account, row);
            rows.put(account, row);
        }
        return row;
    }

    private AccountRow insert(Account account) throws SQLException {
        long id =
                Sql.number(
                        connection,
                        "INSERT INTO account (id, name, head, low, bytes, generation)"
                                + " SELECT COALESCE(MAX(id), 0) + 1, ?, 0, 0, 0, 0 FROM account"
                                + " RETURNING id",
                        account.name());
        return new AccountRow(id, 0, 0, 0);
    }

    static Optional<AccountRow> find(Connection connection, Account account) throws SQLException {
        return Sql.one(
                connection,
                "SELECT id, head, low, bytes FROM account WHERE name = ?",
                Transaction::readRow,
                account.name());
    }

    private static AccountRow readRow(ResultSet row) throws SQLException {
        return new AccountRow(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4));
    }

    /// Writes what changed of the accounts: the last thing before the commit.
    void finish() throws SQLException {
        for (Map.Entry<Account, AccountRow> entry : rows.entrySet()) {
            AccountRow row = entry.getValue();
            if (!row.equals(before.get(entry.getKey()))) {
                Sql.update(
                        connection,
                        "UPDATE account SET head = ?, low = ?, bytes = ? WHERE id = ?",
                        row.head(),
                        row.low(),
                        row.bytes(),
                        row.id());
            }
        }
    }

    /// The accounts' rows as of this commit.
    Map<Account, AccountRow> rows() {
        return rows;
    }

    /// By how much this commit changed the size of the journal.
    long addedBytes() {
        long sum = 0;
        for (Map.Entry<Account, AccountRow> entry : rows.entrySet()) {
            AccountRow old = before.get(entry.getKey());
            sum += entry.getValue().bytes() - (old == null ? 0 : old.bytes());
        }
        return sum;
    }

    /// Those with new entries.
    Set<Account> appended() {
        return appended;
    }

    /// Payloads whose files nobody needs after this commit.
    List<String> freed() {
        return freed;
    }
}
