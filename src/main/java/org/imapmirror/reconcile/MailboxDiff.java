package org.imapmirror.reconcile;

import org.imapmirror.event.Flags;
import org.imapmirror.event.UidSet;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/// What a mirror's map lacks, holds too much, or holds with other flags than the primary.
///
/// @param missing UIDs that the primary has and the map does not know
/// @param gone mapped UIDs that the primary no longer has; to be proved by a second reading
/// @param flags mapped UIDs whose flags differ, with what they are on the primary
/// @param open UIDs that differ too, but were touched by live events since the snapshot: which of
///   both is newer is not known
public record MailboxDiff(UidSet missing, UidSet gone, Map<Long, Flags> flags, UidSet open) {

    /// Compares a snapshot with the map.
    ///
    /// @param primary every UID of the primary's mailbox at the snapshot, with its flags
    /// @param mapped the mapped UIDs with the flags that the mirror got last
    /// @param known UIDs with any row at all (mapped, parked, pending, gone)
    /// @param touched UIDs that live events touched since the snapshot
    public static MailboxDiff of(
            Map<Long, Flags> primary,
            Map<Long, Flags> mapped,
            UidSet known,
            Predicate<Long> touched) {
        UidSet.Builder missing = new UidSet.Builder();
        UidSet.Builder gone = new UidSet.Builder();
        UidSet.Builder open = new UidSet.Builder();
        Map<Long, Flags> flags = new LinkedHashMap<>();
        primary.forEach((uid, now) -> {
            Flags then = mapped.get(uid);
            if (then == null ? known.contains(uid) : then.equals(now)) {
                return;
            }
            if (touched.test(uid)) {
                open.add(uid);
            } else if (then == null) {
                missing.add(uid);
            } else {
                flags.put(uid, now);
            }
        });
        for (long uid : mapped.keySet()) {
            if (!primary.containsKey(uid)) {
                (touched.test(uid) ? open : gone).add(uid);
            }
        }
        return new MailboxDiff(missing.build(), gone.build(), flags, open.build());
    }
}
