package org.imapmirror.capture;

import org.imapmirror.event.MailboxEvent;
import org.imapmirror.event.MailboxEvent.MessagesCopied;
import org.imapmirror.event.MailboxEvent.MessagesMoved;
import org.imapmirror.event.MailboxRef;
import org.imapmirror.event.UidSet;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A COPYUID code: the i-th source became the i-th target (RFC 4315 section 3).
///
/// @param uidValidity of the target mailbox
record CopyUid(long uidValidity, List<Long> from, List<Long> to) {
    /// More pairs in one code are taken for an error.
    private static final int MAX = 5_000_000;

    /// @return null where the code is malformed or its sets differ in size
    static @Nullable CopyUid of(Reply.Code code) {
        List<String> arguments = code.arguments();
        if (arguments.size() != 3) {
            return null;
        }
        long validity = Reply.number(arguments.get(0));
        List<Long> from = Reply.members(arguments.get(1), MAX);
        List<Long> to = Reply.members(arguments.get(2), MAX);
        return validity == 0 || from.isEmpty() || from.size() != to.size()
                ? null
                : new CopyUid(validity, from, to);
    }

    UidSet sources() {
        return UidSet.of(from);
    }

    UidSet targets() {
        return UidSet.of(to);
    }

    /// Some servers repeat the client's own set, message numbers and absent UIDs included: only
    /// messages that were named count.
    boolean fits(Targets named) {
        return named.numbers().isEmpty()
                && sources().minus(named.uids()).minus(named.open()).isEmpty();
    }

    /// In the order of the sources, each once: some servers name a pair twice.
    private List<long[]> pairs() {
        List<long[]> all = new ArrayList<>();
        for (int i = 0; i < from.size(); i++) {
            all.add(new long[] {from.get(i), to.get(i)});
        }
        all.sort(Arrays::compare);
        List<long[]> distinct = new ArrayList<>();
        for (long[] pair : all) {
            if (distinct.isEmpty() || !Arrays.equals(pair, distinct.getLast())) {
                distinct.add(pair);
            }
        }
        return distinct;
    }

    /// Events whose two sets both ascend: one, unless the target's order is another than the
    /// source's.
    List<MailboxEvent> events(MailboxRef source, MailboxRef target, boolean moved) {
        List<long[]> pairs = pairs();
        List<MailboxEvent> out = new ArrayList<>();
        int start = 0;
        for (int i = 1; i <= pairs.size(); i++) {
            if (i == pairs.size() || pairs.get(i)[1] <= pairs.get(i - 1)[1]) {
                UidSet.Builder sources = new UidSet.Builder();
                UidSet.Builder targets = new UidSet.Builder();
                for (long[] pair : pairs.subList(start, i)) {
                    sources.add(pair[0]);
                    targets.add(pair[1]);
                }
                out.add(
                        moved
                                ? new MessagesMoved(
                                        source, sources.build(), target, targets.build())
                                : new MessagesCopied(
                                        source, sources.build(), target, targets.build()));
                start = i;
            }
        }
        return out;
    }
}
