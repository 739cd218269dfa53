package org.imapmirror.replicate;

import org.imapmirror.event.MailboxName;
import org.imapmirror.event.UidSet;
import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A lane's mailboxes in memory while it works, and what live events touched since a comparison
/// began. Used by the lane's one thread.
final class LaneMap {
    private static final long WORTH_STORING = 50;

    private final Map<MailboxName, MailboxRow> byName;
    private final Map<Long, Long> storedSeen = new HashMap<>();
    private @Nullable Touched touched;

    LaneMap(Map<MailboxName, MailboxRow> byName) {
        this.byName = byName;
        byName.values().forEach(m -> storedSeen.put(m.id(), m.uidSeen()));
    }

    /// Rows that have seen a good many UIDs more than when they were loaded.
    List<MailboxRow> farAhead() {
        return byName.values().stream()
                .filter(m -> m.uidSeen() - storedSeen.getOrDefault(m.id(), 0L) >= WORTH_STORING)
                .toList();
    }

    /// What events did since a snapshot was begun: theirs to decide, not the comparison's.
    static final class Touched {
        private final Set<MailboxName> names = new HashSet<>();
        private final Map<Long, UidSet> uids = new HashMap<>();

        boolean has(MailboxRow m, long uid) {
            return uids.getOrDefault(m.id(), UidSet.EMPTY).contains(uid);
        }

        boolean any(MailboxRow m) {
            return uids.containsKey(m.id()) || names.contains(m.name());
        }

        Set<MailboxName> names() {
            return names;
        }
    }

    @Nullable MailboxRow get(MailboxName name) {
        return byName.get(name);
    }

    @Nullable MailboxRow byId(long id) {
        return byName.values().stream().filter(m -> m.id() == id).findFirst().orElse(null);
    }

    Collection<MailboxRow> all() {
        return List.copyOf(byName.values());
    }

    Set<MailboxName> names() {
        return Set.copyOf(byName.keySet());
    }

    /// Puts the row in the place of the one with the same id.
    void put(MailboxRow m) {
        byName.values().removeIf(old -> old.id() == m.id());
        byName.put(m.name(), m);
    }

    void remove(MailboxRow m) {
        byName.remove(m.name());
    }

    Touched watchTouches() {
        Touched t = new Touched();
        touched = t;
        return t;
    }

    void touch(MailboxRow m, UidSet uids) {
        Touched t = touched;
        if (t != null) {
            t.uids.merge(m.id(), uids, UidSet::union);
        }
    }

    void touch(MailboxName name) {
        Touched t = touched;
        if (t != null) {
            t.names.add(name);
        }
    }
}
