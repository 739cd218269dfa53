package org.imapmirror.reconcile;

import org.imapmirror.event.MailboxName;

import java.util.Set;
import java.util.TreeSet;

/// How the mailboxes of the primary differ from those that the mirror's map knows.
///
/// @param created on the primary, not in the map; parents come before their children
/// @param absent in the map, not on the primary; to be proved by a second listing, children first
public record TreeDiff(Set<MailboxName> created, Set<MailboxName> absent) {

    /// @param left names that live events touched since the listing: theirs to decide
    public static TreeDiff of(
            Set<MailboxName> primary, Set<MailboxName> known, Set<MailboxName> left) {
        TreeSet<MailboxName> created = new TreeSet<>(primary);
        created.removeAll(known);
        created.removeAll(left);
        TreeSet<MailboxName> absent = new TreeSet<>(java.util.Comparator.reverseOrder());
        absent.addAll(known);
        absent.removeAll(primary);
        absent.removeAll(left);
        absent.remove(MailboxName.INBOX);
        return new TreeDiff(created, absent);
    }
}
