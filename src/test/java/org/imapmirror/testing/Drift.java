package org.imapmirror.testing;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// How much a mirror differs from its primary, in numbers for a report.
///
/// @param lost messages that are not in their mailbox on the mirror
/// @param doubled messages on the mirror that the primary does not have there, or not so often
/// @param differing messages with other flags, keywords or dates
/// @param mailboxes and subscriptions that only one side has
public record Drift(int lost, int doubled, int differing, int mailboxes) {
    public static final Drift NONE = new Drift(0, 0, 0, 0);

    public static Drift between(Mailboxes primary, Mailboxes mirror) {
        Set<String> names = new TreeSet<>(primary.byName().keySet());
        names.addAll(mirror.byName().keySet());
        Drift sum =
                new Drift(
                        0,
                        0,
                        0,
                        difference(primary.byName().keySet(), mirror.byName().keySet())
                                + difference(primary.subscribed(), mirror.subscribed()));
        for (String name : names) {
            sum = sum.plus(between(messages(primary, name), messages(mirror, name)));
        }
        return sum;
    }

    public Drift plus(Drift other) {
        return new Drift(
                lost + other.lost,
                doubled + other.doubled,
                differing + other.differing,
                mailboxes + other.mailboxes);
    }

    private static List<Mailboxes.Message> messages(Mailboxes account, String name) {
        Mailboxes.Mailbox mailbox = account.byName().get(name);
        return mailbox == null ? List.of() : mailbox.messages();
    }

    private static Drift between(List<Mailboxes.Message> here, List<Mailboxes.Message> there) {
        Map<String, Integer> bodies = new HashMap<>();
        here.forEach(m -> bodies.merge(m.digest(), 1, Integer::sum));
        there.forEach(m -> bodies.merge(m.digest(), -1, Integer::sum));
        int lost = bodies.values().stream().mapToInt(n -> Math.max(n, 0)).sum();
        int doubled = bodies.values().stream().mapToInt(n -> Math.max(-n, 0)).sum();
        Map<Mailboxes.Message, Integer> whole = new HashMap<>();
        here.forEach(m -> whole.merge(m, 1, Integer::sum));
        there.forEach(m -> whole.merge(m, -1, Integer::sum));
        int unmatched = whole.values().stream().mapToInt(n -> Math.max(n, 0)).sum();
        return new Drift(lost, doubled, unmatched - lost, 0);
    }

    private static int difference(Set<String> a, Set<String> b) {
        Set<String> all = new HashSet<>(a);
        all.addAll(b);
        Set<String> both = new HashSet<>(a);
        both.retainAll(b);
        return all.size() - both.size();
    }
}
