package org.imapmirror.reconcile;

import org.imapmirror.reconcile.Matcher.Candidate;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/// Pairs what [Matcher] left over because a server changed octets of headers that are not ASCII
/// ([StoredForms]): headers say nothing then. What has the same size and Message-ID, or without one
/// the same size and date, is compared in full.
public final class ChangedHeaders {
    private ChangedHeaders() {}

    /// Source UID to target UID, of those that `paired` does not hold. Equal ones in UID order.
    ///
    /// @param paired what [Matcher] found
    /// @param alike compares two messages as [StoredForms#isAlike]
    public static Map<Long, Long> match(
            List<Candidate> source,
            List<Candidate> target,
            Map<Long, Long> paired,
            BiPredicate<Candidate, Candidate> alike) {
        Set<Long> taken = new HashSet<>(paired.values());
        Map<String, Deque<Candidate>> free = new HashMap<>();
        target.stream()
                .filter(t -> !taken.contains(t.uid()))
                .sorted(Comparator.comparingLong(Candidate::uid))
                .forEach(t -> free.computeIfAbsent(key(t), _ -> new ArrayDeque<>()).add(t));
        Map<Long, Long> pairs = new TreeMap<>();
        source.stream()
                .filter(s -> !paired.containsKey(s.uid()))
                .sorted(Comparator.comparingLong(Candidate::uid))
                .forEach(s -> {
                    Deque<Candidate> same = free.getOrDefault(key(s), new ArrayDeque<>());
                    same.stream()
                            .filter(t -> alike.test(s, t))
                            .findFirst()
                            .ifPresent(t -> {
                                pairs.put(s.uid(), t.uid());
                                same.remove(t);
                            });
                });
        return pairs;
    }

    private static String key(Candidate c) {
        String id = c.messageId();
        return id == null || id.isBlank()
                ? c.size() + " at " + c.date()
                : c.size() + " " + id.strip().replaceAll("[^\\x00-\\x7f]", "X");
    }
}
