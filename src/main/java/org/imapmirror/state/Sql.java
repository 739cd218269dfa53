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
        return run(
                connection,
                sql,
                statement -> {
                    try (ResultSet rows = statement.executeQuery()) {
                        List<T> out = new ArrayList<>();
                        while (rows.next()) {
                            out.add(row.apply(rows));
                        }
                        return out;
                    }
                },
                args);
    }

    /// @return the first row, empty where there is none
    public static <T> Optional<T> one(
            Connection connection,
            String sql,
            SqlFunction<ResultSet, T> row,
            @Nullable Object... args)
            throws SQLException {
        return run(
                connection,
                sql,
                statement -> {
                    try (ResultSet rows = statement.executeQuery()) {
                        return rows.next() ? Optional.of(row.apply(rows)) : Optional.empty();
                    }
                },
                args);
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
        return run(connection, sql, PreparedStatement::executeUpdate, args);
    }

    private static <T> T run(
            Connection connection,
            String sql,
            SqlFunction<PreparedStatement, T> work,
            @Nullable Object... args)
            throws SQLException {
        PreparedStatement statement = KeptStatements.take(connection, sql);
        T result;
        try {
            result = work.apply(bind(statement, args));
        } catch (Throwable e) {
            // After some errors the driver gives a statement up.
            try {
                statement.close();
            } catch (SQLException also) {
                e.addSuppressed(also);
            }
            throw e;
        }
        KeptStatements.giveBack(connection, sql, statement);
        return result;
    }

    /// Sets the arguments of a statement that the caller keeps for many rows.
    ///
    /// @return the same statement
    public static PreparedStatement bind(PreparedStatement statement, @Nullable Object... args)
            throws SQLException {
        for (int i = 0; i < args.length; i++) {
            Object arg = args[i];
            switch (arg) {
                case null -> {}
                case Long _, Integer _, String _, byte[] _, Boolean _ -> {}
                // The driver would store its text, which SQLite takes for greater than any number.
                default ->
                        throw new IllegalArgumentException(
                                "bug: no argument of a statement: " + arg.getClass().getName());
            }
            statement.setObject(i + 1, arg);
        }
        return statement;
    }

    /// A column that may be NULL.
    public static @Nullable Long longOrNull(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }
}
