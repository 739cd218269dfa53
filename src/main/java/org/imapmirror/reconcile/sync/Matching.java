package org.imapmirror.reconcile.sync;

import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.HeaderKey;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.Summary;
import org.imapmirror.reconcile.Matcher;
import org.imapmirror.reconcile.sync.Candidates.Entry;
import org.imapmirror.reconcile.sync.Candidates.Window;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Finds which messages of the source the target holds already, by [Matcher], or by header fields
/// that the administrator named. What is left over then is compared without its headers, which some
/// servers change: date, size, Message-ID and text must agree.
final class Matching {
    /// Candidates that are looked at together.
    private static final int TOGETHER = 1000;

    private final int window;
    private final Pace pace;
    private final ImapStore source;
    private final ImapStore target;
    private final List<String> headers;

    /// Takes pairs of a source's and a target's UID, some at a time.
    interface Pairs {
        void take(Map<Long, Long> pairs) throws StoreException;
    }

    /// @param source with its mailbox open, likewise `target`
    Matching(Run run, Pace pace, ImapStore source, ImapStore target) {
        this.pace = pace;
        this.window = run.window();
        this.source = source;
        this.target = target;
        this.headers = run.options().identity().headers();
    }

    /// @param candidates of this mailbox, which nobody else uses now
    void run(Candidates candidates, UidSet sourceUids, UidSet targetUids, Pairs found)
            throws StoreException {
        candidates.clear();
        for (UidSet some : targetUids.chunks(window)) {
            candidates.addTarget(entries(target, some));
        }
        pace.ask(sourceUids, some -> candidates.addSource(entries(source, some)));
        each(candidates, headers.isEmpty() ? this::byMatcher : this::byHeaders, found);
        candidates.regroup();
        each(candidates, this::byText, found);
        candidates.clear();
    }

    /// Says which of some that could be the same are.
    private interface Decision {
        Map<Long, Long> of(List<Entry> left, List<Entry> right) throws StoreException;
    }

    private static void each(Candidates candidates, Decision decision, Pairs found)
            throws StoreException {
        Window window = candidates.next(Long.MIN_VALUE, TOGETHER);
        while (window != null) {
            Map<Long, Long> pairs = decision.of(window.source(), window.target());
            if (!pairs.isEmpty()) {
                found.take(pairs);
                candidates.remove(window, pairs.keySet(), Set.copyOf(pairs.values()));
            }
            window = candidates.next(window.last(), TOGETHER);
        }
    }

    private Map<Long, Long> byMatcher(List<Entry> left, List<Entry> right) throws StoreException {
        Map<Long, String> ofSource = pace.digests(source, doubtful(left, right));
        Map<Long, String> ofTarget = target.digests(doubtful(right, left));
        return Matcher.match(
                left.stream().map(Entry::candidate).toList(),
                right.stream().map(Entry::candidate).toList(),
                (a, b) -> {
                    String digest = ofSource.get(a.uid());
                    return digest != null && digest.equals(ofTarget.get(b.uid()));
                });
    }

    /// Those for which the headers decide nothing, so that the bodies are compared.
    private static UidSet doubtful(List<Entry> mine, List<Entry> others) {
        Map<Long, List<Entry>> byKey = new HashMap<>();
        others.forEach(e -> byKey.computeIfAbsent(e.bucket(), _ -> new ArrayList<>()).add(e));
        Map<Long, Integer> count = new HashMap<>();
        mine.forEach(e -> count.merge(e.bucket(), 1, Integer::sum));
        UidSet.Builder out = new UidSet.Builder();
        for (Entry e : mine) {
            List<Entry> same = byKey.getOrDefault(e.bucket(), List.of());
            boolean alone = e.named() && same.size() == 1 && count.getOrDefault(e.bucket(), 0) == 1;
            if (!alone || !alike(e, same.getFirst())) {
                out.add(e.uid());
            }
        }
        return out.build();
    }

    /// No narrower than what [Matcher] takes for the same without a look at the bodies would be
    /// wrong: whoever is not alike here has its body read.
    private static boolean alike(Entry a, Entry b) {
        return a.headers() == b.headers()
                && a.size() == b.size()
                && a.isDated()
                && b.isDated()
                && Math.abs(a.seconds() - b.seconds()) <= 1;
    }

    /// In UID order; what has none of the fields is told apart by the body.
    private Map<Long, Long> byHeaders(List<Entry> left, List<Entry> right) throws StoreException {
        Map<Long, Long> pairs = new TreeMap<>();
        Map<Long, List<Entry>> free = new HashMap<>();
        right.stream()
                .filter(Entry::named)
                .sorted(Comparator.comparingLong(Entry::uid))
                .forEach(e -> free.computeIfAbsent(e.bucket(), _ -> new ArrayList<>()).add(e));
        left.stream()
                .filter(Entry::named)
                .sorted(Comparator.comparingLong(Entry::uid))
                .forEach(e -> {
                    List<Entry> same = free.getOrDefault(e.bucket(), new ArrayList<>());
                    if (!same.isEmpty()) {
                        pairs.put(e.uid(), same.removeFirst().uid());
                    }
                });
        List<Entry> bare = left.stream().filter(e -> !e.named()).toList();
        List<Entry> bareThere = right.stream().filter(e -> !e.named()).toList();
        if (!bare.isEmpty() && !bareThere.isEmpty()) {
            pairs.putAll(byMatcher(bare, bareThere));
        }
        return pairs;
    }

    private Map<Long, Long> byText(List<Entry> left, List<Entry> right) throws StoreException {
        Map<Long, String> ofSource = pace.texts(source, uids(left));
        Map<Long, String> ofTarget = TextDigests.of(target, uids(right));
        Map<Long, Long> pairs = new TreeMap<>();
        List<Entry> free = new ArrayList<>(right);
        for (Entry a : left) {
            String text = ofSource.get(a.uid());
            for (Entry b : free) {
                if (a.bucket() == b.bucket()
                        && a.seconds() == b.seconds()
                        && a.size() == b.size()
                        && text != null
                        && text.equals(ofTarget.get(b.uid()))) {
                    pairs.put(a.uid(), b.uid());
                    free.remove(b);
                    break;
                }
            }
        }
        return pairs;
    }

    private static UidSet uids(List<Entry> entries) {
        return UidSet.of(entries.stream().map(Entry::uid).toList());
    }

    private List<Entry> entries(ImapStore store, UidSet some) throws StoreException {
        Map<Long, HeaderKey> keys = store.headers(some);
        Map<Long, Map<String, String>> fields =
                headers.isEmpty() ? Map.of() : store.fields(some, headers);
        List<Entry> out = new ArrayList<>();
        for (Summary s : store.summaries(some)) {
            HeaderKey key = keys.get(s.uid());
            if (key != null) {
                out.add(entry(s, key, fields.getOrDefault(s.uid(), Map.of())));
            }
        }
        return out;
    }

    private static Entry entry(Summary s, HeaderKey header, Map<String, String> fields) {
        long headers = Identities.hash(header.digest());
        long key = headers;
        boolean named = false;
        if (!fields.isEmpty()) {
            key = Texts.hash(new TreeMap<>(fields).toString());
            named = true;
        } else if (header.messageId() instanceof String id) {
            key = Texts.hash(id);
            named = true;
        }
        return Entry.of(
                key, headers, named, s.uid(), MessageDates.instant(s.internalDate()), s.size());
    }
}
