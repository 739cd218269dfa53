package org.imapmirror.reconcile;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/// Finds which messages of the primary a target already holds, where no map tells it (reference
/// section 5.5).
///
/// Messages are put in buckets by Message-ID, or by a digest of their headers where they have none.
/// A Message-ID that is alone on both sides pairs where headers, date and size agree. Everything
/// else pairs only where the bodies agree too, in UID order, so that identical copies stay as many
/// as they are and a draft saved twice stays two messages.
public final class Matcher {
    private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(2);

    private Matcher() {}

    /// @param date INTERNALDATE, null where the server told none
    /// @param headers a digest of the identifying headers
    public record Candidate(
            long uid,
            @Nullable String messageId,
            String headers,
            @Nullable Instant date,
            long size) {
        String bucket() {
            return messageId == null || messageId.isBlank()
                    ? "h:" + headers
                    : "m:" + messageId.strip();
        }
    }

    /// Source UID to target UID, in the order of the source.
    ///
    /// @param sameBody asked for pairs that only the headers recommend; compares the bodies
    public static Map<Long, Long> match(
            List<Candidate> source,
            List<Candidate> target,
            BiPredicate<Candidate, Candidate> sameBody) {
        Map<String, Deque<Candidate>> buckets = buckets(target);
        Map<String, Deque<Candidate>> wanted = buckets(source);
        Map<Long, Long> pairs = new TreeMap<>();
        wanted.forEach((key, sources) -> {
            Deque<Candidate> targets = buckets.getOrDefault(key, new ArrayDeque<>());
            boolean alone = key.startsWith("m:") && sources.size() == 1 && targets.size() == 1;
            for (Candidate c : sources) {
                targets.stream()
                        .filter(t -> (alone && alike(c, t)) || bodiesAgree(c, t, sameBody))
                        .findFirst()
                        .ifPresent(t -> {
                            pairs.put(c.uid(), t.uid());
                            targets.remove(t);
                        });
            }
        });
        return pairs;
    }

    private static Map<String, Deque<Candidate>> buckets(List<Candidate> all) {
        Map<String, Deque<Candidate>> buckets = new HashMap<>();
        all.stream()
                .sorted(Comparator.comparingLong(Candidate::uid))
                .forEach(c -> buckets.computeIfAbsent(c.bucket(), _ -> new ArrayDeque<>()).add(c));
        return buckets;
    }

    private static boolean bodiesAgree(
            Candidate a, Candidate b, BiPredicate<Candidate, Candidate> sameBody) {
        return a.headers().equals(b.headers()) && sameBody.test(a, b);
    }

    private static boolean alike(Candidate a, Candidate b) {
        return a.headers().equals(b.headers())
                && a.size() == b.size()
                && sameDate(a.date(), b.date());
    }

    private static boolean sameDate(@Nullable Instant a, @Nullable Instant b) {
        return a != null
                && b != null
                && Duration.between(a, b).abs().compareTo(CLOCK_TOLERANCE) <= 0;
    }
}
