package org.imapmirror.replicate;

import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.Status;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Removes held messages from the mirror when they are due. Needs the mirror alone. A message is
/// removed by UID and UIDVALIDITY; where the latter changed, nobody knows any more which it is, and
/// it stays.
final class Purge {
    private static final Logger LOG = LoggerFactory.getLogger(Purge.class);
    private static final Duration REFUSED_PAUSE = Duration.ofHours(1);

    private final Work work;

    Purge(Work work) {
        this.work = work;
    }

    /// Does one mailbox.
    ///
    /// @return false where nothing is due
    boolean step() throws StoreException {
        List<HeldRow> due = work.held.due(work.lane, work.steady.millis());
        if (due.isEmpty()) {
            return false;
        }
        HeldRow first = due.getFirst();
        List<HeldRow> place =
                due.stream()
                        .filter(h -> h.mailbox() == first.mailbox() && h.grave() == first.grave())
                        .toList();
        try {
            purge(first, place);
        } catch (StoreException e) {
            if (e.kind() != Kind.REFUSED && e.kind() != Kind.UNSUPPORTED
                    || !e.serverName().equals(work.lane.key().mirror())) {
                throw e;
            }
            LOG.warn("lane={} held messages are purged later: {}", work.lane.key(), e.getMessage());
            long until = work.steady.millis() + REFUSED_PAUSE.toMillis();
            work.store.change(
                    work.lane,
                    tx -> {
                        for (HeldRow h : place) {
                            tx.held().postpone(h, until);
                        }
                    });
        }
        return true;
    }

    private void purge(HeldRow first, List<HeldRow> place) throws StoreException {
        if (first.grave() == 0) {
            MailboxRow m = work.map.byId(first.mailbox());
            if (m == null) {
                throw new IllegalStateException("bug: held in a mailbox without a row");
            }
            expunge(place, work.selectTarget(m).uidValidity(), m.name().value());
            return;
        }
        Grave g = work.held.grave(work.lane, first.grave()).orElseThrow();
        ImapStore target = work.hands.target();
        if (!target.status(List.of(g.target())).containsKey(g.target())) {
            LOG.warn("lane={} mailbox={} is gone from the mirror", work.lane.key(), g.target());
            work.store.change(work.lane, tx -> tx.held().level(g));
            return;
        }
        expunge(place, target.select(g.target()).uidValidity(), g.name());
        if (work.held.rows(g).isEmpty()) {
            Status left = target.status(List.of(g.target())).get(g.target());
            if (left != null && left.messages() == 0) {
                remove(g);
            }
            work.store.change(work.lane, tx -> tx.held().level(g));
        }
    }

    private void remove(Grave g) throws StoreException {
        try {
            work.hands.target().delete(g.target());
        } catch (StoreException e) {
            if (e.kind() != Kind.REFUSED) {
                throw e;
            }
            LOG.warn(
                    "lane={} mailbox={} is empty and stays on the mirror: {}",
                    work.lane.key(),
                    g.target(),
                    e.getMessage());
        }
    }

    private void expunge(List<HeldRow> place, long uidValidity, String name) throws StoreException {
        Map<Long, HeldRow> known = new TreeMap<>();
        for (HeldRow h : place) {
            if (h.targetUidValidity() == uidValidity) {
                known.put(h.targetUid(), h);
            }
        }
        if (known.size() < place.size()) {
            LOG.warn(
                    "lane={} mailbox={} has another UIDVALIDITY on the mirror: {} held messages"
                            + " stay there",
                    work.lane.key(),
                    name,
                    place.size() - known.size());
        }
        UidSet uids = UidSet.of(known.keySet()).intersect(work.hands.target().uids());
        if (!uids.isEmpty()) {
            work.hands.target().expunge(uids);
            work.madeRoom = true;
        }
        LOG.info("lane={} mailbox={} purged={} held messages", work.lane.key(), name, known.size());
        work.store.change(
                work.lane,
                tx -> {
                    for (HeldRow h : place) {
                        tx.held().over(h);
                    }
                });
    }
}
