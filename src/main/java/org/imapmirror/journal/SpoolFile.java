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

/// A large body on its way to disk: the session's thread offers, a virtual thread of its own
/// writes. What is offered is never refused; the stage returned by [#offer] is what paces.
final class SpoolFile implements Runnable {
    private static final CompletableFuture<Void> GO_ON = CompletableFuture.completedFuture(null);

    private final Path directory;
    private final Path path;
    private final long limit;
    private final Budget memory;
    private final Sealer sealer;
    private final CompletableFuture<Stored> stored;

    // guarded by this
    private List<ByteBuffer> waiting = new ArrayList<>();
    private long bytes;
    private boolean ended;
    private boolean dead;
    private CompletableFuture<Void> room = GO_ON;

    /// @param limit of octets that wait for the disk
    /// @param memory shared by all bodies
    /// @param sealer encrypts the file where the configuration wants that
    /// @param stored is completed when the file is durable, or lost
    SpoolFile(
            Path directory,
            String name,
            long limit,
            Budget memory,
            Sealer sealer,
            CompletableFuture<Stored> stored) {
        this.directory = directory;
        this.path = directory.resolve(name);
        this.limit = limit;
        this.memory = memory;
        this.sealer = sealer;
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
        notifyAll();
        if (hasRoom()) {
            return GO_ON;
        }
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
        notifyAll();
    }

    /// Nobody wants it any more: the file is removed.
    synchronized void abort() {
        dead = true;
        notifyAll();
    }

    @Override
    public void run() {
        try {
            try (FileChannel file = PrivateFiles.create(path)) {
                WritableByteChannel sealing = sealer.sealing(file, name());
                List<ByteBuffer> batch = take();
                while (batch != null) {
                    write(file, sealing, batch);
                    batch = take();
                }
                sealing.close();
                if (!isDead()) {
                    file.force(true);
                }
            }
            if (!isDead()) {
                PrivateFiles.sync(directory);
                stored.complete(new Stored.InFile(sealer.keyId()));
                return;
            }
            giveUp("discarded");
        } catch (IOException | RuntimeException e) {
            giveUp(e.toString());
        } catch (InterruptedException _) {
            giveUp("interrupted");
        } finally {
            // Whatever else happens, an event that waits for this body must not wait for ever.
            if (!stored.isDone()) {
                giveUp("failed");
            }
        }
    }

    private String name() {
        return path.getFileName().toString();
    }

    private synchronized boolean isDead() {
        return dead;
    }

    /// @return null at the end, and where the rest is not wanted
    private synchronized @Nullable List<ByteBuffer> take() throws InterruptedException {
        while (waiting.isEmpty() && !ended && !dead) {
            wait();
        }
        if (dead || waiting.isEmpty()) {
            return null;
        }
        List<ByteBuffer> batch = waiting;
        waiting = new ArrayList<>();
        return batch;
    }

    private void write(FileChannel file, WritableByteChannel sealing, List<ByteBuffer> batch)
            throws IOException {
        ByteBuffer[] buffers = batch.toArray(ByteBuffer[]::new);
        long size = 0;
        for (ByteBuffer buffer : buffers) {
            size += buffer.remaining();
        }
        if (sealer.keyId() == null) {
            // All at once, which only the file itself can.
            for (long left = size; left > 0; ) {
                left -= file.write(buffers);
            }
        } else {
            for (ByteBuffer buffer : buffers) {
                while (buffer.hasRemaining()) {
                    sealing.write(buffer);
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
        try {
            Files.deleteIfExists(path);
        } catch (IOException _) {
            // The next start's sweep finds it.
        }
        stored.complete(new Stored.Lost(reason));
    }
}
