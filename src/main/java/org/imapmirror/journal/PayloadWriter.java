package org.imapmirror.journal;

import org.imapmirror.event.PayloadRef;
import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// One body on its way into the spool. Nothing here blocks or throws for want of space: a body that
/// cannot be kept is counted and digested to its end, and its event is stored without it.
///
/// For one thread at a time. Every writer ends with [#discard], or with [#finish] and then
/// [Journal#append] of an event that carries the reference, or [#discard].
public final class PayloadWriter {
    private static final CompletableFuture<Void> GO_ON = CompletableFuture.completedFuture(null);

    private final Spool spool;
    private final String id;
    private final MessageDigest digest = Spool.sha256();
    private final CompletableFuture<Stored> stored = new CompletableFuture<>();
    private final AtomicBoolean claimed = new AtomicBoolean();

    private long size;
    private final AtomicLong reserved = new AtomicLong();
    private @Nullable ByteArrayOutputStream small = new ByteArrayOutputStream();
    private @Nullable SpoolFile file;
    private @Nullable PayloadRef ref;

    PayloadWriter(Spool spool, String id) {
        this.spool = spool;
        this.id = id;
    }

    /// Copies the buffer's remaining octets; its position stays where it is.
    ///
    /// @return completes when the next octets may come, on any thread, never exceptionally
    public CompletionStage<?> write(ByteBuffer data) {
        if (ref != null) {
            throw new IllegalStateException("bug: the payload is finished");
        }
        int n = data.remaining();
        size += n;
        if (n == 0) {
            return GO_ON;
        }
        // Digested from the copy: from memory outside the heap it would be copied once more.
        byte[] copy = new byte[n];
        data.get(data.position(), copy);
        digest.update(copy);
        if (stored.isDone()) {
            return GO_ON;
        }
        if (!spool.reserve(n)) {
            lose();
            return GO_ON;
        }
        reserved.addAndGet(n);
        if (small != null && size <= spool.config().inlineBytes()) {
            small.writeBytes(copy);
            return GO_ON;
        }
        if (file == null) {
            file = spool.startFile(id, stored);
        }
        if (small != null && small.size() > 0) {
            var _ = file.offer(small.toByteArray());
        }
        small = null;
        return file.offer(copy);
    }

    private void lose() {
        small = null;
        stored.complete(
                new Stored.Lost(
                        "the journal is full (journal.max-bytes="
                                + spool.config().maxBytes()
                                + ")"));
        if (file != null) {
            file.abort();
        }
    }

    /// The body is complete.
    ///
    /// @return the reference for its event; durable when that is
    public PayloadRef finish() {
        PayloadRef known = ref;
        if (known != null) {
            return known;
        }
        known = new PayloadRef(id, size, HexFormat.of().formatHex(digest.digest()));
        ref = known;
        if (file != null) {
            file.end();
        } else if (small != null) {
            Sealer sealer = spool.sealer();
            stored.complete(
                    new Stored.Inline(sealer.seal(small.toByteArray(), id), sealer.keyId()));
            small = null;
        }
        return known;
    }

    /// Nobody needs the body: the command failed, or the session ended. Without effect once an
    /// event with it was given to [Journal#append].
    public void discard() {
        if (claim()) {
            small = null;
            stored.complete(new Stored.Lost("discarded"));
            if (file != null) {
                file.abort();
            }
            spool.forget(id, reserved());
        }
    }

    /// @return true for the first caller: what becomes of the body is the caller's to decide now
    boolean claim() {
        return claimed.compareAndSet(false, true);
    }

    /// Completes when the body is where it stays.
    CompletableFuture<Stored> stored() {
        return stored;
    }

    boolean isFinished() {
        return ref != null;
    }

    String id() {
        return id;
    }

    long reserved() {
        return reserved.get();
    }
}
