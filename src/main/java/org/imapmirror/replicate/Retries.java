package org.imapmirror.replicate;

import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.replicate.MessageRow.State;

import java.util.List;
import java.util.function.LongSupplier;

/// Tries again by itself what a mirror did not take, as [Again] tells. Lives as long as the lane.
final class Retries {
    private final RetryRules rules;
    private final LongSupplier nanos;
    private long roomAt;
    private long refusedAt;
    private boolean room;

    /// @param nanos a monotonic clock
    Retries(RetryRules rules, LongSupplier nanos) {
        this.rules = rules;
        this.nanos = nanos;
        this.roomAt = nanos.getAsLong();
        this.refusedAt = roomAt + rules.refused().toNanos();
    }

    /// True where it is time to look.
    boolean isDue(Work work) {
        long now = nanos.getAsLong();
        return room
                || work.madeRoom
                || work.refusals.hasAgain()
                || now - roomAt >= 0
                || now - refusedAt >= 0;
    }

    /// @return whether something was tried
    boolean step(Work work) throws StoreException {
        room |= work.madeRoom;
        work.madeRoom = false;
        long now = nanos.getAsLong();
        if (room || now - roomAt >= 0) {
            int tried = retry(work, Again.ROOM) + room(work);
            room = false;
            roomAt = now + rules.room().toNanos();
            if (tried > 0) {
                return true;
            }
        }
        if (work.refusals.takeAgain() || now - refusedAt >= 0) {
            refusedAt = now + rules.refused().toNanos();
            return retry(work, Again.REFUSED) > 0;
        }
        return false;
    }

    private static int retry(Work work, Again again) {
        return work.store
                .parked()
                .retry(work.lane, again, work.steady.wallMillis(), work.steady.millis());
    }

    /// In the order of UIDs; what is not smaller than what did not fit is not sent.
    private static int room(Work work) throws StoreException {
        Importer importer = new Importer(work);
        int tried = 0;
        for (MailboxRow m : work.map.all()) {
            List<MessageRow> waiting =
                    m.copied() ? work.store.parked().waitingForRoom(m) : List.of();
            long tooBig = Long.MAX_VALUE;
            for (MessageRow row : waiting) {
                if (row.size() >= tooBig) {
                    continue;
                }
                tried++;
                UidSet uid = UidSet.of(row.uid());
                importer.fromPrimary(m, uid);
                MessageRow now = work.store.messages(m, uid).get(row.uid());
                if (now != null && now.state() == State.PARKED) {
                    tooBig = row.size();
                }
            }
        }
        return tried;
    }
}
