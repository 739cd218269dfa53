package org.imapmirror.reconcile.sync;

import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.Appended;
import org.imapmirror.mailstore.Appender;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.reconcile.sync.Selection.Wanted;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Messages that are stored together: sent, and perhaps not answered yet.
final class Batch {
    private final List<Wanted> wanted;
    private final long uidNext;
    private final boolean together;
    private final Appender appender;
    private final List<Wanted> sent = new ArrayList<>();
    private @Nullable StoreException unread;
    private @Nullable List<Appended> results;

    /// @param uidNext of the target's mailbox before anything of it was sent, or lower
    /// @param together as one command, all or nothing
    Batch(List<Wanted> wanted, long uidNext, boolean together, Appender appender) {
        this.wanted = List.copyOf(wanted);
        this.uidNext = uidNext;
        this.together = together;
        this.appender = appender;
    }

    /// What was to be sent.
    List<Wanted> wanted() {
        return wanted;
    }

    UidSet uids() {
        return UidSet.of(wanted.stream().map(Wanted::uid).toList());
    }

    long octets() {
        return wanted.stream().mapToLong(Wanted::size).sum();
    }

    long uidNext() {
        return uidNext;
    }

    Appender appender() {
        return appender;
    }

    /// What was sent, in this order.
    List<Wanted> sent() {
        return sent;
    }

    /// The source refused the rest.
    void unread(StoreException reason) {
        unread = reason;
    }

    @Nullable StoreException unread() {
        return unread;
    }

    /// What became of what was sent, in its order; waits until the server has told it.
    List<Appended> results() throws StoreException {
        List<Appended> known = results;
        if (known == null) {
            known = appender.finish();
            results = known;
        }
        return known;
    }

    /// True where everything is stored and nothing is left to do.
    boolean isStored() throws StoreException {
        return unread == null
                && sent.size() == wanted.size()
                && results().stream().allMatch(Appended.Stored.class::isInstance);
    }

    /// True where one of them, nobody knows which, had all of them refused.
    boolean isRefusedAsAWhole() throws StoreException {
        return together
                && sent.size() > 1
                && results().stream().allMatch(Appended.Refused.class::isInstance);
    }
}
