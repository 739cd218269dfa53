package org.imapmirror.reconcile.sync;

import org.imapmirror.mailstore.Status;
import org.imapmirror.reconcile.sync.FolderPlan.Pair;
import org.imapmirror.reconcile.sync.MapBox.Seen;
import org.jspecify.annotations.Nullable;

/// Tells which mailboxes need no look, by their numbers alone.
final class Unchanged {
    private Unchanged() {}

    /// Both sides are as the last run left them, and it left nothing to be done.
    ///
    /// @param sourceStatus null where there is no such mailbox, likewise `targetStatus`
    static boolean is(
            Run run, Pair pair, @Nullable Status sourceStatus, @Nullable Status targetStatus) {
        var messages = run.options().messages();
        boolean timeless =
                messages.minAge() == null
                        && messages.maxAge() == null
                        && messages.sourceSearch() == null
                        && messages.targetSearch() == null;
        MapBox now = run.state().box(pair.source(), pair.target()).orElse(null);
        return now != null
                && sourceStatus != null
                && targetStatus != null
                && timeless
                && now.options().equals(run.fingerprint())
                && same(run, now.uidValidity(), now.seen(), sourceStatus)
                && same(run, now.targetUidValidity(), now.targetSeen(), targetStatus)
                && !run.options().deletes().expungeTarget()
                && !run.state().hasLeftOvers(now)
                && run.state().attempt(now.target()).isEmpty();
    }

    /// Without HIGHESTMODSEQ flags may have changed unseen.
    private static boolean same(Run run, long uidValidity, Seen then, Status now) {
        return uidValidity == now.uidValidity()
                && then.equals(Seen.of(now))
                && now.uidNext() > 0
                && (now.highestModseq() > 0 || !run.options().flags().resync());
    }
}
