package org.imapmirror.replicate;

import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Messages on the mirror that came there without this lane's knowledge: somebody else stored them,
/// or this lane did in a time that the map does not remember, as it was restored from a backup. In
/// the second case to store what seems to be missing would double it, so the mailbox is matched
/// anew, like one that was never copied.
final class Strangers {
    private static final Logger LOG = LoggerFactory.getLogger(Strangers.class);

    private final Work work;

    Strangers(Work work) {
        this.work = work;
    }

    /// Looks for them in the open mailbox of the mirror, before something is stored there. Costs
    /// nothing as long as nobody else stored anything.
    ///
    /// @param uidNext of the mirror's mailbox now
    /// @throws StoreException of kind RACE where there are any: the mailbox is to be matched
    void check(MailboxRow m, long uidNext) throws StoreException {
        MailboxRow now = work.current(m);
        long known = Math.max(1, now.targetUidNext());
        if (!now.copied() || uidNext <= known) {
            return;
        }
        UidSet later = work.hands.target().uids().intersect(UidSet.range(known, UidSet.MAX));
        UidSet unknown = work.unmapped(now, later);
        if (unknown.isEmpty()) {
            work.save(now.withTargetUidNext(uidNext));
            return;
        }
        LOG.warn(
                "lane={} somebody else stored messages on the mirror, they are matched first"
                        + " mailbox={} messages={}",
                work.lane.key(),
                now.name(),
                unknown.size());
        work.save(now.withCopied(false));
        throw new StoreException(
                Kind.RACE,
                work.hands.target().server(),
                null,
                "messages in " + now.target() + " were stored by somebody else");
    }
}
