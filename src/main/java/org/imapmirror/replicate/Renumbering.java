package org.imapmirror.replicate;

import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.Status;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.reconcile.Matcher;
import org.imapmirror.reconcile.Matcher.Candidate;
import org.imapmirror.replicate.MessageRow.State;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Carries the map over a rename by which the mirror gives a mailbox a new UIDVALIDITY and other
/// UIDs, as Courier does.
///
/// Matching anew with the primary, as for any other change of UIDVALIDITY, would not do: a message
/// that was expunged there since would match nothing and stay on the mirror for ever. So what the
/// messages are like is read from the mirror before the rename, and they are found by it
/// afterwards. Courier also numbers them in another order, which their sizes alone would not tell.
final class Renumbering {
    private final Work work;
    private final Map<Long, List<Candidate>> before = new HashMap<>();

    private Renumbering(Work work) {
        this.work = work;
    }

    /// Reads the mirror's mailboxes that are about to be renamed, and writes down what they are
    /// like: after a crash between the rename and the end of [#settle] there is nothing to read any
    /// more.
    static Renumbering expected(Work work, Collection<MailboxRow> mailboxes) throws StoreException {
        Renumbering r = new Renumbering(work);
        ImapStore target = work.hands.target();
        if (!target.renumbersOnRename()) {
            return r;
        }
        Map<String, Status> there =
                target.status(mailboxes.stream().map(MailboxRow::target).toList());
        for (MailboxRow m : mailboxes) {
            Status s = there.get(m.target());
            if (s != null && s.uidValidity() == m.targetUidValidity()) {
                work.selectTarget(m);
                List<Candidate> all = candidates(target, target.uids());
                r.before.put(m.id(), all);
                work.store.changeDurably(
                        work.lane, tx -> RenumberingRows.put(tx.connection(), m.id(), all));
            } else if (s == null) {
                List<Candidate> known = work.store.read(db -> RenumberingRows.of(db, m.id()));
                if (!known.isEmpty()) {
                    r.before.put(m.id(), known);
                }
            }
        }
        return r;
    }

    /// Takes the mailbox's new UIDVALIDITY and UIDs into the map.
    void settle(MailboxRow m, long uidValidity) throws StoreException {
        List<Candidate> old = before.get(m.id());
        if (old == null) {
            work.forget(m);
            return;
        }
        List<HeldRow> held =
                work.held.rows(m).stream()
                        .filter(h -> h.targetUidValidity() == m.targetUidValidity())
                        .toList();
        work.save(m.withTargetUidValidity(0));
        work.selectTarget(work.current(m));
        ImapStore target = work.hands.target();
        List<Candidate> now = candidates(target, target.uids());
        Map<Long, Long> moved = Matcher.match(old, now, Renumbering::same);
        MailboxRow known = work.current(m).withTargetUidValidity(uidValidity);
        List<MessageRow> rows = new ArrayList<>();
        for (MessageRow row : work.store.messages(m)) {
            if (row.state() == State.MAPPED) {
                Long uid = moved.get(row.targetUid());
                rows.add(
                        new MessageRow(
                                row.uid(),
                                uid == null ? 0 : uid,
                                uid == null ? State.PENDING : State.MAPPED,
                                row.size(),
                                row.flags()));
            }
        }
        work.store.change(
                work.lane,
                tx -> {
                    tx.update(known);
                    tx.unmap(known);
                    RenumberingRows.clear(tx.connection(), known.id());
                    for (MessageRow row : rows) {
                        tx.put(known, row);
                    }
                    for (HeldRow h : held) {
                        Long uid = moved.get(h.targetUid());
                        if (uid != null) {
                            tx.held().renumbered(h, uidValidity, uid);
                        }
                    }
                });
        work.map.put(known);
    }

    private static List<Candidate> candidates(ImapStore target, UidSet uids) throws StoreException {
        return uids.isEmpty() ? List.of() : FirstCopy.candidates(target, uids, new HashMap<>());
    }

    /// Nothing else can have come in, so copies that agree in all this are each other's equals.
    private static boolean same(Candidate a, Candidate b) {
        return a.size() == b.size() && Objects.equals(a.date(), b.date());
    }
}
