package org.imapmirror.reconcile.sync;

import org.imapmirror.mailstore.Listed;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Which of the source's mailboxes are brought over, and in which order. Names and expressions are
/// about the names in the source's own hierarchy, with its prefix and separator.
///
/// Without `folders`, `recursive`, `subscribedOnly` and `include` it is all; each of them adds what
/// it names; what matches `exclude` is then taken away.
///
/// @param recursive mailboxes that come with all that is below them
/// @param include found anywhere in the name
/// @param exclude found anywhere in the name
/// @param first in this order, before all others
/// @param last in this order, after all others
/// @param below only what is below this mailbox is brought over; null for everything
public record FolderSelection(
        List<String> folders,
        List<String> recursive,
        boolean subscribedOnly,
        List<Pattern> include,
        List<Pattern> exclude,
        List<String> first,
        List<String> last,
        @Nullable String below) {
    public static final FolderSelection ALL =
            new FolderSelection(
                    List.of(), List.of(), false, List.of(), List.of(), List.of(), List.of(), null);

    public FolderSelection {
        folders = List.copyOf(folders);
        recursive = List.copyOf(recursive);
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
        first = List.copyOf(first);
        last = List.copyOf(last);
    }

    /// The mailboxes in the order of work; `warnings` gets what names nothing.
    ///
    /// @param top the full name of `below`
    List<Listed> choose(List<Listed> source, @Nullable String top, List<String> warnings) {
        Set<String> known = new TreeSet<>();
        for (Listed folder : source) {
            if (folder.selectable() && (top == null || isAtOrBelow(top, folder))) {
                known.add(folder.name());
            }
        }
        Set<String> wanted = new TreeSet<>();
        if (folders.isEmpty() && recursive.isEmpty() && !subscribedOnly && include.isEmpty()) {
            wanted.addAll(known);
        }
        for (String name : folders) {
            add(name, exact(name, known), wanted, warnings);
        }
        for (String name : recursive) {
            List<String> matches = new ArrayList<>();
            for (Listed folder : source) {
                if (known.contains(folder.name()) && isAtOrBelow(inbox(name), folder)) {
                    matches.add(folder.name());
                }
            }
            add(name, matches, wanted, warnings);
        }
        if (subscribedOnly) {
            source.stream()
                    .filter(folder -> folder.subscribed() && known.contains(folder.name()))
                    .forEach(folder -> wanted.add(folder.name()));
        }
        for (Pattern pattern : include) {
            List<String> matches =
                    known.stream().filter(name -> pattern.matcher(name).find()).toList();
            if (matches.isEmpty()) {
                warnings.add("no mailbox of the source matches the included " + pattern);
            }
            wanted.addAll(matches);
        }
        for (Pattern pattern : exclude) {
            if (known.stream().noneMatch(name -> pattern.matcher(name).find())) {
                warnings.add("no mailbox of the source matches the excluded " + pattern);
            }
            wanted.removeIf(name -> pattern.matcher(name).find());
        }
        return inOrder(source, wanted);
    }

    private List<Listed> inOrder(List<Listed> source, Set<String> wanted) {
        Set<String> order = new LinkedHashSet<>();
        for (String name : first) {
            order.addAll(exact(name, wanted));
        }
        Set<String> end = new LinkedHashSet<>();
        for (String name : last) {
            end.addAll(exact(name, wanted));
        }
        wanted.stream().filter(name -> !end.contains(name)).forEach(order::add);
        end.stream().filter(name -> !order.contains(name)).forEach(order::add);
        List<Listed> chosen = new ArrayList<>();
        for (String name : order) {
            source.stream()
                    .filter(folder -> folder.name().equals(name))
                    .findFirst()
                    .ifPresent(chosen::add);
        }
        return chosen;
    }

    private static void add(
            String name, Collection<String> matches, Set<String> wanted, List<String> warnings) {
        if (matches.isEmpty()) {
            warnings.add("the source has no mailbox " + name);
        }
        wanted.addAll(matches);
    }

    private static List<String> exact(String name, Set<String> known) {
        String wanted = inbox(name);
        return known.contains(wanted) ? List.of(wanted) : List.of();
    }

    private static String inbox(String name) {
        return name.equalsIgnoreCase("INBOX") ? "INBOX" : name;
    }

    private static boolean isAtOrBelow(String top, Listed folder) {
        return folder.name().equals(top)
                || (folder.separator() != 0 && folder.name().startsWith(top + folder.separator()));
    }
}
