package org.imapmirror.replicate;

import org.imapmirror.event.PayloadRef;
import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.Selected;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;
import org.imapmirror.mailstore.Summary;
import org.imapmirror.reconcile.StoredForms;
import org.imapmirror.replicate.Attempt.Item;
import org.imapmirror.replicate.MessageRow.State;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/// Finds out what a cut-off attempt stored on the mirror, before anything is sent again (reference
/// section 4.3): nothing below the UIDNEXT of that time can be its doing, and of what is above, the
/// unmapped messages with the same body are.
final class Recovery {
    private final Work work;

    Recovery(Work work) {
        this.work = work;
    }

    /// Does nothing where no attempt is open. Afterwards none is.
    void run() throws StoreException {
        Attempt attempt = work.store.attempt(work.lane).orElse(null);
        if (attempt == null) {
            return;
        }
        MailboxRow m = work.map.byId(attempt.mailbox());
        if (m == null) {
            work.store.change(work.lane, LaneTx::attemptOver);
            return;
        }
        Selected s = work.selectTarget(m);
        UidSet candidates =
                s.uidValidity() == attempt.targetUidValidity()
                        ? work.unmapped(m, since(attempt, work.hands.target().uids()))
                        : UidSet.EMPTY;
        Map<Item, Long> found = new HashMap<>();
        if (!candidates.isEmpty()) {
            find(m, attempt.items(), candidates, found);
        }
        UidSet missing = missing(m, attempt, found);
        if (work.archive != null && !missing.isEmpty()) {
            awaitLate();
        }
        MailboxRow grown = work.grown(m, found.values().stream());
        work.store.change(
                work.lane,
                tx -> {
                    for (Map.Entry<Item, Long> e : found.entrySet()) {
                        Item item = e.getKey();
                        MessageRow row =
                                new MessageRow(
                                        item.uid(),
                                        e.getValue(),
                                        State.MAPPED,
                                        item.size(),
                                        item.flags());
                        tx.put(m, row);
                        work.stored(tx, m, row);
                    }
                    tx.update(grown);
                    tx.expectEchoes(attempt, missing);
                    tx.attemptOver();
                });
        work.map.put(grown);
    }

    /// As the message was sent, and as a server has it that changes headers. One whose body is
    /// known is never taken for another message of the same size: it would be lost.
    private void find(MailboxRow m, List<Item> items, UidSet candidates, Map<Item, Long> found)
            throws StoreException {
        Map<Long, String> free = new TreeMap<>(work.hands.target().digests(candidates));
        Map<Item, StoredForms> wanted = forms(m, items);
        work.selectTarget(m);
        pair(wanted, free, found, (forms, digest) -> forms.exact().equals(digest));
        pair(wanted, free, found, StoredForms::isStoredAs);
        List<Item> nowhere = new ArrayList<>();
        for (Item item : items) {
            if (!wanted.containsKey(item) && !mapped(m, item)) {
                nowhere.add(item);
            }
        }
        Map<Long, String> left = Map.copyOf(free);
        pairBySize(nowhere, free, found);
        Archive archive = work.archive;
        if (archive != null) {
            Map<Long, Summary> there = new HashMap<>();
            for (Summary one : work.hands.target().summaries(UidSet.of(found.values()))) {
                there.put(one.uid(), one);
            }
            found.forEach((item, uid) -> {
                StoredForms forms = wanted.get(item);
                String digest = forms == null ? left.get(uid) : forms.exact();
                Summary one = there.get(uid);
                // What it was sent with may have been a guess.
                Arrival arrival = new Arrival(one == null ? null : one.internalDate(), false);
                archive.know(m, item.uid(), arrival, digest);
            });
        }
    }

    /// Equal ones are interchangeable, and go in UID order.
    private static void pair(
            Map<Item, StoredForms> wanted,
            Map<Long, String> free,
            Map<Item, Long> found,
            BiPredicate<StoredForms, String> same) {
        wanted.forEach((item, forms) -> {
            if (!found.containsKey(item)) {
                free.entrySet().stream()
                        .filter(e -> same.test(forms, e.getValue()))
                        .map(Map.Entry::getKey)
                        .findFirst()
                        .ifPresent(uid -> {
                            found.put(item, uid);
                            free.remove(uid);
                        });
            }
        });
    }

    private static UidSet since(Attempt attempt, UidSet onTarget) {
        return onTarget.intersect(UidSet.range(Math.max(1, attempt.targetUidNext()), UidSet.MAX));
    }

    /// What is not on the mirror, by UIDs of the primary.
    private UidSet missing(MailboxRow m, Attempt attempt, Map<Item, Long> found) {
        return UidSet.of(
                attempt.items().stream()
                        .filter(item -> !found.containsKey(item) && !mapped(m, item))
                        .map(Item::uid)
                        .toList());
    }

    /// From an archive nothing is ever removed, not even what came twice. So what a server may
    /// still do is waited for, within limits.
    ///
    /// @throws StoreException as long as it is not long enough
    private void awaitLate() throws StoreException {
        work.store.change(work.lane, LaneTx::attemptLooked);
        Long first = work.store.attemptLooked(work.lane);
        long since = first == null ? 0 : work.steady.millis() - first;
        long longest = work.retry.unknown().toMillis();
        if (since < longest) {
            throw new StoreException(
                    Kind.REFUSED,
                    work.hands.target().server(),
                    "INUSE",
                    "a message whose storing was cut off is looked for, for %d s more"
                            .formatted((longest - since + 999) / 1000));
        }
    }

    /// The digests of what the attempt was to store, from the spool, from the mirror's own source
    /// of a copy, or from the primary. A message that is nowhere any more has none.
    private Map<Item, StoredForms> forms(MailboxRow m, List<Item> items) throws StoreException {
        Map<Item, StoredForms> out = new LinkedHashMap<>();
        Map<Long, Item> atPrimary = new TreeMap<>();
        for (Item item : items) {
            if (mapped(m, item)) {
                continue;
            }
            if (item.payload() instanceof PayloadRef body && work.journal.hasPayload(body)) {
                out.put(item, work.spooled(body));
            } else if (item.copyOf() instanceof Attempt.Source source) {
                StoredForms forms = ofSource(source);
                if (forms != null) {
                    out.put(item, forms);
                } else {
                    atPrimary.put(item.uid(), item);
                }
            } else {
                atPrimary.put(item.uid(), item);
            }
        }
        if (!atPrimary.isEmpty()) {
            work.examinePrimary(m);
            StoredForms.of(work.hands.primary(), UidSet.of(atPrimary.keySet()))
                    .forEach((uid, forms) -> {
                        Item item = atPrimary.get(uid);
                        if (item != null) {
                            out.put(item, forms);
                        }
                    });
        }
        return out;
    }

    private boolean mapped(MailboxRow m, Item item) {
        MessageRow row = work.store.messages(m, UidSet.of(item.uid())).get(item.uid());
        return row != null && row.state() == State.MAPPED;
    }

    private @Nullable StoredForms ofSource(Attempt.Source source) throws StoreException {
        MailboxRow from = work.map.byId(source.mailbox());
        if (from == null) {
            return null;
        }
        work.selectTarget(from);
        return StoredForms.of(work.hands.target(), UidSet.of(source.targetUid()))
                .get(source.targetUid());
    }

    /// For items whose body is nowhere any more (expunged on the primary meanwhile, moved away on
    /// the mirror): what is left over of the same size, in order, is theirs. This lane is the only
    /// writer.
    private void pairBySize(List<Item> nowhere, Map<Long, String> free, Map<Item, Long> found)
            throws StoreException {
        if (free.isEmpty() || nowhere.isEmpty()) {
            return;
        }
        List<Summary> left = work.hands.target().summaries(UidSet.of(free.keySet()));
        for (Item item : nowhere) {
            for (Summary s : left) {
                if (s.size() == item.size() && free.remove(s.uid()) != null) {
                    found.put(item, s.uid());
                    break;
                }
            }
        }
    }
}
