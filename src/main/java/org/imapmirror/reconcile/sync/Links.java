package org.imapmirror.reconcile.sync;

import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.StoreException;
import org.jspecify.annotations.Nullable;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/// One worker's connection to each side, opened when it is needed or by [#begin] before that. One
/// that ended stays so until [#drop], because whatever was going on has to begin again.
final class Links implements AutoCloseable {
    private final Side sourceSide;
    private final Side targetSide;
    private @Nullable ImapStore source;
    private @Nullable ImapStore target;
    private @Nullable CompletableFuture<ImapStore> sourceComing;
    private @Nullable CompletableFuture<ImapStore> targetComing;

    Links(Side sourceSide, Side targetSide) {
        this.sourceSide = sourceSide;
        this.targetSide = targetSide;
    }

    /// Opens both in the background, at the same time. Whoever needs one waits for it, and is told
    /// why it failed.
    void begin() {
        if (source == null && sourceComing == null) {
            sourceComing = opening(sourceSide);
        }
        if (target == null && targetComing == null) {
            targetComing = opening(targetSide);
        }
    }

    private static CompletableFuture<ImapStore> opening(Side side) {
        CompletableFuture<ImapStore> coming = new CompletableFuture<>();
        Thread.ofPlatform()
                .name("opening " + side.name())
                .daemon()
                .start(() -> {
                    try {
                        coming.complete(side.open());
                    } catch (StoreException | RuntimeException | Error e) {
                        coming.completeExceptionally(e);
                    }
                });
        return coming;
    }

    private static ImapStore await(CompletableFuture<ImapStore> coming) throws StoreException {
        try {
            return Workers.await(coming);
        } catch (StoreException | RuntimeException e) {
            // Interrupted, it may still be opened.
            forget(coming);
            throw e;
        }
    }

    ImapStore source() throws StoreException {
        ImapStore open = source;
        if (open == null) {
            CompletableFuture<ImapStore> coming = sourceComing;
            sourceComing = null;
            open = coming == null ? sourceSide.open() : await(coming);
            source = open;
        }
        return open;
    }

    ImapStore target() throws StoreException {
        ImapStore open = target;
        if (open == null) {
            CompletableFuture<ImapStore> coming = targetComing;
            targetComing = null;
            open = coming == null ? targetSide.open() : await(coming);
            target = open;
        }
        return open;
    }

    /// True where a failure is the source's doing.
    boolean isOfSource(StoreException e) {
        return source != null
                && Objects.equals(e.server(), source.server())
                && (target == null
                        || !Objects.equals(e.server(), target.server())
                        || target.usable());
    }

    /// Ends both, so that whatever comes next begins with new ones.
    void drop() {
        if (source != null) {
            source.close();
            source = null;
        }
        if (target != null) {
            target.close();
            target = null;
        }
        forget(sourceComing);
        forget(targetComing);
        sourceComing = null;
        targetComing = null;
    }

    /// Nobody waits for a server that does not answer.
    private static void forget(@Nullable CompletableFuture<ImapStore> coming) {
        if (coming != null) {
            var unused = coming.thenAccept(ImapStore::close);
        }
    }

    @Override
    public void close() {
        drop();
    }
}
