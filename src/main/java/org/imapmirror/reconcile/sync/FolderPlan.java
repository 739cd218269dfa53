package org.imapmirror.reconcile.sync;

import org.imapmirror.mailstore.Listed;
import org.imapmirror.mailstore.Namespace;

import java.util.List;
import java.util.Set;

/// Decides which mailboxes are brought over, under which names, and in which order.
@FunctionalInterface
public interface FolderPlan {
    /// @param source name on the source, in its own hierarchy
    /// @param target name on the target, in its own hierarchy
    record Pair(String source, String target) {}

    /// @param pairs in the order of work; several may have one target
    /// @param warnings for people: clashes of names, expressions that match nothing
    /// @param kept names on the target of mailboxes of the source that were not chosen: they are
    ///   not brought over, and they are not extra either
    record Planned(List<Pair> pairs, List<String> warnings, Set<String> kept) {
        public Planned {
            pairs = List.copyOf(pairs);
            warnings = List.copyOf(warnings);
            kept = Set.copyOf(kept);
        }

        public Planned(List<Pair> pairs, List<String> warnings) {
            this(pairs, warnings, Set.of());
        }
    }

    /// @param existing what the target has before
    Planned plan(
            List<Listed> source,
            Namespace sourceSpace,
            List<Listed> existing,
            Namespace targetSpace);

    /// Whether a mailbox of the target that nothing of the source stands behind may be deleted,
    /// where [SyncOptions.Deletes#targetFolders] is on.
    default boolean mayDelete(String target) {
        return true;
    }
}
