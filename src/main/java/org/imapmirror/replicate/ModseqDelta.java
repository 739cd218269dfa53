package org.imapmirror.replicate;

import org.imapmirror.event.Flags;
import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.Changed;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.Status;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.replicate.MessageRow.State;
import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Finds what differs in a mailbox by asking the primary for what changed since the last comparison
/// (CONDSTORE), and for what vanished (QRESYNC).
///
/// The map itself may be wrong about messages that events have changed since: their flags are read
/// too. Whether the map has as many messages as the mailbox shows whether messages are missing on
/// either side; where that does not fit, nothing here is certain, and everything is to be compared.
final class ModseqDelta {
    private final Work work;

    ModseqDelta(Work work) {
        this.work = work;
    }

    /// Whether the primary can tell what changed since the last comparison. A HIGHESTMODSEQ that is
    /// lower than it was says that the server has lost count (RFC 7162 section 5).
    boolean isPossible(MailboxRow m, Compared last, Status now) throws StoreException {
        ImapStore primary = work.hands.primary();
        return m.copied()
                && last.fullAt() != 0
                && (primary.has("CONDSTORE") || primary.has("QRESYNC"))
                && m.uidValidity() == now.uidValidity()
                && m.seen().modseq() != 0
                && m.seen().modseq() <= now.highestModseq();
    }

    /// What was found in the primary's mailbox.
    ///
    /// @param flags of messages that are new, changed there, or were changed by events
    /// @param uids all there are, where the server does not tell what vanished and something did;
    ///   else null
    /// @param exists messages in it
    record Found(Map<Long, Flags> flags, UidSet vanished, @Nullable UidSet uids, long exists) {}

    /// Reads it. The mailbox is open for reading.
    Found read(MailboxRow m, Compared last) throws StoreException {
        ImapStore primary = work.hands.primary();
        boolean tells = primary.enableQresync();
        work.examinePrimary(m);
        Changed changed = primary.changedSince(m.seen().modseq());
        Map<Long, Flags> flags = new HashMap<>(changed.flags());
        UidSet ours =
                UidSet.of(work.compared.changedSince(m, last.since()))
                        .minus(UidSet.of(flags.keySet()))
                        .minus(changed.vanished());
        if (!ours.isEmpty()) {
            flags.putAll(primary.flags(ours));
        }
        UidSet uids = null;
        if (!tells && expected(m, flags.keySet()) != changed.exists()) {
            uids = primary.uids();
        }
        return new Found(
                flags, changed.vanished(), uids, uids == null ? changed.exists() : uids.size());
    }

    /// How many messages there would be if none had vanished.
    private long expected(MailboxRow m, Set<Long> told) {
        Map<Long, MessageRow> rows = work.store.messages(m, UidSet.of(told));
        Set<Long> unknown = new HashSet<>(told);
        rows.forEach((uid, row) -> {
            if (row.state() != State.GONE) {
                unknown.remove(uid);
            }
        });
        return work.store.present(m) + unknown.size();
    }

    /// What is to be done on the mirror.
    ///
    /// @param missing UIDs that the map does not know, or as gone
    /// @param flags that differ
    /// @param gone known UIDs that vanished; to be proved by another reading
    /// @param open as in [MailboxDiff#open]
    record Difference(UidSet missing, Map<Long, Flags> flags, UidSet gone, UidSet open) {}

    /// Compares what was found with the map, which may have gone on since.
    Difference difference(MailboxRow m, Found found, LaneMap.Touched touched) {
        UidSet told = UidSet.of(found.flags().keySet());
        Map<Long, MessageRow> rows = work.store.messages(m, told);
        UidSet.Builder missing = new UidSet.Builder();
        UidSet.Builder open = new UidSet.Builder();
        Map<Long, Flags> flags = new HashMap<>();
        found.flags()
                .forEach((uid, now) -> {
                    MessageRow row = rows.get(uid);
                    boolean known = row != null && row.state() != State.GONE;
                    boolean equal =
                            row == null || row.state() != State.MAPPED || row.flags().equals(now);
                    if (known && equal) {
                        return;
                    }
                    if (touched.has(m, uid)) {
                        open.add(uid);
                    } else if (known) {
                        flags.put(uid, now);
                    } else {
                        missing.add(uid);
                    }
                });
        UidSet.Builder gone = new UidSet.Builder();
        UidSet uids = found.uids();
        if (uids != null) {
            UidSet.Builder known = new UidSet.Builder();
            for (MessageRow row : work.store.messages(m)) {
                if (row.state() != State.GONE) {
                    known.add(row.uid());
                }
            }
            UidSet all = known.build();
            add(gone, open, m, all.minus(uids), touched);
            add(missing, open, m, uids.minus(all).minus(told), touched);
        } else if (!found.vanished().isEmpty()) {
            // It may name whole ranges that never were.
            UidSet.Builder there = new UidSet.Builder();
            for (MessageRow row : work.store.messages(m)) {
                if (row.state() != State.GONE) {
                    there.add(row.uid());
                }
            }
            add(gone, open, m, there.build().intersect(found.vanished()), touched);
        }
        return new Difference(missing.build(), flags, gone.build(), open.build());
    }

    private static void add(
            UidSet.Builder to,
            UidSet.Builder open,
            MailboxRow m,
            UidSet uids,
            LaneMap.Touched touched) {
        uids.forEach(uid -> (touched.has(m, uid) ? open : to).add(uid));
    }
}
