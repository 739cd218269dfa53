package org.imapmirror.reconcile.sync;

import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.StoreException;
import org.jspecify.annotations.Nullable;

import java.util.Objects;

/// One worker's connection to each side, opened when it is needed. One that ended stays so until
/// [#drop], because whatever was going on has to begin again.
final class Links implements AutoCloseable {
    private final Side sourceSide;
    private final Side targetSide;
    private @Nullable ImapStore source;
    private @Nullable ImapStore target;

    Links(Side sourceSide, Side targetSide) {
        this.sourceSide = sourceSide;
        this.targetSide = targetSide;
    }

    ImapStore source() throws StoreException {
        ImapStore open = source;
        if (open == null) {
            open = sourceSide.open();
            source = open;
        }
        return open;
    }

    ImapStore target() throws StoreException {
        ImapStore open = target;
        if (open == null) {
            open = targetSide.open();
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
    }

    @Override
    public void close() {
        drop();
    }
}
