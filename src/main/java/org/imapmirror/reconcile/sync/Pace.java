package org.imapmirror.reconcile.sync;

import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.Outlook;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;
import org.imapmirror.reconcile.sync.SyncReport.Cause;
import org.imapmirror.reconcile.sync.SyncReport.Failure;

import java.util.HashMap;
import java.util.Map;

/// How many messages of a mailbox go at once, and which ones end the connection even alone: a
/// server that cannot read a message may hang up. Kept over several tries of the mailbox, each of
/// which goes with fewer messages, until the one is found, so that it does not keep the others.
final class Pace {
    /// Of what was under way when a connection ended, this part goes at once in the next try.
    private static final int PART = 10;

    private final Tuning tuning;
    private int window;
    private int batch;
    private UidSet underWay = UidSet.EMPTY;
    private boolean storing;

    /// The source could not answer about one of them, and `window` of them are asked about at once.
    private UidSet suspects = UidSet.EMPTY;

    private final Map<Long, Breaks> breaks = new HashMap<>();

    /// @param bySource the last time it was the source's connection
    /// @param reason the last one
    private record Breaks(int count, boolean bySource, StoreException reason) {}

    /// Something about messages of the source's open mailbox.
    @FunctionalInterface
    interface Question {
        void about(UidSet uids) throws StoreException;
    }

    Pace(Tuning tuning) {
        this.tuning = tuning;
        window = tuning.window();
        batch = tuning.batchMessages();
    }

    /// True where nothing broke that is looked for now, so that several batches may be under way.
    boolean isFull() {
        return batch == tuning.batchMessages();
    }

    /// Messages to store together.
    int batch() {
        return batch;
    }

    /// Asks the source, some messages at a time; not about those that it cannot read.
    void ask(UidSet uids, Question question) throws StoreException {
        for (UidSet part : uids.minus(poison()).chunks(tuning.window())) {
            UidSet left = part;
            while (!left.isEmpty()) {
                UidSet some = next(left);
                if (asked(some, question)) {
                    left = left.minus(some);
                    suspects = suspects.minus(some);
                }
            }
        }
    }

    /// Suspects in small parts, all others together.
    private UidSet next(UidSet left) {
        UidSet among = left.intersect(suspects);
        if (among.isEmpty()) {
            return left;
        }
        UidSet before = left.intersect(UidSet.range(1, among.first())).minus(among);
        return before.isEmpty() ? among.chunks(window).getFirst() : before;
    }

    /// @return false where they are to be asked about in smaller parts
    private boolean asked(UidSet uids, Question question) throws StoreException {
        underWay = uids;
        storing = false;
        try {
            question.about(uids);
        } catch (StoreException e) {
            if (e.kind() != Kind.REFUSED || e.outlook() == Outlook.SOON) {
                throw e;
            }
            // It still answers, and does not say which of them it cannot read.
            if (uids.size() > 1) {
                narrow(uids);
                return false;
            }
            breaks.put(uids.first(), new Breaks(tuning.tries(), true, e));
        }
        underWay = UidSet.EMPTY;
        return true;
    }

    private void narrow(UidSet uids) {
        suspects = uids;
        window = 1 + (int) uids.size() / PART;
    }

    /// As [ImapStore#digests] of the source, so.
    Map<Long, String> digests(ImapStore source, UidSet uids) throws StoreException {
        Map<Long, String> out = new HashMap<>();
        ask(uids, some -> out.putAll(source.digests(some)));
        return out;
    }

    /// As [TextDigests#of] of the source, so.
    Map<Long, String> texts(ImapStore source, UidSet uids) throws StoreException {
        Map<Long, String> out = new HashMap<>();
        ask(uids, some -> out.putAll(TextDigests.of(source, some)));
        return out;
    }

    /// These are read and sent, or were sent and have no fate yet.
    void storing(UidSet uids) {
        underWay = uids;
        storing = true;
    }

    /// Each of them has its fate.
    void stored() {
        underWay = UidSet.EMPTY;
        batch = Math.min(tuning.batchMessages(), batch * 2);
    }

    /// Something failed in the middle of that, so that the mailbox is tried again.
    ///
    /// @param bySource whether it was the source
    /// @return whether fewer messages go at once then
    boolean broke(StoreException reason, boolean bySource) {
        UidSet under = underWay;
        underWay = UidSet.EMPTY;
        if (reason.kind() != Kind.GONE || under.isEmpty()) {
            return false;
        }
        if (under.size() == 1) {
            Breaks before = breaks.get(under.first());
            int count = before == null ? 1 : before.count() + 1;
            breaks.put(under.first(), new Breaks(count, bySource, reason));
            if (count >= tuning.tries()) {
                suspects = suspects.minus(under);
            }
            return false;
        }
        if (storing) {
            batch = 1 + (int) under.size() / PART;
        } else {
            narrow(under);
        }
        return true;
    }

    /// Those that ended the connection alone, as often as a message is tried.
    UidSet poison() {
        UidSet.Builder out = new UidSet.Builder();
        breaks.forEach((uid, found) -> {
            if (found.count() >= tuning.tries()) {
                out.add(uid);
            }
        });
        return out.build();
    }

    /// Why that one is not tried any more, for the report.
    Failure failure(String mailbox, long uid) {
        Breaks found = breaks.get(uid);
        if (found == null) {
            throw new IllegalStateException("bug: no connection ended at message " + uid);
        }
        StoreException reason = found.reason();
        return new Failure(
                mailbox,
                uid,
                0,
                null,
                found.bySource() ? Cause.FETCH : Cause.APPEND,
                reason.code(),
                reason.kind() == Kind.GONE
                        ? "the connection ended %d times while it was %s: %s"
                                .formatted(
                                        found.count(),
                                        found.bySource() ? "read" : "stored",
                                        reason.text())
                        : reason.text());
    }
}
