package org.imapmirror.journal;

import org.imapmirror.state.Sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/// The statements of every commit, prepared once for the writer's connection; they end with it.
record Statements(Connection connection, PreparedStatement entry, PreparedStatement account)
        implements AutoCloseable {
    static Statements of(Connection connection) throws SQLException {
        return new Statements(
                connection,
                connection.prepareStatement(
                        "INSERT INTO entry (account, seq, at, session, client, payload, event)"
                                + " VALUES (?, ?, ?, ?, ?, ?, ?)"),
                connection.prepareStatement(
                        "UPDATE account SET head = ?, low = ?, bytes = ? WHERE id = ?"));
    }

    @Override
    public void close() {
        try {
            entry.close();
            account.close();
        } catch (SQLException _) {
            // They end with the connection at the latest.
        }
    }

    void update(AccountRow row) throws SQLException {
        Sql.bind(account, row.head(), row.low(), row.bytes(), row.id()).executeUpdate();
    }
}
