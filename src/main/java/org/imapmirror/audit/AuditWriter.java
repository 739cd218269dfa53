package org.imapmirror.audit;

import org.imapmirror.state.Database;
import org.imapmirror.state.StateException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Moves the entries of one archive from the outbox to its files, in order: written, made durable,
/// then forgotten. While the disk fails, they wait in the outbox, and it is tried again.
final class AuditWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AuditWriter.class);
    private static final int BATCH = 500;
    private static final long FIRST_PAUSE_MILLIS = 1_000;
    private static final long LONGEST_PAUSE_MILLIS = 60_000;

    private final AuditConfig config;
    private final Database state;
    private final String archive;
    private final Path directory;
    private final Semaphore news = new Semaphore(0);
    private final Thread thread;

    private volatile boolean closed;
    private volatile @Nullable String failure;

    private AuditHead head = AuditHead.START;
    private @Nullable FileChannel file;
    private long length;

    /// @throws IOException where the files cannot be used
    AuditWriter(AuditConfig config, Database state, String archive) throws IOException {
        this.config = config;
        this.state = state;
        this.archive = archive;
        this.directory = config.directoryOf(archive);
        begin();
        news.release();
        this.thread = Thread.ofPlatform().daemon().name("audit-" + archive).start(this::run);
    }

    /// There may be entries. Any thread.
    void wake() {
        news.release();
    }

    /// Why nothing is written at the moment, null while all is well.
    @Nullable String failure() {
        return failure;
    }

    private void begin() throws IOException {
        AuditTail.End end = AuditTail.settle(state, archive, directory);
        head = end.head();
        if (end.appendable()) {
            open(AuditFiles.list(directory).getLast());
        }
    }

    private void run() {
        long pause = FIRST_PAUSE_MILLIS;
        while (true) {
            try {
                boolean told = news.tryAcquire(pause, TimeUnit.MILLISECONDS);
                news.drainPermits();
                if (told || failure != null) {
                    drain();
                    pause = FIRST_PAUSE_MILLIS;
                }
            } catch (IOException | StateException e) {
                failure = "the audit log cannot be written: " + e.getMessage();
                LOG.error("audit archive={} {}, tried again", archive, failure);
                closeFile();
                pause = Math.min(LONGEST_PAUSE_MILLIS, pause * 2);
            } catch (InterruptedException _) {
                return;
            }
            if (closed) {
                return;
            }
        }
    }

    private void drain() throws IOException {
        if (failure != null) {
            // How much of the last batch got there is not known.
            begin();
            failure = null;
        }
        for (List<String> next = entries(); !next.isEmpty(); next = entries()) {
            // A failure of power must not take back what the file already tells.
            AuditOutbox.makeDurable(state, archive);
            for (String entry : next) {
                write(AuditLine.after(head, entry));
            }
            FileChannel f = file;
            if (f != null) {
                f.force(true);
            }
            AuditOutbox.written(state, archive, head);
        }
    }

    private List<String> entries() {
        return AuditOutbox.entries(state, archive, head.n(), BATCH);
    }

    private void write(AuditLine line) throws IOException {
        FileChannel f = file;
        if (f == null || length >= config.maxFileBytes()) {
            if (f != null) {
                f.force(true);
                f.close();
            }
            f = open(AuditFiles.create(directory, line.n()));
        }
        ByteBuffer octets = ByteBuffer.wrap(line.withLineEnd());
        while (octets.hasRemaining()) {
            length += f.write(octets);
        }
        head = line.head();
    }

    private FileChannel open(Path path) throws IOException {
        closeFile();
        FileChannel opened =
                FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        file = opened;
        length = opened.size();
        return opened;
    }

    private void closeFile() {
        FileChannel f = file;
        file = null;
        if (f != null) {
            try {
                f.close();
            } catch (IOException e) {
                LOG.debug("closing the audit log failed", e);
            }
        }
    }

    /// Writes what is there, if it can be.
    @Override
    public void close() {
        closed = true;
        news.release();
        try {
            if (!thread.join(java.time.Duration.ofSeconds(10))) {
                LOG.warn("audit archive={} the rest is written after the next start", archive);
                thread.interrupt();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        closeFile();
    }
}
