package org.imapmirror.state;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteOpenMode;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/// Makes connections to one database file, and tells what is wrong with it.
record Connections(Dialect dialect, Path file) {
    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);
    private static final int BUSY_MILLIS = 10_000;

    /// Opens a connection and runs the statements on it.
    Connection connect(List<String> setup) throws SQLException {
        Connection connection = dataSource().getConnection();
        try {
            for (String statement : setup) {
                execute(connection, statement);
            }
            KeptStatements.begin(connection);
            return connection;
        } catch (SQLException e) {
            closeQuietly(connection);
            throw e;
        }
    }

    /// For who makes its own connections.
    SQLiteDataSource dataSource() {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(BUSY_MILLIS);
        // Nobody asks for them, and the driver would ask the database after each insert.
        config.setGetGeneratedKeys(false);
        // The file exists. One that vanished must not come back empty.
        config.resetOpenMode(SQLiteOpenMode.CREATE);
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl(Dialect.SQLITE_PREFIX + file);
        return source;
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /// Ends a transaction without effect, if there is one.
    ///
    /// @return false where the connection's state is unknown
    static boolean rolledBack(Connection connection) {
        try {
            Sql.update(connection, "ROLLBACK");
            return true;
        } catch (SQLException e) {
            // Some errors end the transaction by themselves.
            return String.valueOf(e.getMessage()).contains("no transaction is active");
        }
    }

    /// True where the fault lies in the storage, so that the connection should be opened anew.
    boolean isDisk(Throwable e) {
        return e instanceof SQLException sql
                && dialect.fault(sql.getErrorCode()) != StateException.Fault.OTHER;
    }

    /// Tells a failure with the file's name and, where there is one, the remedy.
    StateException failure(SQLException e) {
        StateException.Fault fault = dialect.fault(e.getErrorCode());
        String message =
                switch (fault) {
                    case DAMAGED ->
                            "the database "
                                    + file
                                    + " is damaged: stop imapmirror, move this file and those with"
                                    + " the same name and -wal or -shm behind it to another place,"
                                    + " and start again; what it knew is found out again by"
                                    + " comparing the servers";
                    case FULL ->
                            "no space left for the database " + file + ": free some on its disk";
                    case DISK -> "the disk fails the database " + file;
                    case BUSY -> "another process holds the database " + file;
                    case REFUSED, OTHER -> "the database " + file + " refused a statement";
                };
        return new StateException(fault, message + " (" + e.getMessage() + ")", e);
    }

    static void closeQuietly(Connection connection) {
        KeptStatements.end(connection);
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("closing a connection failed", e);
        }
    }
}
