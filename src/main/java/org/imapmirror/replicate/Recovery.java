package org.imapmirror.replicate;

import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.CanonicalDigest;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.Selected;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;
import org.imapmirror.mailstore.Summary;
import org.imapmirror.replicate.Attempt.Item;
import org.imapmirror.replicate.MessageRow.State;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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
            Map<Long, String> stored = work.hands.target().digests(candidates);
            Map<Item, String> wanted = digests(m, attempt.items());
            work.selectTarget(m);
            TreeMap<Long, String> free = new TreeMap<>(stored);
            wanted.forEach((item, digest) ->
                    free.entrySet().stream()
                            .filter(e -> e.getValue().equals(digest))
                            .map(Map.Entry::getKey)
                            .findFirst()
                            .ifPresent(uid -> {
                                found.put(item, uid);
                                free.remove(uid);
                            }));
            pairBySize(m, attempt.items(), found, new ArrayList<>(free.keySet()));
            if (work.archive != null) {
                UidSet uids = UidSet.of(found.values());
                for (Summary one : work.hands.target().summaries(uids)) {
                    for (Map.Entry<Item, Long> e : found.entrySet()) {
                        if (e.getValue() == one.uid()) {
                            String digest = stored.get(one.uid());
                            work.archive.know(m, e.getKey().uid(), one.internalDate(), digest);
                        }
                    }
                }
            }
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
                    if (work.archive == null) {
                        // From an archive nothing is ever removed, not even what came twice.
                        tx.expectEchoes(attempt, notFound(attempt, found));
                    }
                    tx.attemptOver();
                });
        work.map.put(grown);
    }

    private static UidSet since(Attempt attempt, UidSet onTarget) {
        return onTarget.intersect(UidSet.range(Math.max(1, attempt.targetUidNext()), UidSet.MAX));
    }

    private static UidSet notFound(Attempt attempt, Map<Item, Long> found) {
        return UidSet.of(
                attempt.items().stream()
                        .filter(item -> !found.containsKey(item))
                        .map(Item::uid)
                        .toList());
    }

    /// The bodies' digests of what the attempt was to store, from the spool, from the mirror's own
    /// source of a copy, or from the primary. A message that is nowhere any more has none.
    private Map<Item, String> digests(MailboxRow m, List<Item> items) throws StoreException {
        Map<Item, String> out = new java.util.LinkedHashMap<>();
        Map<Long, Item> atPrimary = new TreeMap<>();
        for (Item item : items) {
            if (mapped(m, item)) {
                continue;
            }
            if (item.payload() != null && work.journal.hasPayload(item.payload())) {
                out.put(item, spooled(item));
            } else if (item.copyOf() instanceof Attempt.Source source) {
                String digest = ofSource(source);
                if (digest != null) {
                    out.put(item, digest);
                } else {
                    atPrimary.put(item.uid(), item);
                }
            } else {
                atPrimary.put(item.uid(), item);
            }
        }
        if (!atPrimary.isEmpty()) {
            work.examinePrimary(m);
            work.hands
                    .primary()
                    .digests(UidSet.of(atPrimary.keySet()))
                    .forEach((uid, digest) -> {
                        Item item = atPrimary.get(uid);
                        if (item != null) {
                            out.put(item, digest);
                        }
                    });
        }
        return out;
    }

    private boolean mapped(MailboxRow m, Item item) {
        MessageRow row = work.store.messages(m, UidSet.of(item.uid())).get(item.uid());
        return row != null && row.state() == State.MAPPED;
    }

    private String spooled(Item item) throws StoreException {
        try (InputStream body =
                work.journal.openPayload(java.util.Objects.requireNonNull(item.payload()))) {
            return CanonicalDigest.of(body);
        } catch (IOException e) {
            ImapStore target = work.hands.target();
            throw new StoreException(
                    Kind.GONE,
                    target.server(),
                    null,
                    "the spool cannot be read: " + e.getMessage(),
                    e);
        }
    }

    private @org.jspecify.annotations.Nullable String ofSource(Attempt.Source source)
            throws StoreException {
        MailboxRow from = work.map.byId(source.mailbox());
        if (from == null) {
            return null;
        }
        work.selectTarget(from);
        return work.hands.target().digests(UidSet.of(source.targetUid())).get(source.targetUid());
    }

    /// For items whose body is nowhere any more (expunged on the primary meanwhile, moved away on
    /// the mirror): what is left over of the same size, in order, is theirs. This lane is the only
    /// writer.
    private void pairBySize(MailboxRow m, List<Item> items, Map<Item, Long> found, List<Long> free)
            throws StoreException {
        if (free.isEmpty()) {
            return;
        }
        List<Summary> left = work.hands.target().summaries(UidSet.of(free));
        for (Item item : items) {
            if (found.containsKey(item) || mapped(m, item)) {
                continue;
            }
            for (Summary s : left) {
                if (s.size() == item.size() && !found.containsValue(s.uid())) {
                    found.put(item, s.uid());
                    break;
                }
            }
        }
    }
}
