package org.imapmirror.replicate;

import org.imapmirror.event.Flags;
import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.Summary;
import org.imapmirror.reconcile.StoredForms;
import org.imapmirror.replicate.MessageRow.State;
import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/// Looks whether an archive holds what is about to be stored there, in a mailbox that was not
/// matched with the primary yet: the account is new, or the map is one of other times. What was
/// expunged from the primary since is matched here alone, by the body in the spool.
final class ArchiveFinds {
    private final Work work;
    private final Archive archive;

    /// Sizes of the messages that no row claims, by our mailbox and the archive's UID, as they were
    /// first found: nobody else stores there.
    private final Map<Long, Map<Long, Long>> free = new HashMap<>();

    ArchiveFinds(Work work, Archive archive) {
        this.work = work;
        this.archive = archive;
    }

    /// @param date of the primary, null where it is not known
    record Wanted(long size, Flags flags, @Nullable String date) {}

    /// Digests of some messages.
    interface Bodies {
        Map<Long, StoredForms> of(UidSet uids) throws StoreException;
    }

    /// Maps those that are there, each message of the archive for one of the primary.
    ///
    /// @param wanted by UID of the primary
    /// @return those that are not there
    UidSet without(MailboxRow m, Map<Long, Wanted> wanted, Bodies bodies) throws StoreException {
        UidSet all = UidSet.of(wanted.keySet());
        if (work.current(m).copied() || all.isEmpty()) {
            return all;
        }
        UidSet candidates = candidates(m, wanted);
        if (candidates.isEmpty()) {
            return all;
        }
        Map<Long, StoredForms> mine = new TreeMap<>(bodies.of(all));
        work.selectTarget(m);
        Map<Long, String> there = new TreeMap<>(work.hands.target().digests(candidates));
        Map<Long, Long> found = new TreeMap<>();
        mine.forEach((uid, forms) ->
                there.entrySet().stream()
                        .filter(e -> forms.isStoredAs(e.getValue()))
                        .map(Map.Entry::getKey)
                        .findFirst()
                        .ifPresent(targetUid -> {
                            found.put(uid, targetUid);
                            there.remove(targetUid);
                        }));
        keep(m, wanted, mine, found);
        return all.minus(UidSet.of(found.keySet()));
    }

    private UidSet candidates(MailboxRow m, Map<Long, Wanted> wanted) throws StoreException {
        Map<Long, Long> sizes = free.get(m.id());
        if (sizes == null) {
            sizes = new TreeMap<>();
            work.selectTarget(m);
            ImapStore target = work.hands.target();
            UidSet unknown = work.unmapped(m, target.uids());
            if (!unknown.isEmpty()) {
                for (Summary s : target.summaries(unknown)) {
                    sizes.put(s.uid(), s.size());
                }
            }
            free.put(m.id(), sizes);
        }
        UidSet.Builder same = new UidSet.Builder();
        sizes.forEach((uid, size) -> {
            if (wanted.values().stream().anyMatch(w -> w.size() == size)) {
                same.add(uid);
            }
        });
        UidSet candidates = same.build();
        return candidates.isEmpty() ? candidates : work.unmapped(m, candidates);
    }

    private void keep(
            MailboxRow m,
            Map<Long, Wanted> wanted,
            Map<Long, StoredForms> forms,
            Map<Long, Long> found) {
        if (found.isEmpty()) {
            return;
        }
        work.store.change(
                work.lane,
                tx -> {
                    for (Map.Entry<Long, Long> pair : found.entrySet()) {
                        long uid = pair.getKey();
                        Wanted w = wanted.get(uid);
                        StoredForms f = forms.get(uid);
                        if (w == null || f == null) {
                            throw new IllegalStateException("bug: nobody asked for UID " + uid);
                        }
                        MessageRow row =
                                new MessageRow(
                                        uid, pair.getValue(), State.MAPPED, w.size(), w.flags());
                        archive.know(m, uid, Arrival.certain(w.date()), f.exact());
                        tx.put(m, row);
                        archive.found(tx, m, row);
                    }
                });
    }
}
