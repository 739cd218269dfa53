package org.imapmirror.journal;

import org.imapmirror.event.PayloadRef;
import org.imapmirror.state.Database;
import org.imapmirror.state.PrivateFiles;
import org.imapmirror.state.Sql;
import org.imapmirror.state.StateException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// The bodies: in the database where they are small, else one file each, `spool/xx/ID` with xx the
/// last two digits of the ID.
///
/// A file comes before its row and goes after it, so a file without a row is nobody's: unfinished,
/// or its event never committed. These are removed after each start, beside the work.
final class Spool {
    private static final Logger LOG = LoggerFactory.getLogger(Spool.class);
    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

    /// Threads that write bodies: a disk has use for some requests at once, and each fsync waits.
    private static final int WRITERS = 8;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final JournalConfig config;
    private final Database database;
    private final Clock clock;
    private final AtomicLong stored;
    private final Path directory;
    private final Budget memory;
    private final ExecutorService writers =
            Executors.newFixedThreadPool(
                    WRITERS, Thread.ofPlatform().daemon().name("spool-", 1).factory());
    private final Sealer sealer;

    /// Bodies that were found to be damaged: they count as lost from then on.
    private final Set<String> damaged = ConcurrentHashMap.newKeySet();

    private final AtomicLong inFlight = new AtomicLong();
    private final AtomicBoolean full = new AtomicBoolean();
    private final ConcurrentMap<String, PayloadWriter> pending = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /// @param stored what [Journal#bytes] tells
    Spool(JournalConfig config, Database database, Clock clock, AtomicLong stored, Sealer sealer)
            throws IOException {
        this.sealer = sealer;
        this.config = config;
        this.database = database;
        this.clock = clock;
        this.stored = stored;
        this.memory = new Budget(config.payloadMemoryBytes());
        this.directory = PrivateFiles.directory(config.directory().resolve("spool"));
        // All at once, so that no file ever waits for the fsync of its folder's own name.
        PrivateFiles.directories(directory, folders());
    }

    private static List<String> folders() {
        return IntStream.range(0, 256).mapToObj(i -> HexFormat.of().toHexDigits((byte) i)).toList();
    }

    JournalConfig config() {
        return config;
    }

    Sealer sealer() {
        return sealer;
    }

    PayloadWriter newPayload() {
        byte[] random = new byte[10];
        RANDOM.nextBytes(random);
        // Ascending in time, which keeps the index of the table's newest rows in few pages.
        String id =
                HexFormat.of().toHexDigits(clock.millis(), 12) + HexFormat.of().formatHex(random);
        PayloadWriter writer = new PayloadWriter(this, id);
        pending.put(id, writer);
        return writer;
    }

    SpoolFile startFile(String id, CompletableFuture<Stored> done) {
        return new SpoolFile(
                folder(id), id, config.payloadQueueBytes(), memory, sealer, writers, done);
    }

    /// @return false where these octets would exceed the journal's size
    boolean reserve(long bytes) {
        if (closed) {
            return false;
        }
        if (stored.get() + inFlight.addAndGet(bytes) <= config.maxBytes()) {
            if (full.compareAndSet(true, false)) {
                LOG.info("journal keeps bodies again bytes={}", stored.get());
            }
            return true;
        }
        inFlight.addAndGet(-bytes);
        if (full.compareAndSet(false, true)) {
            LOG.error(
                    "journal full, bodies are no longer kept and mirrors need the primary for them"
                            + " directory={} bytes={} max-bytes={}",
                    config.directory(),
                    stored.get(),
                    config.maxBytes());
        }
        return false;
    }

    /// True from the first body that did not fit until there is room again.
    boolean isFull() {
        return full.get() && stored.get() > config.maxBytes() / 10 * 9;
    }

    /// @return the body whose event was not yet committed, null where there is none such
    @Nullable PayloadWriter pending(String id) {
        return pending.get(id);
    }

    /// A body is in the database now, or gone.
    void forget(String id, long reserved) {
        if (pending.remove(id) != null) {
            inFlight.addAndGet(-reserved);
        }
    }

    InputStream open(PayloadRef ref) throws IOException {
        if (!ID.matcher(ref.id()).matches()) {
            throw new NoSuchFileException(ref.id());
        }
        Row row;
        try {
            row =
                    database.query(c ->
                                    Sql.one(
                                            c,
                                            "SELECT body, sealed_by FROM payload WHERE id = ?",
                                            Row::of,
                                            ref.id()))
                            .orElseThrow(
                                    () -> new NoSuchElementException("no payload " + ref.id()));
        } catch (NoSuchElementException _) {
            throw new NoSuchFileException(ref.id(), null, "not in the journal");
        } catch (StateException e) {
            throw new IOException(e.getMessage(), e);
        }
        boolean inline = row.body().length > 0 || ref.size() == 0;
        InputStream in =
                inline
                        ? new ByteArrayInputStream(row.body())
                        : Files.newInputStream(path(ref.id()));
        try {
            return new VerifiedInputStream(
                    sealer.open(in, ref.id(), row.sealedBy()), ref, () -> damaged.add(ref.id()));
        } catch (IOException e) {
            in.close();
            damaged.add(ref.id());
            throw e;
        }
    }

    /// @param body empty where it is a file
    private record Row(byte[] body, @Nullable String sealedBy) {
        static Row of(ResultSet row) throws SQLException {
            byte[] body = row.getBytes(1);
            return new Row(body == null ? new byte[0] : body, row.getString(2));
        }
    }

    boolean has(PayloadRef ref) {
        return ID.matcher(ref.id()).matches()
                && !damaged.contains(ref.id())
                && database.query(c ->
                                Sql.one(
                                        c,
                                        "SELECT body IS NOT NULL, sealed_by FROM payload"
                                                + " WHERE id = ?",
                                        row ->
                                                sealer.canOpen(row.getString(2))
                                                        && (row.getBoolean(1)
                                                                || Files.exists(path(ref.id()))),
                                        ref.id()))
                        .orElse(false);
    }

    /// Removes files whose rows are gone, beside the caller.
    void delete(Collection<String> ids) {
        if (!ids.isEmpty()) {
            Thread.ofVirtual().name("spool-delete").start(() -> ids.forEach(this::deleteFile));
        }
    }

    private void deleteFile(String id) {
        try {
            Files.deleteIfExists(path(id));
        } catch (IOException e) {
            LOG.warn(
                    "body not removed, the next start tries again id={} reason={}",
                    id,
                    e.toString());
        }
    }

    /// Removes files that are nobody's, beside the caller.
    Thread startSweep() {
        return Thread.ofVirtual().name("spool-sweep").start(this::sweep);
    }

    private void sweep() {
        int removed = 0;
        try {
            for (String folder : folders()) {
                try (DirectoryStream<Path> files =
                        Files.newDirectoryStream(directory.resolve(folder))) {
                    for (Path file : files) {
                        if (closed) {
                            return;
                        }
                        if (isOrphan(file.getFileName().toString())) {
                            Files.deleteIfExists(file);
                            removed++;
                        }
                    }
                }
            }
        } catch (IOException | DirectoryIteratorException | StateException e) {
            if (!closed) {
                LOG.warn("spool not swept reason={}", e.toString());
            }
        }
        if (removed > 0) {
            LOG.info("removed bodies without an event count={}", removed);
        }
    }

    private boolean isOrphan(String id) {
        // In this order: a body leaves the map only when its row is there, or its file is gone.
        return ID.matcher(id).matches()
                && !pending.containsKey(id)
                && database.query(c ->
                                Sql.one(
                                        c,
                                        "SELECT 1 FROM payload WHERE id = ?",
                                        row -> row.getInt(1),
                                        id))
                        .isEmpty();
    }

    /// Gives up bodies that are still streaming.
    void close() {
        closed = true;
        pending.values().forEach(PayloadWriter::discard);
        writers.shutdown();
    }

    private Path path(String id) {
        return folder(id).resolve(id);
    }

    private Path folder(String id) {
        return directory.resolve(id.substring(id.length() - 2));
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("bug: every Java has SHA-256", e);
        }
    }
}
