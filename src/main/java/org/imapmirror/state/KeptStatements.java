package org.imapmirror.state;

import org.jspecify.annotations.Nullable;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The statements of one connection, kept prepared between two uses: SQLite's driver keeps none,
/// and to prepare one often costs more than to run it.
///
/// Used by whoever has the connection, so by one thread at a time.
final class KeptStatements {
    /// More than any connection here uses in turns; the least used one goes.
    private static final int MOST = 100;

    private static final Map<Connection, KeptStatements> OF = new ConcurrentHashMap<>();

    private final Map<String, PreparedStatement> idle = new LinkedHashMap<>(16, 0.75f, true);

    private KeptStatements() {}

    /// From now on until [#end] the connection's statements are kept.
    static void begin(Connection connection) {
        OF.put(connection, new KeptStatements());
    }

    /// The connection is about to be closed, which closes its statements.
    static void end(Connection connection) {
        OF.remove(connection);
    }

    /// Prepares a statement, or gives one that was. Nobody else gets it until it is given back.
    static PreparedStatement take(Connection connection, String sql) throws SQLException {
        KeptStatements kept = OF.get(connection);
        PreparedStatement known = kept == null ? null : kept.idle.remove(sql);
        return known == null ? connection.prepareStatement(sql) : known;
    }

    /// Takes back a statement that did its work: its results are closed.
    static void giveBack(Connection connection, String sql, PreparedStatement statement)
            throws SQLException {
        KeptStatements kept = OF.get(connection);
        if (kept == null) {
            statement.close();
            return;
        }
        // A body must not stay in memory until the statement's next use.
        statement.clearParameters();
        close(kept.idle.put(sql, statement));
        if (kept.idle.size() > MOST) {
            String eldest = kept.idle.keySet().iterator().next();
            close(kept.idle.remove(eldest));
        }
    }

    private static void close(@Nullable PreparedStatement statement) throws SQLException {
        if (statement != null) {
            statement.close();
        }
    }
}
