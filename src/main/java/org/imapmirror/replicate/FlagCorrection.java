package org.imapmirror.replicate;

import org.imapmirror.event.Doubt;
import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxEvent.FlagChange;
import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.replicate.MessageRow.State;

import java.util.Map;

/// Sets flags that events do not tell: of copies whose source had flags of later already, and of
/// messages whose flags changed before the event that stored them came.
final class FlagCorrection {
    private final Work work;

    FlagCorrection(Work work) {
        this.work = work;
    }

    /// Gives these messages the flags that they have on the primary; what the events still to come
    /// change leads there again. With the primary away, a doubt stays.
    void run(MailboxRow m, UidSet uids) throws StoreException {
        if (uids.isEmpty()) {
            return;
        }
        work.horizon.read(m);
        try {
            work.examinePrimary(m);
            Map<Long, Flags> now = work.hands.primary().flags(uids);
            for (MessageRow row : work.store.messages(m, uids).values()) {
                Flags flags = now.get(row.uid());
                if (row.state() == State.MAPPED && flags != null && !flags.equals(row.flags())) {
                    work.selectTarget(m);
                    work.hands.target().store(UidSet.of(row.targetUid()), FlagChange.NOW, flags);
                    work.store.change(work.lane, tx -> tx.put(m, row.withFlags(flags)));
                }
            }
        } catch (StoreException e) {
            if (e.serverName().equals(work.lane.key().mirror())) {
                throw e;
            }
            String reason = "flags changed in an unknown order, and the primary cannot be asked";
            work.store.change(work.lane, tx -> tx.doubt(Doubt.FLAGS, m.name(), reason));
        }
    }
}
