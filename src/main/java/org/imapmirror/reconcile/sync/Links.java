package org.imapmirror.reconcile.sync;

import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.StoreException;
import org.jspecify.annotations.Nullable;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/// One worker's connection to each side, opened when it is needed or by [#begin] before that. One
/// that ended stays so until [#drop], because whatever was going on has to begin again.
final class Links implements AutoCloseable {
    private final Link source;
    private final Link target;

    Links(Side source, Side target) {
        this.source = new Link(source);
        this.target = new Link(target);
    }

    /// Opens both in the background, at the same time. Whoever needs one waits for it, and is told
    /// why it failed.
    void begin() {
        source.begin();
        target.begin();
    }

    ImapStore source() throws StoreException {
        return source.get();
    }

    ImapStore target() throws StoreException {
        return target.get();
    }

    /// True where a failure is the source's doing.
    boolean isOfSource(StoreException e) {
        return source.isAbout(e) && (!target.isAbout(e) || target.isUsable());
    }

    /// Ends both, so that whatever comes next begins with new ones.
    void drop() {
        source.drop();
        target.drop();
    }

    @Override
    public void close() {
        drop();
    }

    /// The connection to one side; used by one thread at a time.
    private static final class Link {
        private final Side side;
        private @Nullable ImapStore open;
        private @Nullable CompletableFuture<ImapStore> coming;

        Link(Side side) {
            this.side = side;
        }

        void begin() {
            if (open != null || coming != null) {
                return;
            }
            CompletableFuture<ImapStore> opening = new CompletableFuture<>();
            coming = opening;
            Thread.ofPlatform()
                    .name("opening " + side.name())
                    .daemon()
                    .start(() -> {
                        try {
                            opening.complete(side.open());
                        } catch (StoreException | RuntimeException | Error e) {
                            opening.completeExceptionally(e);
                        }
                    });
        }

        ImapStore get() throws StoreException {
            ImapStore store = open;
            if (store == null) {
                store = coming == null ? side.open() : await(coming);
                open = store;
            }
            return store;
        }

        private ImapStore await(CompletableFuture<ImapStore> opening) throws StoreException {
            try {
                ImapStore store = Workers.await(opening);
                coming = null;
                return store;
            } catch (StoreException | RuntimeException e) {
                // Interrupted, it may still be opened.
                forget();
                throw e;
            }
        }

        boolean isAbout(StoreException e) {
            return open != null && Objects.equals(e.server(), open.server());
        }

        boolean isUsable() {
            return open != null && open.usable();
        }

        void drop() {
            if (open != null) {
                open.close();
                open = null;
            }
            forget();
        }

        /// Nobody waits for a server that does not answer.
        private void forget() {
            if (coming != null) {
                var unused = coming.thenAccept(ImapStore::close);
                coming = null;
            }
        }
    }
}
