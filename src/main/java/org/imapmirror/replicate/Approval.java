package org.imapmirror.replicate;

import org.imapmirror.event.UidSet;
import org.jspecify.annotations.Nullable;

/// What an administrator decided about deletions that the brake holds: exactly what was held then
/// may go, as far as it is still gone from the primary.
///
/// @param detail what was held, as [#detail] wrote it; null for nothing
/// @param named true where the item was named, which a side that became empty needs
record Approval(@Nullable String detail, boolean named) {
    static final Approval NONE = new Approval(null, false);

    static String detail(MailboxRow m, UidSet uids) {
        return m.uidValidity() + " " + uids;
    }

    static String detail(MailboxRow m, long messages) {
        return m.uidValidity() + " " + messages;
    }

    /// @param remaining what the primary still holds
    /// @return those of the messages that may go
    UidSet of(MailboxRow m, UidSet gone, long remaining) {
        String[] held = parts(m);
        if (held.length == 0 || remaining == 0 && gone.size() > 1 && !named) {
            return UidSet.EMPTY;
        }
        return gone.intersect(UidSet.parse(held[1]));
    }

    /// True where a whole mailbox may go that has no more messages than when it was held.
    boolean of(MailboxRow m, long messages, boolean sideIsEmpty) {
        String[] held = parts(m);
        return held.length != 0 && (named || !sideIsEmpty) && messages <= Long.parseLong(held[1]);
    }

    /// Nothing where it speaks of another incarnation of the mailbox.
    private String[] parts(MailboxRow m) {
        String text = detail;
        if (text == null) {
            return new String[0];
        }
        String[] parts = text.split(" ", 2);
        return parts[0].equals(String.valueOf(m.uidValidity())) ? parts : new String[0];
    }
}
