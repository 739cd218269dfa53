package org.imapmirror.reconcile.sync;

import org.imapmirror.event.Flags;
import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.reconcile.sync.MapRow.State;
import org.imapmirror.reconcile.sync.Selection.Wanted;
import org.imapmirror.reconcile.sync.SyncReport.Cause;
import org.imapmirror.reconcile.sync.SyncReport.Failure;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;

/// Names what could not be brought over, in the report and in the map.
record Failures(Run run, Links links, Ledger.Tally tally) {

    /// A message; its mailbox on the source is open. The next run tries it again.
    void message(MapBox box, Wanted w, Cause cause, @Nullable String code, String reason) {
        failed(
                box,
                new Failure(
                        tally.source, w.uid(), w.size(), messageId(w.uid()), cause, code, reason),
                w.identity());
    }

    /// Messages that cannot be read; the source is not asked about them any more.
    void unreadable(MapBox box, UidSet uids, Pace pace) {
        uids.forEach(uid -> failed(box, pace.failure(tally.source, uid), null));
    }

    /// Messages of which the source told nothing: most often somebody removed them meanwhile. Those
    /// that it still lists are named.
    void untold(MapBox box, UidSet uids) throws StoreException {
        if (uids.isEmpty()) {
            return;
        }
        links.source().noop();
        uids.intersect(links.source().uids())
                .forEach(uid ->
                        failed(
                                box,
                                new Failure(
                                        tally.source,
                                        uid,
                                        0,
                                        null,
                                        Cause.FETCH,
                                        null,
                                        "the source lists it, and does not give it away"),
                                null));
    }

    private void failed(MapBox box, Failure failure, @Nullable Long identity) {
        if (!run.dry()) {
            MapRow row =
                    new MapRow(
                            failure.uid(),
                            0,
                            State.FAILED,
                            failure.size(),
                            Flags.NONE,
                            Flags.NONE,
                            identity);
            run.state().change(tx -> tx.put(box, List.of(row)));
        }
        tally.failed.add(failure.uid());
        run.ledger().failed(failure);
    }

    /// A whole mailbox.
    static Failure mailbox(String source, Cause cause, StoreException e) {
        return new Failure(source, 0, 0, null, cause, e.code(), e.serverName() + ": " + e.text());
    }

    private @Nullable String messageId(long uid) {
        try {
            var key = links.source().headers(UidSet.of(uid)).get(uid);
            return key == null ? null : key.messageId();
        } catch (StoreException _) {
            // The UID names it too.
            return null;
        }
    }

    /// Why a message was refused, as far as exit codes tell it apart.
    static Cause causeOf(StoreException e) {
        String code = e.code() == null ? "" : e.code();
        String words = e.text().toLowerCase(Locale.ROOT);
        if (code.equals("OVERQUOTA") || words.contains("quota") || words.contains("disk full")) {
            return Cause.OVER_QUOTA;
        }
        if (code.equals("TOOBIG")
                || words.contains("too big")
                || words.contains("too large")
                || words.contains("maximum size")
                || words.contains("maximum message size")) {
            return Cause.TOO_BIG;
        }
        return words.contains("virus") ? Cause.VIRUS : Cause.APPEND;
    }
}
