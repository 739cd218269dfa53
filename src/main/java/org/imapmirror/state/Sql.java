package org.imapmirror.state;

import org.jspecify.annotations.Nullable;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Statements with positional arguments (`Long`, `Integer`, `String`, `byte[]`, `Boolean`, null),
/// short enough to be written inline in a data access class.
public final class Sql {
    private Sql() {}

    /// @return one element per row, in the statement's order
    public static <T> List<T> list(
            Connection connection,
            String sql,
            SqlFunction<ResultSet, T> row,
            @Nullable Object... args)
            throws SQLException {
        try (PreparedStatement statement = bind(connection.prepareStatement(sql), args);
                ResultSet rows = statement.executeQuery()) {
            List<T> out = new ArrayList<>();
            while (rows.next()) {
                out.add(row.apply(rows));
            }
            return out;
        }
    }

    /// @return the first row, empty where there is none
    public static <T> Optional<T> one(
            Connection connection,
            String sql,
            SqlFunction<ResultSet, T> row,
            @Nullable Object... args)
            throws SQLException {
        try (PreparedStatement statement = bind(connection.prepareStatement(sql), args);
                ResultSet rows = statement.executeQuery()) {
            return rows.next() ? Optional.of(row.apply(rows)) : Optional.empty();
        }
    }

    /// For statements that always have one row with one number, like a count.
    public static long number(Connection connection, String sql, @Nullable Object... args)
            throws SQLException {
        return one(connection, sql, row -> row.getLong(1), args)
                .orElseThrow(() -> new IllegalStateException("bug: no row from " + sql));
    }

    /// @return the number of rows inserted, updated or deleted
    public static int update(Connection connection, String sql, @Nullable Object... args)
            throws SQLException {
        try (PreparedStatement statement = bind(connection.prepareStatement(sql), args)) {
            return statement.executeUpdate();
        }
    }

    /// Sets the arguments of a statement that the caller keeps for many rows.
    ///
    /// @return the same statement
    public static PreparedStatement bind(PreparedStatement statement, @Nullable Object... args)
            throws SQLException {
        for (int i = 0; i < args.length; i++) {
            statement.setObject(i + 1, args[i]);
        }
        return statement;
    }

    /// A column that may be NULL.
    public static @Nullable Long longOrNull(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }
}
