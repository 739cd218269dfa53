package org.imapmirror.reconcile.sync;

import org.imapmirror.event.Flags;
import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.Summary;
import org.imapmirror.reconcile.sync.Attempt.Item;
import org.imapmirror.reconcile.sync.MapRow.State;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Finds out what an attempt stored that did not come to its end, before anything is sent again:
/// nothing below the UIDNEXT of that time can be its doing, and of what is above, the messages
/// without a row that have the same body are.
final class Recovery {
    private final Run run;
    private final Links links;
    private final Pace pace;

    Recovery(Run run, Links links, Pace pace) {
        this.run = run;
        this.links = links;
        this.pace = pace;
    }

    /// Settles the attempt on a mailbox of the target that is open for writing, if there is one.
    /// The source's mailbox may be another one afterwards.
    ///
    /// @return messages that turned out to be there
    List<Item> settle(MapBox any) throws StoreException {
        Attempt attempt = run.state().attempt(any.target()).orElse(null);
        if (attempt == null) {
            return List.of();
        }
        MapBox box =
                run.state().boxesOf(any.targetName()).stream()
                        .filter(b -> b.id() == attempt.mailbox())
                        .findFirst()
                        .orElse(null);
        if (box == null || attempt.uidValidity() != any.targetUidValidity()) {
            run.state().change(tx -> tx.attemptOver(any.target()));
            return List.of();
        }
        Map<Item, Long> found = find(box, attempt);
        List<MapRow> rows = rows(found);
        run.state()
                .change(tx -> {
                    tx.put(box, rows);
                    tx.attemptOver(box.target());
                });
        return List.copyOf(found.keySet());
    }

    /// What they have on the target now.
    private List<MapRow> rows(Map<Item, Long> found) throws StoreException {
        List<MapRow> rows = new ArrayList<>();
        if (!found.isEmpty()) {
            Map<Long, Flags> flags = links.target().flags(UidSet.of(found.values()));
            found.forEach((item, uid) -> rows.add(mapped(item, uid, flags)));
        }
        return rows;
    }

    private static MapRow mapped(Item item, long uid, Map<Long, Flags> flags) {
        return new MapRow(
                item.uid(),
                uid,
                State.MAPPED,
                item.size(),
                flags.getOrDefault(uid, Flags.NONE),
                Flags.NONE,
                null);
    }

    private Map<Item, Long> find(MapBox box, Attempt attempt) throws StoreException {
        ImapStore target = links.target();
        UidSet since =
                target.uids()
                        .intersect(UidSet.range(Math.max(1, attempt.uidNext()), UidSet.MAX))
                        .minus(run.state().taken(box.target()));
        List<Item> open = new ArrayList<>(attempt.items());
        Set<Long> known =
                run
                        .state()
                        .rows(box, UidSet.of(open.stream().map(Item::uid).toList()))
                        .values()
                        .stream()
                        .filter(row -> row.state() == State.MAPPED)
                        .map(MapRow::uid)
                        .collect(java.util.stream.Collectors.toSet());
        open.removeIf(item -> known.contains(item.uid()));
        Map<Item, Long> found = new HashMap<>();
        if (since.isEmpty() || open.isEmpty()) {
            return found;
        }
        List<Summary> stored = new ArrayList<>(target.summaries(since));
        if (areAll(open, stored)) {
            for (int i = 0; i < open.size(); i++) {
                found.put(open.get(i), stored.get(i).uid());
            }
            return found;
        }
        compare(box, open, stored, found);
        return found;
    }

    /// Everything came there, in order, and nothing else did.
    private static boolean areAll(List<Item> items, List<Summary> stored) {
        if (items.size() != stored.size()) {
            return false;
        }
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i).size() != stored.get(i).size()) {
                return false;
            }
        }
        return true;
    }

    /// By body; then, for servers that change headers, by text, size and date; then, for those that
    /// the source no longer has, or cannot read, by size: what is left over is theirs.
    private void compare(MapBox box, List<Item> open, List<Summary> stored, Map<Item, Long> found)
            throws StoreException {
        ImapStore source = links.source();
        if (source.examine(box.name()).uidValidity() != box.uidValidity()) {
            return;
        }
        UidSet wanted = UidSet.of(open.stream().map(Item::uid).toList());
        UidSet since = UidSet.of(stored.stream().map(Summary::uid).toList());
        pair(open, pace.digests(source, wanted), links.target().digests(since), found);
        Map<Long, String> dates = new TreeMap<>();
        pace.ask(
                wanted,
                some -> {
                    for (Summary s : source.summaries(some)) {
                        dates.put(s.uid(), sizeAndDate(s));
                    }
                });
        List<Item> left = open.stream().filter(item -> !found.containsKey(item)).toList();
        UidSet free = since.minus(UidSet.of(found.values()));
        if (!left.isEmpty() && !free.isEmpty()) {
            Map<Long, String> mine = new TreeMap<>();
            pace.texts(source, UidSet.of(left.stream().map(Item::uid).toList()))
                    .forEach((uid, text) -> mine.put(uid, text + " " + dates.get(uid)));
            Map<Long, String> theirs = new TreeMap<>();
            Map<Long, String> texts = TextDigests.of(links.target(), free);
            for (Summary s : stored) {
                theirs.put(s.uid(), texts.get(s.uid()) + " " + sizeAndDate(s));
            }
            theirs.keySet().removeIf(uid -> !free.contains(uid));
            pair(left, mine, theirs, found);
        }
        bySize(
                open.stream().filter(item -> !dates.containsKey(item.uid())).toList(),
                stored,
                found);
    }

    /// Without the date where the target's is not the source's.
    private String sizeAndDate(Summary s) {
        return run.options().dates() == SyncOptions.Dates.INTERNAL
                ? s.size() + " " + MessageDates.instant(s.internalDate())
                : Long.toString(s.size());
    }

    /// Equal ones are interchangeable, and go in UID order.
    private static void pair(
            List<Item> items,
            Map<Long, String> mine,
            Map<Long, String> theirs,
            Map<Item, Long> found) {
        Map<String, Deque<Long>> free = new HashMap<>();
        new TreeMap<>(theirs)
                .forEach((uid, digest) ->
                        free.computeIfAbsent(digest, _ -> new ArrayDeque<>()).add(uid));
        for (Item item : items) {
            String digest = mine.get(item.uid());
            Deque<Long> same = digest == null ? null : free.get(digest);
            if (same != null && !same.isEmpty()) {
                found.put(item, same.remove());
            }
        }
    }

    private static void bySize(List<Item> gone, List<Summary> stored, Map<Item, Long> found) {
        for (Item item : gone) {
            for (Summary s : stored) {
                if (!found.containsKey(item)
                        && s.size() == item.size()
                        && !found.containsValue(s.uid())) {
                    found.put(item, s.uid());
                }
            }
        }
    }
}
