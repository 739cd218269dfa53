package org.imapmirror.mailstore;

import org.imapmirror.event.UidSet;
import org.imapmirror.imap.Code;
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
    /// More were never copied by one command of ours.
    private static final long MAX = 1_000_000;

    static final UidPairs UNTOLD = new UidPairs(0, null);

    /// The two sets correspond in the order in which they are written, which need not ascend.
    ///
    /// @return [#UNTOLD] where they do not fit together
    static UidPairs of(Code.CopyUid code) {
        if (code.source().size() > MAX || code.source().size() != code.target().size()) {
            return UNTOLD;
        }
        List<Long> from = inOrder(code.sourceText());
        List<Long> to = inOrder(code.targetText());
        List<long[]> pairs = new ArrayList<>(from.size());
        for (int i = 0; i < from.size(); i++) {
            pairs.add(new long[] {from.get(i), to.get(i)});
        }
        return new UidPairs(code.uidValidity(), pairs);
    }

    /// The members of a set in the order in which it is written; GreenMail writes some twice.
    private static List<Long> inOrder(String set) {
        Set<Long> out = new LinkedHashSet<>();
        for (String range : set.split(",", -1)) {
            UidSet.parse(range).forEach(out::add);
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
