package org.imapmirror.app.sync;

import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.Listed;
import org.imapmirror.mailstore.Status;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.reconcile.sync.FolderPlan.Pair;
import org.imapmirror.reconcile.sync.FolderRules;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// What imapsync does on the source besides bringing over: it expunges before, and deletes empty
/// mailboxes afterwards. Both touch only the mailboxes that the run is about.
///
/// @param dry tells what would be done, and does not do it
record SourceSteps(ServerSide source, FolderRules folders, boolean dry) {

    /// Expunges what has \Deleted.
    ///
    /// @return what was done, a line for each mailbox
    List<String> expunge() throws StoreException {
        List<String> lines = new ArrayList<>();
        try (ImapStore store = source.open()) {
            for (String name : chosen(store)) {
                if (dry) {
                    store.examine(name);
                } else {
                    store.select(name);
                }
                UidSet marked = store.search("DELETED");
                if (marked.isEmpty()) {
                    continue;
                }
                if (!dry) {
                    store.expunge(marked);
                }
                lines.add(
                        "host1: %s: %d messages %sexpunged"
                                .formatted(name, marked.size(), dry ? "would be " : ""));
            }
        }
        return lines;
    }

    /// Deletes mailboxes without messages and without others below, never INBOX; the deepest first.
    ///
    /// @return what was done, a line for each mailbox
    List<String> deleteEmpty() throws StoreException {
        List<String> lines = new ArrayList<>();
        try (ImapStore store = source.open()) {
            List<Listed> all = new ArrayList<>(store.list());
            List<String> names =
                    chosen(store).stream()
                            .filter(name -> !name.equalsIgnoreCase("INBOX"))
                            .sorted(Comparator.comparingInt(String::length).reversed())
                            .toList();
            for (String name : names) {
                Status status = store.status(Set.of(name)).get(name);
                boolean parent =
                        all.stream()
                                .anyMatch(other ->
                                        other.separator() != 0
                                                && other.name()
                                                        .startsWith(name + other.separator()));
                if (status == null || status.messages() > 0 || parent) {
                    continue;
                }
                if (!dry) {
                    store.delete(name);
                }
                all.removeIf(other -> other.name().equals(name));
                lines.add("host1: %s %sdeleted".formatted(name, dry ? "would be " : ""));
            }
        }
        return lines;
    }

    private Set<String> chosen(ImapStore store) throws StoreException {
        return folders
                .plan(store.list(), store.personal(), List.of(), store.personal())
                .pairs()
                .stream()
                .map(Pair::source)
                .collect(Collectors.toCollection(java.util.LinkedHashSet::new));
    }

    /// Messages and octets of mailboxes, in the order of their names.
    static Map<String, long[]> sizes(ImapStore store, Iterable<String> names)
            throws StoreException {
        Map<String, long[]> sizes = new java.util.TreeMap<>();
        for (String name : names) {
            store.examine(name);
            long[] both = new long[2];
            store.summariesFrom(1)
                    .forEach(message -> {
                        both[0]++;
                        both[1] += message.size();
                    });
            sizes.put(name, both);
        }
        return sizes;
    }
}
