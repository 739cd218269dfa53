package org.imapmirror.capture;

import org.imapmirror.event.MailboxName;

/// A mailbox that a session has selected, or names in a command that is not answered yet. Follows
/// renames and deletions of any session of the account; changed only under the tracker's lock.
final class Box {
    private volatile MailboxName name;
    private volatile boolean deleted;

    Box(MailboxName name) {
        this.name = name;
    }

    /// The name at this place of the account's sequence.
    MailboxName name() {
        return name;
    }

    void rename(MailboxName to) {
        name = to;
    }

    /// True after a DELETE: what happens to its messages matters to nobody.
    boolean isDeleted() {
        return deleted;
    }

    void delete() {
        deleted = true;
    }

    boolean is(Box other) {
        return name.equals(other.name);
    }

    @Override
    public String toString() {
        return name.value();
    }
}
