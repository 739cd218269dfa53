package org.imapmirror.testing;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// All that a mail user would miss if it were lost: an account's mailboxes with their special uses,
/// its subscriptions, and every message with digest, date, flags and keywords, in UID order. Read
/// by Angus Mail, so independently of the product's own client, and compared as a value.
///
/// Names are those below the personal namespace, with `/` as separator, so that servers with
/// different namespaces compare. Names that cannot be selected hold nothing and are left out.
public record Mailboxes(SortedMap<String, Mailbox> byName, SortedSet<String> subscribed) {
    /// How much the place of a message in its mailbox counts.
    public enum Order {
        /// Messages must have the same order of UIDs.
        OF_UIDS,
        /// The same messages, as often, in any order.
        ANY
    }

    /// @param specialUse attributes of RFC 6154, for example `\Sent`
    /// @param messages in UID order
    public record Mailbox(SortedSet<String> specialUse, List<Message> messages) {
        public Mailbox {
            specialUse = Collections.unmodifiableSortedSet(new TreeSet<>(specialUse));
            messages = List.copyOf(messages);
        }
    }

    /// @param digest SHA-256 of the message's bytes, hexadecimal
    /// @param size octets
    /// @param flags and keywords, these in lower case; without \Recent
    /// @param subject only to recognize it in a report
    public record Message(
            String digest,
            long size,
            Instant internalDate,
            SortedSet<String> flags,
            String subject) {
        public Message {
            flags = Collections.unmodifiableSortedSet(new TreeSet<>(flags));
        }

        /// With this date where the own one is later.
        private Message dated(Instant latest) {
            return internalDate.isBefore(latest)
                    ? this
                    : new Message(digest, size, latest, flags, subject);
        }

        @Override
        public String toString() {
            return "'%s' %d octets %s %s %s"
                    .formatted(subject, size, digest.substring(0, 8), internalDate, flags);
        }
    }

    /// So many differences are told for a mailbox; the rest is counted.
    private static final int TOLD = 20;

    public Mailboxes {
        byName = Collections.unmodifiableSortedMap(new TreeMap<>(byName));
        subscribed = Collections.unmodifiableSortedSet(new TreeSet<>(subscribed));
    }

    /// Reads a whole account, without changing anything. Nothing else should change it meanwhile.
    public static Mailboxes read(Access access) {
        return AccountReader.read(access);
    }

    /// The mailbox of that name.
    public Mailbox get(String name) {
        Mailbox found = byName.get(name);
        if (found == null) {
            throw new AssertionError("no mailbox " + name + " in " + byName.keySet());
        }
        return found;
    }

    /// How many messages there are in all mailboxes.
    public int count() {
        return byName.values().stream().mapToInt(mailbox -> mailbox.messages().size()).sum();
    }

    /// The same without special uses: what a server without RFC 6154 can hold of it.
    public Mailboxes withoutSpecialUses() {
        SortedMap<String, Mailbox> plain = new TreeMap<>();
        byName.forEach((name, m) ->
                plain.put(name, new Mailbox(Collections.emptySortedSet(), m.messages())));
        return new Mailboxes(plain, subscribed);
    }

    /// The same with `latest` as the date of all messages that came later: what two accounts that
    /// were treated alike, one after the other, have in common.
    public Mailboxes datedAtMost(Instant latest) {
        SortedMap<String, Mailbox> others = new TreeMap<>();
        byName.forEach((name, m) ->
                others.put(
                        name,
                        new Mailbox(
                                m.specialUse(),
                                m.messages().stream()
                                        .map(message -> message.dated(latest))
                                        .toList())));
        return new Mailboxes(others, subscribed);
    }

    /// The same without one mailbox.
    public Mailboxes without(String name) {
        SortedMap<String, Mailbox> others = new TreeMap<>(byName);
        others.remove(name);
        return new Mailboxes(others, subscribed);
    }

    /// The same with every parent as a mailbox that can be selected: what it becomes on a server
    /// that makes real mailboxes of the parents of a new one.
    public Mailboxes withParents() {
        SortedMap<String, Mailbox> all = new TreeMap<>(byName);
        for (String name : byName.keySet()) {
            for (int at = name.indexOf('/'); at > 0; at = name.indexOf('/', at + 1)) {
                all.putIfAbsent(
                        name.substring(0, at),
                        new Mailbox(Collections.emptySortedSet(), List.of()));
            }
        }
        return new Mailboxes(all, subscribed);
    }

    /// What a reader should know about how this differs from what was expected: one line for each
    /// difference, empty when there is none.
    public String differencesFrom(Mailboxes expected, Order order) {
        List<String> lines = new ArrayList<>();
        compareNames("mailbox", expected.byName.keySet(), byName.keySet(), lines);
        compareNames("subscription", expected.subscribed, subscribed, lines);
        for (Map.Entry<String, Mailbox> entry : expected.byName.entrySet()) {
            Mailbox found = byName.get(entry.getKey());
            if (found != null) {
                compare(entry.getKey(), entry.getValue(), found, order, lines);
            }
        }
        return String.join("\n", lines);
    }

    private static void compareNames(
            String what,
            java.util.Set<String> expected,
            java.util.Set<String> found,
            List<String> lines) {
        for (String name : expected) {
            if (!found.contains(name)) {
                lines.add(what + " missing: " + name);
            }
        }
        for (String name : found) {
            if (!expected.contains(name)) {
                lines.add(what + " too many: " + name);
            }
        }
    }

    private static void compare(
            String name, Mailbox expected, Mailbox found, Order order, List<String> lines) {
        if (!expected.specialUse().equals(found.specialUse())) {
            lines.add(
                    "%s: special use is %s, should be %s"
                            .formatted(name, found.specialUse(), expected.specialUse()));
        }
        List<String> here = new ArrayList<>(compareContents(expected, found));
        if (here.isEmpty() && order == Order.OF_UIDS) {
            here.addAll(compareOrder(expected.messages(), found.messages()));
        }
        here.stream().limit(TOLD).map(line -> name + ": " + line).forEach(lines::add);
        if (here.size() > TOLD) {
            lines.add("%s: and %d differences more".formatted(name, here.size() - TOLD));
        }
    }

    /// Compares as multisets; a message with the right bytes and other attributes is told as such.
    private static List<String> compareContents(Mailbox expected, Mailbox found) {
        Map<Message, Integer> balance = new LinkedHashMap<>();
        expected.messages().forEach(message -> balance.merge(message, 1, Integer::sum));
        found.messages().forEach(message -> balance.merge(message, -1, Integer::sum));
        List<Message> missing = new ArrayList<>();
        List<Message> extra = new ArrayList<>();
        balance.forEach((message, n) -> {
            missing.addAll(Collections.nCopies(Math.max(n, 0), message));
            extra.addAll(Collections.nCopies(Math.max(-n, 0), message));
        });
        List<String> lines = new ArrayList<>();
        for (Message message : missing) {
            Message changed = takeSameBytes(extra, message);
            lines.add(changed == null ? "missing: " + message : change(message, changed));
        }
        extra.forEach(message -> lines.add("too many: " + message));
        return lines;
    }

    private static @Nullable Message takeSameBytes(List<Message> from, Message wanted) {
        for (Message candidate : from) {
            if (candidate.digest().equals(wanted.digest())) {
                from.remove(candidate);
                return candidate;
            }
        }
        return null;
    }

    private static String change(Message expected, Message found) {
        List<String> parts = new ArrayList<>();
        if (!expected.flags().equals(found.flags())) {
            parts.add("flags are %s, should be %s".formatted(found.flags(), expected.flags()));
        }
        if (!expected.internalDate().equals(found.internalDate())) {
            parts.add(
                    "internal date is %s, should be %s"
                            .formatted(found.internalDate(), expected.internalDate()));
        }
        return "'%s' %s: %s"
                .formatted(
                        expected.subject(),
                        expected.digest().substring(0, 8),
                        String.join("; ", parts));
    }

    private static List<String> compareOrder(List<Message> expected, List<Message> found) {
        for (int i = 0; i < expected.size(); i++) {
            if (!expected.get(i).equals(found.get(i))) {
                return List.of(
                        "the same messages in another order, first at place %d: is %s, should be %s"
                                .formatted(i + 1, found.get(i), expected.get(i)));
            }
        }
        return List.of();
    }
}
