package org.imapmirror.state;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/// Makes a database's log durable: one fsync for all who wait for it at the same time, beside the
/// commits that go on meanwhile.
///
/// The file is opened once more for that, which takes no locks from SQLite: those are on its other
/// two files.
final class WriteAheadLog implements AutoCloseable {
    private final Path file;
    private final AtomicLong committed = new AtomicLong();
    private final ReentrantLock syncing = new ReentrantLock();

    /// The commits that are durable, like everything else below only used by who holds the lock.
    private long synced;

    private @Nullable FileChannel channel;
    private boolean closed;

    WriteAheadLog(Path database) {
        this.file = database.resolveSibling(database.getFileName() + "-wal");
    }

    /// A commit is in the log.
    void committed() {
        committed.incrementAndGet();
    }

    /// Returns when all that was [#committed()] before this call is durable.
    ///
    /// @throws IOException where the disk refuses; they may be durable or not
    void sync() throws IOException {
        long mine = committed.get();
        syncing.lock();
        try {
            if (synced >= mine) {
                return;
            }
            long upTo = committed.get();
            force();
            synced = upTo;
        } finally {
            syncing.unlock();
        }
    }

    private void force() throws IOException {
        if (closed) {
            throw new IOException("closed");
        }
        try {
            FileChannel open = channel;
            if (open == null) {
                open = FileChannel.open(file, StandardOpenOption.WRITE);
                channel = open;
            }
            open.force(false);
        } catch (NoSuchFileException _) {
            // The last connection was closed, which moved everything into the main file.
        } catch (IOException e) {
            letGo();
            throw e;
        }
    }

    /// A connection was closed: the next one may have begun another file.
    void reopen() {
        syncing.lock();
        try {
            letGo();
        } finally {
            syncing.unlock();
        }
    }

    @Override
    public void close() {
        syncing.lock();
        try {
            closed = true;
            letGo();
        } finally {
            syncing.unlock();
        }
    }

    private void letGo() {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException _) {
                // Only what force() says counts.
            }
        }
    }
}
