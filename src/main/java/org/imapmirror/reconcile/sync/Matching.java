package org.imapmirror.reconcile.sync;

import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.HeaderKey;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.Summary;
import org.imapmirror.reconcile.Matcher;
import org.imapmirror.reconcile.Matcher.Candidate;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Finds which messages of the source the target holds already, by [Matcher], or by header fields
/// that the administrator named. What is left over then is compared without its headers, which some
/// servers change: date, size, Message-ID and text must agree. Holds some 60 octets in the heap for
/// each message of both sides.
final class Matching {
    private static final int WINDOW = 2000;

    /// Candidates that are looked at together.
    private static final int TOGETHER = 1000;

    private static final long NO_DATE = 0;
    private static final long BITS = 0xFFFF_FFFFL;

    private static final Comparator<Entry> ORDER =
            (a, b) -> {
                int order = Long.compareUnsigned(a.key(), b.key());
                return order != 0 ? order : Long.compare(a.uid(), b.uid());
            };

    private final ImapStore source;
    private final ImapStore target;
    private final List<String> headers;

    /// Takes pairs of a source's and a target's UID, some at a time.
    interface Pairs {
        void take(Map<Long, Long> pairs) throws StoreException;
    }

    /// In 40 octets: 32 bits are enough for a UID, for the octets of a message, and for seconds up
    /// to the year 2106.
    ///
    /// @param key of the bucket that holds all messages that could be the same
    /// @param named the key is the administrator's, or a Message-ID
    private record Entry(
            long key, long headers, boolean named, int uid32, int seconds32, int size32) {
        static Entry of(
                long key,
                long headers,
                boolean named,
                long uid,
                @Nullable Instant date,
                long size) {
            return new Entry(
                    key,
                    headers,
                    named,
                    (int) uid,
                    date == null ? 0 : (int) Math.clamp(date.getEpochSecond(), 1, BITS),
                    (int) Math.min(size, BITS));
        }

        long uid() {
            return uid32 & BITS;
        }

        long seconds() {
            return seconds32 & BITS;
        }

        long size() {
            return size32 & BITS;
        }

        Candidate candidate() {
            return new Candidate(
                    uid(),
                    named ? Long.toHexString(key) : null,
                    Long.toHexString(headers),
                    seconds() == NO_DATE ? null : Instant.ofEpochSecond(seconds()),
                    size());
        }

        Entry inBucket(long other) {
            return new Entry(other, headers, named, uid32, seconds32, size32);
        }
    }

    /// @param source with its mailbox open, likewise `target`
    /// @param headers names of header fields, empty for the usual way
    Matching(ImapStore source, ImapStore target, List<String> headers) {
        this.source = source;
        this.target = target;
        this.headers = headers;
    }

    void run(UidSet sourceUids, UidSet targetUids, Pairs found) throws StoreException {
        List<Entry> there = entries(target, targetUids);
        List<Entry> wanted = entries(source, sourceUids);
        Identities paired = new Identities();
        Identities taken = new Identities();
        Pairs kept =
                pairs -> {
                    pairs.keySet().forEach(paired::add);
                    pairs.values().forEach(taken::add);
                    found.take(pairs);
                };
        each(wanted, there, headers.isEmpty() ? this::byMatcher : this::byHeaders, kept);
        each(left(wanted, paired), left(there, taken), this::byText, found);
    }

    /// Says which of some that could be the same are.
    private interface Decision {
        Map<Long, Long> of(List<Entry> left, List<Entry> right) throws StoreException;
    }

    /// What is not paired, in buckets of what changed headers have in common; nothing without a
    /// date.
    private static List<Entry> left(List<Entry> all, Identities paired) {
        List<Entry> out = new ArrayList<>();
        for (Entry e : all) {
            if (!paired.contains(e.uid()) && e.seconds() != NO_DATE) {
                long key = 31 * e.seconds() + e.size() + (e.named() ? e.key() : 0);
                out.add(e.inBucket(key));
            }
        }
        out.sort(ORDER);
        return out;
    }

    private void each(List<Entry> wanted, List<Entry> there, Decision decision, Pairs found)
            throws StoreException {
        List<Entry> left = new ArrayList<>();
        List<Entry> right = new ArrayList<>();
        int j = 0;
        for (int i = 0; i < wanted.size(); ) {
            long key = wanted.get(i).key();
            int endI = end(wanted, i, key);
            while (j < there.size() && Long.compareUnsigned(there.get(j).key(), key) < 0) {
                j++;
            }
            int endJ = end(there, j, key);
            if (endJ > j) {
                left.addAll(wanted.subList(i, endI));
                right.addAll(there.subList(j, endJ));
                if (left.size() + right.size() >= TOGETHER) {
                    together(left, right, decision, found);
                }
            }
            i = endI;
            j = endJ;
        }
        if (!left.isEmpty()) {
            together(left, right, decision, found);
        }
    }

    private static int end(List<Entry> entries, int from, long key) {
        int end = from;
        while (end < entries.size() && entries.get(end).key() == key) {
            end++;
        }
        return end;
    }

    private static void together(
            List<Entry> left, List<Entry> right, Decision decision, Pairs found)
            throws StoreException {
        Map<Long, Long> pairs = decision.of(left, right);
        left.clear();
        right.clear();
        if (!pairs.isEmpty()) {
            found.take(pairs);
        }
    }

    private Map<Long, Long> byMatcher(List<Entry> left, List<Entry> right) throws StoreException {
        Map<Long, String> ofSource = source.digests(doubtful(left, right));
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
        others.forEach(e -> byKey.computeIfAbsent(e.key(), _ -> new ArrayList<>()).add(e));
        Map<Long, Integer> count = new HashMap<>();
        mine.forEach(e -> count.merge(e.key(), 1, Integer::sum));
        UidSet.Builder out = new UidSet.Builder();
        for (Entry e : mine) {
            List<Entry> same = byKey.getOrDefault(e.key(), List.of());
            boolean alone = e.named() && same.size() == 1 && count.getOrDefault(e.key(), 0) == 1;
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
                && a.seconds() != NO_DATE
                && b.seconds() != NO_DATE
                && Math.abs(a.seconds() - b.seconds()) <= 1;
    }

    /// In UID order; what has none of the fields is told apart by the body.
    private Map<Long, Long> byHeaders(List<Entry> left, List<Entry> right) throws StoreException {
        Map<Long, Long> pairs = new TreeMap<>();
        Map<Long, List<Entry>> free = new HashMap<>();
        right.stream()
                .filter(Entry::named)
                .sorted(Comparator.comparingLong(Entry::uid))
                .forEach(e -> free.computeIfAbsent(e.key(), _ -> new ArrayList<>()).add(e));
        left.stream()
                .filter(Entry::named)
                .sorted(Comparator.comparingLong(Entry::uid))
                .forEach(e -> {
                    List<Entry> same = free.getOrDefault(e.key(), new ArrayList<>());
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
        Map<Long, String> ofSource = TextDigests.of(source, uids(left));
        Map<Long, String> ofTarget = TextDigests.of(target, uids(right));
        Map<Long, Long> pairs = new TreeMap<>();
        List<Entry> free = new ArrayList<>(right);
        for (Entry a : left) {
            String text = ofSource.get(a.uid());
            for (Entry b : free) {
                if (a.key() == b.key()
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

    private List<Entry> entries(ImapStore store, UidSet uids) throws StoreException {
        List<Entry> out = new ArrayList<>();
        for (UidSet window : uids.chunks(WINDOW)) {
            Map<Long, HeaderKey> keys = store.headers(window);
            Map<Long, Map<String, String>> fields =
                    headers.isEmpty() ? Map.of() : store.fields(window, headers);
            for (Summary s : store.summaries(window)) {
                HeaderKey key = keys.get(s.uid());
                if (key != null) {
                    out.add(entry(s, key, fields.getOrDefault(s.uid(), Map.of())));
                }
            }
        }
        out.sort(ORDER);
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
