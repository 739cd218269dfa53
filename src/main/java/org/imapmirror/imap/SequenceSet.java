package org.imapmirror.imap;

import org.imapmirror.event.UidSet;

import java.util.ArrayList;
import java.util.List;

/// A `sequence-set` as a client writes it, with `*` (RFC 9051 section 9), or `$` (RFC 5182).
///
/// @param ranges in the order written; [#STAR] stands for `*`; empty for `$`
/// @param saved true for `$`: the result of the last SEARCH with SAVE
public record SequenceSet(List<Range> ranges, boolean saved) {
    public static final long STAR = 0;

    private static final SequenceSet SAVED = new SequenceSet(List.of(), true);

    /// The two may stand in either order.
    public record Range(long first, long last) {}

    public SequenceSet {
        ranges = List.copyOf(ranges);
    }

    /// @throws MalformedException where the text is no such set, or holds 0 or more than 2^32-1
    public static SequenceSet parse(String text) throws MalformedException {
        if (text.equals("$")) {
            return SAVED;
        }
        List<Range> ranges = new ArrayList<>();
        int at = 0;
        while (true) {
            int end = numberEnd(text, at);
            long first = number(text, at, end);
            long last = first;
            at = end;
            if (at < text.length() && text.charAt(at) == ':') {
                end = numberEnd(text, at + 1);
                last = number(text, at + 1, end);
                at = end;
            }
            ranges.add(new Range(first, last));
            if (at == text.length()) {
                return new SequenceSet(ranges, false);
            }
            if (text.charAt(at) != ',') {
                throw new MalformedException("a sequence set", at);
            }
            at++;
        }
    }

    private static int numberEnd(String text, int from) {
        int end = from;
        while (end < text.length() && ":,".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return end;
    }

    private static long number(String text, int from, int to) throws MalformedException {
        if (to - from == 1 && text.charAt(from) == '*') {
            return STAR;
        }
        long value = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9' || value > UidSet.MAX) {
                throw new MalformedException("a number from 1 to 2^32-1", i);
            }
            value = value * 10 + c - '0';
        }
        if (value < 1 || value > UidSet.MAX) {
            throw new MalformedException("a number from 1 to 2^32-1", from);
        }
        return value;
    }

    /// True where the meaning depends on which message is the last one.
    public boolean hasStar() {
        return ranges.stream().anyMatch(r -> r.first() == STAR || r.last() == STAR);
    }

    /// The members. `5:*` is from the lower to the higher of 5 and the last message, so `999:*`
    /// always contains the last one, and nothing else where that is below 999. Numbers without `*`
    /// stay as they are, whether such messages exist or not.
    ///
    /// @param max the highest UID or message number, 0 where there is no message: then every range
    ///   with `*` is empty
    /// @throws IllegalStateException for `$`
    public UidSet resolve(long max) {
        if (saved) {
            throw new IllegalStateException("$ has no members of its own");
        }
        UidSet.Builder out = new UidSet.Builder();
        for (Range r : ranges) {
            if (r.first() != STAR && r.last() != STAR) {
                out.add(r.first(), r.last());
            } else if (max > 0) {
                long other = Math.max(r.first(), r.last());
                out.add(other == STAR ? max : Math.min(other, max), max);
            }
        }
        return out.build();
    }

    /// The numbers in the order they are written, with repetitions; each range counts up, also one
    /// written `12:10`. This is the order that pairs the sets of COPYUID (RFC 4315 section 3).
    ///
    /// @throws MalformedException where there are more than `max`, or `*` or `$` is among them
    List<Long> expand(int max) throws MalformedException {
        if (saved || hasStar()) {
            throw new MalformedException("a set of numbers", 0);
        }
        List<Long> out = new ArrayList<>();
        for (Range r : ranges) {
            long first = Math.min(r.first(), r.last());
            long last = Math.max(r.first(), r.last());
            if (last - first >= max - out.size()) {
                throw new MalformedException("a set of at most " + max, 0);
            }
            for (long n = first; n <= last; n++) {
                out.add(n);
            }
        }
        return out;
    }
}
