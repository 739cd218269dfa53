package org.imapmirror.capture;

import com.github.benmanes.caffeine.cache.Interner;

import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxRef;
import org.imapmirror.event.UidSet;
import org.jspecify.annotations.Nullable;

/// The mailbox that a session has selected, as far as the primary has told this session.
final class Selected {
    final Box box;
    final SequenceMap map = new SequenceMap();

    /// Messages known to be \Deleted, and to be \Seen.
    final UidRanges deleted = new UidRanges();

    final UidRanges seen = new UidRanges();

    /// 0 until the primary says.
    long uidValidity;

    boolean readOnly;

    /// UIDs of new messages that this session's own command has stored here, and whose EXISTS has
    /// not come yet.
    UidSet expected = UidSet.EMPTY;

    /// PERMANENTFLAGS, null until the primary says.
    private @Nullable Flags permanent;

    /// Of most mailboxes they are the same.
    private static final Interner<Flags> SHARED = Interner.newWeakInterner();

    Selected(Box box, boolean readOnly) {
        this.box = box;
        this.readOnly = readOnly;
    }

    /// The mailbox under its name at this moment.
    MailboxRef ref() {
        return new MailboxRef(box.name(), uidValidity);
    }

    void permanentFlags(Flags flags) {
        permanent = SHARED.intern(flags);
    }

    /// Those of the flags that a STORE can change for good (RFC 9051 section 7.1, PERMANENTFLAGS).
    Flags storable(Flags flags) {
        Flags stays = permanent;
        if (stays == null) {
            return flags;
        }
        boolean anyKeyword = stays.contains("\\*");
        return flags.filter(flag -> stays.contains(flag) || (anyKeyword && !flag.startsWith("\\")));
    }

    /// The primary reported these flags.
    void flags(long uid, Flags flags) {
        deleted.set(uid, flags.contains(Flags.DELETED));
        seen.set(uid, flags.contains(Flags.SEEN));
    }

    void gone(long uid) {
        deleted.remove(uid);
        seen.remove(uid);
    }

    /// What was known of the messages is not true.
    void forget() {
        map.forget();
        deleted.clear();
        seen.clear();
        expected = UidSet.EMPTY;
    }
}
