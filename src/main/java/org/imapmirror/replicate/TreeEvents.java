package org.imapmirror.replicate;

import org.imapmirror.event.Doubt;
import org.imapmirror.event.MailboxEvent.MailboxCreated;
import org.imapmirror.event.MailboxName;
import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.Status;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/// Events about mailboxes and subscriptions. Each finds its own traces: what is already as the
/// event says is done.
final class TreeEvents {
    private static final long NEXT_SECOND_NANOS = 1_100_000_000L;

    private final Work work;

    TreeEvents(Work work) {
        this.work = work;
    }

    void created(MailboxCreated c) throws StoreException {
        work.map.touch(c.name());
        work.ensure(c.name(), c.specialUse(), c.empty());
    }

    void deleted(MailboxName name) throws StoreException {
        work.map.touch(name);
        MailboxRow m = work.map.get(name);
        if (m != null) {
            delete(m);
        }
    }

    /// Deletes the mirror's mailbox; where it must stay for its children, only its messages go.
    /// With messages that are held it stays for these, as a [Grave].
    void delete(MailboxRow m) throws StoreException {
        List<MessageRow> kept = work.deletions.hold() ? mapped(m) : List.of();
        if (!kept.isEmpty() || !work.held.rows(m).isEmpty()) {
            if (!work.deletions.hold()) {
                emptied(m);
            }
            work.store.change(
                    work.lane,
                    tx -> {
                        for (MessageRow row : kept) {
                            tx.held().hold(m, row, work.deletions);
                        }
                        tx.held().bury(m);
                        tx.deleteMailbox(m);
                    });
            work.map.remove(m);
            return;
        }
        ImapStore target = work.hands.target();
        try {
            target.delete(m.target());
        } catch (StoreException e) {
            if (e.kind() != Kind.REFUSED || e.temporary() && e.code() != null) {
                throw e;
            }
            if (target.status(List.of(m.target())).containsKey(m.target())) {
                emptied(m);
            }
        }
        work.madeRoom = true;
        work.store.change(work.lane, tx -> tx.deleteMailbox(m));
        work.map.remove(m);
    }

    private List<MessageRow> mapped(MailboxRow m) {
        return work.store.messages(m).stream()
                .filter(row -> row.state() == MessageRow.State.MAPPED)
                .toList();
    }

    /// Removes exactly the messages that the map knows; what others put there stays.
    private void emptied(MailboxRow m) throws StoreException {
        UidSet.Builder mapped = new UidSet.Builder();
        for (MessageRow row : work.store.messages(m)) {
            if (row.targetUid() != 0) {
                mapped.add(row.targetUid());
            }
        }
        UidSet uids = mapped.build();
        if (!uids.isEmpty()) {
            work.selectTarget(m);
            work.hands.target().expunge(uids.intersect(work.hands.target().uids()));
            work.madeRoom = true;
        }
    }

    void renamed(MailboxName from, MailboxName to) throws StoreException {
        work.map.touch(from);
        work.map.touch(to);
        char separator = work.lane.names().primary().separator();
        List<MailboxRow> moved = new ArrayList<>();
        for (MailboxRow m : work.map.all()) {
            if (m.name().equals(from) || m.name().isBelow(from, separator)) {
                moved.add(m);
            }
        }
        boolean taken =
                moved.stream()
                        .anyMatch(m -> work.map.get(m.name().renamed(from, to, separator)) != null);
        if (taken || moved.isEmpty()) {
            // Either the listing already had the new name, or the map is out of step.
            doubtTree("a rename of " + from + " does not fit the map");
            return;
        }
        Graves graves = new Graves(work);
        graves.clearTree(work.lane.names().toTarget(from));
        graves.clearTree(work.lane.names().toTarget(to));
        Renumbering renumbering = Renumbering.expected(work, moved);
        onMirror(from, to, moved, separator);
        work.store.change(
                work.lane,
                tx -> {
                    for (MailboxRow m : moved) {
                        MailboxName name = m.name().renamed(from, to, separator);
                        MailboxRow now = m.withName(name, work.lane.names().toTarget(name));
                        tx.update(now);
                        tx.renameDoubts(m.name(), name);
                    }
                });
        for (MailboxRow m : moved) {
            MailboxName name = m.name().renamed(from, to, separator);
            work.map.touch(name);
            work.map.put(m.withName(name, work.lane.names().toTarget(name)));
        }
        checkValidity(moved, renumbering);
    }

    /// The mailbox with those below it, or, where the mirror does not rename what is no mailbox,
    /// those below it one by one.
    private void onMirror(MailboxName from, MailboxName to, List<MailboxRow> moved, char separator)
            throws StoreException {
        try {
            onMirror(from, to);
        } catch (StoreException e) {
            if (e.kind() != Kind.REFUSED || work.map.get(from) != null) {
                throw e;
            }
            for (MailboxRow m : moved) {
                onMirror(m.name(), m.name().renamed(from, to, separator));
            }
        }
    }

    private void onMirror(MailboxName from, MailboxName to) throws StoreException {
        ImapStore target = work.hands.target();
        String old = work.lane.names().toTarget(from);
        String now = work.lane.names().toTarget(to);
        try {
            target.rename(old, now);
        } catch (StoreException e) {
            if (e.kind() != Kind.REFUSED) {
                throw e;
            }
            Map<String, Status> there = target.status(List.of(old, now));
            if (there.containsKey(old) || !there.containsKey(now)) {
                throw e;
            }
        }
    }

    private void checkValidity(List<MailboxRow> moved, Renumbering renumbering)
            throws StoreException {
        List<String> names = new ArrayList<>();
        for (MailboxRow m : moved) {
            names.add(work.current(m).target());
        }
        Map<String, Status> now = work.hands.target().status(names);
        for (MailboxRow old : moved) {
            MailboxRow m = work.current(old);
            Status s = now.get(m.target());
            if (s != null
                    && m.targetUidValidity() != 0
                    && s.uidValidity() != m.targetUidValidity()) {
                renumbering.settle(m, s.uidValidity());
            }
        }
    }

    void subscribed(MailboxName name) throws StoreException {
        work.map.touch(name);
        ImapStore target = work.hands.target();
        String mirrored = work.lane.names().toTarget(name);
        try {
            target.subscribe(mirrored);
        } catch (StoreException e) {
            if (e.kind() != Kind.REFUSED
                    || target.status(List.of(mirrored)).containsKey(mirrored)) {
                throw e;
            }
            // A subscription may outlive its mailbox; some servers only take it for one that
            // exists.
            List<String> parents = absentParents(mirrored);
            target.create(mirrored, null);
            target.subscribe(mirrored);
            deleteMade(mirrored);
            removeEmpty(parents);
        }
    }

    /// The names above this one that are no mailboxes, the lowest first.
    private List<String> absentParents(String mirrored) throws StoreException {
        List<String> parents = new ArrayList<>();
        char separator = work.lane.names().target().separator();
        int root = work.lane.names().target().prefix().length();
        for (int at = mirrored.lastIndexOf(separator);
                separator != 0 && at > root;
                at = mirrored.lastIndexOf(separator, at - 1)) {
            parents.add(mirrored.substring(0, at));
        }
        parents.removeAll(work.hands.target().status(parents).keySet());
        return parents;
    }

    /// Some servers make mailboxes of the names above a new one.
    private void removeEmpty(List<String> made) throws StoreException {
        ImapStore target = work.hands.target();
        Map<String, Status> now = target.status(made);
        for (String name : made) {
            Status s = now.get(name);
            if (s != null && s.messages() == 0) {
                deleteMade(name);
            }
        }
    }

    /// Cyrus keeps a deleted mailbox under its name and the second, and refuses a second one there.
    private void deleteMade(String name) throws StoreException {
        try {
            work.hands.target().delete(name);
        } catch (StoreException e) {
            if (e.kind() != Kind.REFUSED) {
                throw e;
            }
            LockSupport.parkNanos(NEXT_SECOND_NANOS);
            work.hands.target().delete(name);
        }
    }

    void unsubscribed(MailboxName name) throws StoreException {
        work.map.touch(name);
        try {
            work.hands.target().unsubscribe(work.lane.names().toTarget(name));
        } catch (StoreException e) {
            if (e.kind() != Kind.REFUSED) {
                throw e;
            }
        }
    }

    private void doubtTree(String reason) {
        work.store.change(work.lane, tx -> tx.doubt(Doubt.TREE, null, reason));
    }
}
