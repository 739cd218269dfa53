package org.imapmirror.mailstore;

import org.imapmirror.event.UidSet;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Where copies went (COPYUID, RFC 4315).
///
/// @param uidValidity of the target; 0 where the server told nothing
/// @param pairs source UID and target UID; null where the server told nothing, which is so for a
///   server without UIDPLUS, and where none of the messages existed
public record UidPairs(long uidValidity, @Nullable List<long[]> pairs) {
    static final UidPairs UNTOLD = new UidPairs(0, null);

    /// Parses the arguments of the code. The two sets correspond in the order in which they are
    /// written, which need not ascend.
    ///
    /// @return [#UNTOLD] where they do not fit together
    static UidPairs parse(String arguments) {
        String[] parts = arguments.strip().split(" +");
        if (parts.length != 3) {
            return UNTOLD;
        }
        try {
            List<Long> from = inOrder(parts[1]);
            List<Long> to = inOrder(parts[2]);
            if (from.size() != to.size()) {
                return UNTOLD;
            }
            List<long[]> pairs = new ArrayList<>(from.size());
            for (int i = 0; i < from.size(); i++) {
                pairs.add(new long[] {from.get(i), to.get(i)});
            }
            return new UidPairs(Long.parseLong(parts[0]), pairs);
        } catch (IllegalArgumentException _) {
            return UNTOLD;
        }
    }

    /// The members of a set in the order in which it is written; GreenMail writes some twice.
    ///
    /// @throws IllegalArgumentException where it is no set, or one of more than a million
    static List<Long> inOrder(String set) {
        Set<Long> out = new LinkedHashSet<>();
        for (String range : set.split(",", -1)) {
            UidSet members = UidSet.parse(range);
            if (members.isEmpty() || out.size() + members.size() > 1_000_000) {
                throw new IllegalArgumentException("not a set of UIDs");
            }
            members.forEach(out::add);
        }
        return List.copyOf(out);
    }

    UidPairs plus(UidPairs other) {
        if (pairs == null || pairs.isEmpty()) {
            return other;
        }
        if (other.pairs == null) {
            return this;
        }
        List<long[]> all = new ArrayList<>(pairs);
        all.addAll(other.pairs);
        return new UidPairs(other.uidValidity, all);
    }
}
