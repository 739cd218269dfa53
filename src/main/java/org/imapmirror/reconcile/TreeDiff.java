package org.imapmirror.reconcile;

import org.imapmirror.event.MailboxName;

import java.util.Comparator;
import java.util.Set;
import java.util.TreeSet;

/// How the mailboxes of the primary differ from those that the mirror's map knows.
///
/// @param created on the primary, not in the map; parents come before their children
/// @param absent in the map, not on the primary; to be proved by a second listing, children first
/// @param open one of these, but touched by live events since the listing: which is newer is not
///   known
public record TreeDiff(Set<MailboxName> created, Set<MailboxName> absent, Set<MailboxName> open) {

    /// @param touched names that live events touched since the listing
    public static TreeDiff of(
            Set<MailboxName> primary, Set<MailboxName> known, Set<MailboxName> touched) {
        TreeSet<MailboxName> created = new TreeSet<>(primary);
        created.removeAll(known);
        TreeSet<MailboxName> absent = new TreeSet<>(Comparator.reverseOrder());
        absent.addAll(known);
        absent.removeAll(primary);
        absent.remove(MailboxName.INBOX);
        TreeSet<MailboxName> open = new TreeSet<>(created);
        open.addAll(absent);
        open.retainAll(touched);
        created.removeAll(open);
        absent.removeAll(open);
        return new TreeDiff(created, absent, open);
    }
}
