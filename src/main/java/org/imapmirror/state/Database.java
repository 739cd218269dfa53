package org.imapmirror.state;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteJDBCLoader;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/// One SQL database: one writer connection, whose transactions are serialized and durable when they
/// return, and a few read-only ones that never wait for the writer.
///
/// A failure never makes it unusable: after an error of the disk the connection is opened anew for
/// the next transaction. Write-ahead log pages are moved into the main file by a thread of its own,
/// because doing that inside commits is what makes their slowest per cent slow.
public final class Database implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Database.class);

    private static final int READERS = 4;
    private static final int COMMITS_PER_CHECKPOINT = 100;
    private static final int UNUSED_KEPT = 8192;
    private static final int UNUSED_GIVEN_BACK = 1024;

    private final Dialect dialect = Dialect.SQLITE;
    private final Path file;
    private final Connections connections;

    private final ReentrantLock writing = new ReentrantLock(true);
    private final WriteAheadLog log;
    private final boolean readOnly;
    private @Nullable Writer writer;
    private int commits;

    private final Semaphore readersFree = new Semaphore(READERS, true);
    private final Deque<Connection> idleReaders = new ArrayDeque<>();

    private final ExecutorService checkpoints;
    private final AtomicBoolean checkpointPending = new AtomicBoolean();
    private volatile boolean closed;

    private static final class Writer {
        final Connection connection;
        boolean synced = true;

        Writer(Connection connection) {
            this.connection = connection;
        }
    }

    private Database(Path file, boolean readOnly) {
        this.file = file;
        this.readOnly = readOnly;
        this.connections = new Connections(dialect, file);
        this.log = new WriteAheadLog(file);
        this.checkpoints =
                Executors.newSingleThreadExecutor(
                        Thread.ofPlatform()
                                .daemon()
                                .name("checkpoint-" + file.getFileName())
                                .factory());
    }

    /// Loads the driver's native library in a thread of its own, which takes a moment: for who
    /// opens a database soon, and has something else to do first. Whoever opens one meanwhile waits
    /// for it.
    public static void prepare() {
        Thread.ofPlatform()
                .daemon()
                .name("sqlite")
                .start(() -> {
                    try {
                        SQLiteJDBCLoader.initialize();
                    } catch (Exception e) {
                        LOG.debug("whoever opens a database tells what is wrong", e);
                    }
                });
    }

    /// Opens the database, creates it where it is missing, and brings it to the newest version.
    ///
    /// @param jdbcUrl `jdbc:sqlite:` and the path of a file; its folder is created with mode 0700,
    ///   the file with mode 0600
    /// @param migrations the folder of the numbered SQL files, for instance `classpath:db/state`
    /// @throws StateException where that is impossible
    public static Database open(String jdbcUrl, String migrations) {
        Path file = fileOf(jdbcUrl);
        try {
            Path parent = file.getParent();
            if (parent != null) {
                PrivateFiles.directory(parent);
            }
            PrivateFiles.file(file);
        } catch (IOException e) {
            throw new StateException(
                    StateException.Fault.DISK, "cannot create the database " + file + ": " + e, e);
        }
        Database database = new Database(file, false);
        try {
            database.migrate(migrations);
            return database;
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    /// Opens a database that another process may be writing, to read it; it is left as it is.
    ///
    /// @throws StateException where there is none
    public static Database openToRead(String jdbcUrl) {
        Path file = fileOf(jdbcUrl);
        if (!Files.isReadable(file)) {
            throw new StateException(
                    StateException.Fault.REFUSED,
                    "the database " + file + " is not there, or may not be read by this user",
                    null);
        }
        return new Database(file, true);
    }

    private static Path fileOf(String jdbcUrl) {
        if (!jdbcUrl.startsWith(Dialect.SQLITE_PREFIX)
                || jdbcUrl.length() == Dialect.SQLITE_PREFIX.length()
                || jdbcUrl.startsWith(":", Dialect.SQLITE_PREFIX.length())
                || jdbcUrl.indexOf('?') >= 0) {
            throw new StateException(
                    StateException.Fault.REFUSED,
                    "the database "
                            + jdbcUrl
                            + " is not supported: give "
                            + Dialect.SQLITE_PREFIX
                            + " and the path of a file",
                    null);
        }
        return Path.of(jdbcUrl.substring(Dialect.SQLITE_PREFIX.length())).toAbsolutePath();
    }

    private void migrate(String migrations) {
        try {
            // Before Flyway, whose own connections then find the settings that live in the file.
            Writer first = writer();
            writer = first;
            if (Migrations.areApplied(first.connection, migrations)) {
                return;
            }
            Flyway.configure(Database.class.getClassLoader())
                    .dataSource(connections.dataSource())
                    .locations(migrations)
                    .placeholders(dialect.placeholders())
                    .failOnMissingLocations(true)
                    .load()
                    .migrate();
        } catch (SQLException e) {
            throw connections.failure(e);
        } catch (FlywayException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof SQLException sql) {
                    throw connections.failure(sql);
                }
            }
            throw new StateException(
                    StateException.Fault.OTHER,
                    "the database "
                            + file
                            + " cannot be brought to this version of imapmirror: "
                            + e.getMessage(),
                    e);
        }
    }

    /// Does the work in one transaction, which is durable when this returns and leaves nothing
    /// behind when the work, or the commit, throws. Waits for its turn; not reentrant.
    ///
    /// @throws StateException where the database could not do it
    public <T extends @Nullable Object> T write(SqlFunction<Connection, T> work) {
        return write(true, work);
    }

    /// Like [#write], without waiting for the disk: readers see it and it survives the end of the
    /// process, but a failure of power may undo it, together with everything that was written after
    /// it. The next [#write] or [#sync] makes it durable.
    ///
    /// @throws StateException where the database could not do it
    public <T extends @Nullable Object> T writeInOrder(SqlFunction<Connection, T> work) {
        return write(false, work);
    }

    /// Makes durable what calls of [#writeInOrder] that have returned by now committed; not what
    /// somebody only reads, whose commit may be a moment from returning. Nobody waits for it but
    /// who calls it, and all who do at once for one fsync.
    ///
    /// @throws StateException where the disk refuses; what was committed is still there, and may be
    ///   durable or not
    public void sync() {
        requireOpen();
        try {
            log.sync();
        } catch (IOException e) {
            throw new StateException(
                    StateException.Fault.DISK, "the disk fails the database " + file + ": " + e, e);
        }
    }

    private <T extends @Nullable Object> T write(boolean synced, SqlFunction<Connection, T> work) {
        if (readOnly) {
            throw new IllegalStateException("bug: this database was opened to be read");
        }
        if (writing.isHeldByCurrentThread()) {
            throw new IllegalStateException("bug: a transaction inside a transaction");
        }
        writing.lock();
        try {
            T result = transaction(synced, work);
            if (++commits % COMMITS_PER_CHECKPOINT == 0) {
                checkpointSoon();
            }
            return result;
        } catch (SQLException e) {
            throw connections.failure(e);
        } finally {
            writing.unlock();
        }
    }

    private <T extends @Nullable Object> T transaction(
            boolean synced, SqlFunction<Connection, T> work) throws SQLException {
        requireOpen();
        Writer current = writer;
        if (current == null) {
            current = writer();
            writer = current;
        }
        try {
            if (current.synced != synced) {
                Connections.execute(current.connection, dialect.synced(synced));
                current.synced = synced;
            }
            Sql.update(current.connection, "BEGIN IMMEDIATE");
            T result = work.apply(current.connection);
            Sql.update(current.connection, "COMMIT");
            log.committed();
            return result;
        } catch (Throwable e) {
            if (!Connections.rolledBack(current.connection) || connections.isDisk(e)) {
                writer = null;
                Connections.closeQuietly(current.connection);
                log.reopen();
            }
            throw e;
        }
    }

    private Writer writer() throws SQLException {
        return new Writer(connections.connect(dialect.writerSetup()));
    }

    /// Does the work on a snapshot: everything it reads is of one moment. May run inside a
    /// [#write], whose changes it does not see.
    ///
    /// @throws StateException where the database could not do it
    public <T extends @Nullable Object> T read(SqlFunction<Connection, T> work) {
        return read(true, work);
    }

    /// Like [#read] for a single statement, which is of one moment by itself: two statements less.
    ///
    /// @throws StateException where the database could not do it
    public <T extends @Nullable Object> T query(SqlFunction<Connection, T> statement) {
        return read(false, statement);
    }

    private <T extends @Nullable Object> T read(boolean snapshot, SqlFunction<Connection, T> work) {
        readersFree.acquireUninterruptibly();
        Connection connection = null;
        try {
            requireOpen();
            synchronized (idleReaders) {
                connection = idleReaders.poll();
            }
            if (connection == null) {
                connection = connections.connect(dialect.readerSetup());
            }
            if (snapshot) {
                Sql.update(connection, "BEGIN");
            }
            return work.apply(connection);
        } catch (SQLException e) {
            if (connections.isDisk(e) && connection != null) {
                Connections.closeQuietly(connection);
                connection = null;
            }
            throw connections.failure(e);
        } finally {
            if (connection != null) {
                giveBack(connection, snapshot);
            }
            readersFree.release();
        }
    }

    private void giveBack(Connection connection, boolean snapshot) {
        if ((!snapshot || Connections.rolledBack(connection)) && !closed) {
            synchronized (idleReaders) {
                idleReaders.push(connection);
            }
        } else {
            Connections.closeQuietly(connection);
        }
    }

    /// Gives unused pages of the file back to the disk, some at a time, where a good part of it is
    /// unused.
    ///
    /// @return whether there are more
    public boolean shrink() {
        return write(connection -> {
            long unused = Sql.number(connection, dialect.countUnused());
            if (unused <= UNUSED_KEPT) {
                return false;
            }
            try (Statement statement = connection.createStatement()) {
                // Not execute(): this statement needs a step per page.
                statement.executeUpdate(dialect.giveBack(UNUSED_GIVEN_BACK));
            }
            return unused - UNUSED_GIVEN_BACK > UNUSED_KEPT;
        });
    }

    /// The main file.
    public Path file() {
        return file;
    }

    private void checkpointSoon() {
        if (checkpointPending.compareAndSet(false, true)) {
            try {
                checkpoints.execute(this::checkpoint);
            } catch (RejectedExecutionException _) {
                // Closing, which does it.
            }
        }
    }

    private void checkpoint() {
        checkpointPending.set(false);
        Connection connection = null;
        try {
            connection = connections.connect(List.of());
            Connections.execute(connection, "PRAGMA wal_checkpoint(PASSIVE)");
        } catch (SQLException e) {
            LOG.warn("checkpoint failed file={} reason={}", file, e.getMessage());
        } finally {
            if (connection != null) {
                Connections.closeQuietly(connection);
            }
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new StateException(
                    StateException.Fault.REFUSED, "the database " + file + " is closed", null);
        }
    }

    /// Waits for what runs and closes the file; nothing is lost without it.
    @Override
    public void close() {
        closed = true;
        checkpoints.shutdown();
        try {
            checkpoints.awaitTermination(30, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        readersFree.acquireUninterruptibly(READERS);
        try {
            synchronized (idleReaders) {
                idleReaders.forEach(Connections::closeQuietly);
                idleReaders.clear();
            }
        } finally {
            readersFree.release(READERS);
        }
        writing.lock();
        try {
            if (writer != null) {
                Connections.closeQuietly(writer.connection);
                writer = null;
            }
            log.close();
        } finally {
            writing.unlock();
        }
    }
}
