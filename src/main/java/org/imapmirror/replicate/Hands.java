package org.imapmirror.replicate;

import org.imapmirror.event.Account;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;
import org.jspecify.annotations.Nullable;

import java.util.function.LongSupplier;

/// The two connections of a lane while it works, opened when first asked for.
///
/// A primary that failed a moment ago is not asked again until it had its rest, so that the journal
/// drains at full speed from the spool while the primary is down. A login that is not there costs
/// nobody anything to ask for, and the moment it comes, the primary can tell what lies between the
/// UIDs of events: after a restart the order of messages depends on that.
final class Hands implements AutoCloseable {

    /// Opens an authenticated connection, from a pool or anew.
    interface Opener {
        ImapStore open(String server, Account account) throws StoreException;
    }

    private static final long REST_NANOS = 2_000_000_000L;

    private final Opener opener;
    private final LaneKey key;
    private final String primaryServer;
    private final boolean archive;
    private final LongSupplier nanos;
    private @Nullable ImapStore primary;
    private @Nullable ImapStore target;
    private @Nullable StoreException primaryFailure;
    private long primaryRestUntil;

    /// @param archive nothing is ever removed from the mirror
    Hands(Opener opener, LaneKey key, String primaryServer, boolean archive, LongSupplier nanos) {
        this.archive = archive;
        this.opener = opener;
        this.key = key;
        this.primaryServer = primaryServer;
        this.nanos = nanos;
    }

    ImapStore primary() throws StoreException {
        ImapStore open = primary;
        if (open != null) {
            return open;
        }
        StoreException last = primaryFailure;
        if (last != null
                && last.kind() != Kind.NO_LOGIN
                && nanos.getAsLong() - primaryRestUntil < 0) {
            throw last;
        }
        try {
            open = opener.open(primaryServer, key.account()).keepingAll();
            primary = open;
            primaryFailure = null;
            return open;
        } catch (StoreException e) {
            primaryFailure = e;
            primaryRestUntil = nanos.getAsLong() + REST_NANOS;
            throw e;
        }
    }

    ImapStore target() throws StoreException {
        ImapStore open = target;
        if (open == null) {
            open = opener.open(key.mirror(), key.account());
            if (archive) {
                open.keepingAll();
            }
            target = open;
        }
        return open;
    }

    /// Gives the connections back; the next call opens others.
    @Override
    public void close() {
        ImapStore p = primary;
        ImapStore t = target;
        primary = null;
        target = null;
        if (p != null) {
            p.close();
        }
        if (t != null) {
            t.close();
        }
    }
}
