package org.imapmirror.journal;

import org.imapmirror.state.PrivateFiles;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/// A large body on its way to disk: the session's thread offers, a thread of the spool's writes
/// when enough has come. No thread waits for a slow client. What is offered is never refused; the
/// stage returned by [#offer] is what paces.
final class SpoolFile {
    private static final CompletableFuture<Void> GO_ON = CompletableFuture.completedFuture(null);

    /// To write each piece as it comes from the network would cost more in turns than in writing.
    private static final int PIECES_PER_LIMIT = 4;

    private final Path directory;
    private final Path path;
    private final long limit;
    private final Budget memory;
    private final Sealer sealer;
    private final Executor writers;
    private final CompletableFuture<Stored> stored;

    /// The writing thread's own; there is one at a time.
    private @Nullable FileChannel file;

    private @Nullable WritableByteChannel sealed;

    // guarded by this
    private List<ByteBuffer> waiting = new ArrayList<>();
    private long bytes;
    private boolean scheduled;
    private boolean ended;
    private boolean dead;
    private boolean complete;
    private CompletableFuture<Void> room = GO_ON;

    /// @param limit of octets that wait for the disk
    /// @param memory shared by all bodies
    /// @param sealer encrypts the file where the configuration wants that
    /// @param writers what is given to it may block on the disk
    /// @param stored is completed when the file is durable, or lost
    SpoolFile(
            Path directory,
            String name,
            long limit,
            Budget memory,
            Sealer sealer,
            Executor writers,
            CompletableFuture<Stored> stored) {
        this.directory = directory;
        this.path = directory.resolve(name);
        this.limit = limit;
        this.memory = memory;
        this.sealer = sealer;
        this.writers = writers;
        this.stored = stored;
    }

    /// @return completes when there is room for more
    synchronized CompletableFuture<Void> offer(byte[] data) {
        if (dead) {
            return GO_ON;
        }
        waiting.add(ByteBuffer.wrap(data));
        bytes += data.length;
        memory.add(data.length);
        if (hasRoom()) {
            if (bytes > limit / PIECES_PER_LIMIT) {
                schedule();
            }
            return GO_ON;
        }
        schedule();
        if (room.isDone()) {
            room = new CompletableFuture<>();
        }
        return room;
    }

    private boolean hasRoom() {
        return bytes == 0 || (bytes <= limit && !memory.isExceeded());
    }

    /// Nothing more comes.
    synchronized void end() {
        ended = true;
        schedule();
    }

    /// Nobody wants it any more: the file is removed, also where it was complete.
    synchronized void abort() {
        dead = true;
        if (complete) {
            writers.execute(this::remove);
        } else {
            schedule();
        }
    }

    private void schedule() {
        if (!scheduled) {
            scheduled = true;
            writers.execute(this::turn);
        }
    }

    private void turn() {
        try {
            List<ByteBuffer> batch = take();
            if (!batch.isEmpty()) {
                write(batch);
            }
            switch (next()) {
                case WAIT -> {}
                // Behind the other bodies that have something to write.
                case MORE -> writers.execute(this::turn);
                case END -> finish();
            }
        } catch (IOException | RuntimeException e) {
            giveUp(e.toString());
        } catch (Error e) {
            // Whatever else happens, an event that waits for this body must not wait for ever.
            giveUp("failed");
            throw e;
        }
    }

    private synchronized List<ByteBuffer> take() {
        if (dead || waiting.isEmpty()) {
            return List.of();
        }
        List<ByteBuffer> batch = waiting;
        waiting = new ArrayList<>();
        return batch;
    }

    private enum Next {
        WAIT,
        MORE,
        END
    }

    /// Nobody else takes a turn until this says WAIT.
    private synchronized Next next() {
        if (dead || ended && waiting.isEmpty()) {
            return Next.END;
        }
        scheduled = !waiting.isEmpty();
        return scheduled ? Next.MORE : Next.WAIT;
    }

    private void finish() throws IOException {
        if (isDead()) {
            giveUp("discarded");
            return;
        }
        try (FileChannel all = channel()) {
            sealing().close();
            all.force(true);
        }
        PrivateFiles.sync(directory);
        if (isWantedComplete()) {
            stored.complete(new Stored.InFile(sealer.keyId()));
        } else {
            giveUp("discarded");
        }
    }

    private FileChannel channel() throws IOException {
        FileChannel open = file;
        if (open == null) {
            open = PrivateFiles.create(path);
            file = open;
        }
        return open;
    }

    private WritableByteChannel sealing() throws IOException {
        WritableByteChannel open = sealed;
        if (open == null) {
            open = sealer.sealing(channel(), path.getFileName().toString());
            sealed = open;
        }
        return open;
    }

    private synchronized boolean isDead() {
        return dead;
    }

    private void write(List<ByteBuffer> batch) throws IOException {
        ByteBuffer[] buffers = batch.toArray(ByteBuffer[]::new);
        long size = 0;
        for (ByteBuffer buffer : buffers) {
            size += buffer.remaining();
        }
        if (sealer.keyId() == null) {
            // All at once, which only the file itself can.
            FileChannel plain = channel();
            for (long left = size; left > 0; ) {
                left -= plain.write(buffers);
            }
        } else {
            WritableByteChannel to = sealing();
            for (ByteBuffer buffer : buffers) {
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
            }
        }
        CompletableFuture<Void> freed = GO_ON;
        synchronized (this) {
            bytes -= size;
            memory.add(-size);
            if (hasRoom()) {
                freed = room;
                room = GO_ON;
            }
        }
        freed.complete(null);
    }

    private void giveUp(String reason) {
        CompletableFuture<Void> freed;
        synchronized (this) {
            dead = true;
            waiting.clear();
            memory.add(-bytes);
            bytes = 0;
            freed = room;
            room = GO_ON;
        }
        freed.complete(null);
        FileChannel open = file;
        if (open != null) {
            try {
                open.close();
            } catch (IOException _) {
                // It is not wanted any more.
            }
            remove();
        }
        stored.complete(new Stored.Lost(reason));
    }

    private synchronized boolean isWantedComplete() {
        complete = !dead;
        return complete;
    }

    private void remove() {
        try {
            Files.deleteIfExists(path);
        } catch (IOException _) {
            // The next start's sweep finds it.
        }
    }
}
