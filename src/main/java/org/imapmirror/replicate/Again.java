package org.imapmirror.replicate;

import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;
import org.jspecify.annotations.Nullable;

/// When something that is parked is tried again by itself. The order is that of the state database.
enum Again {
    /// Only by command.
    NEVER,
    /// After an expunge on the mirror, and from time to time.
    ROOM,
    /// Rarely.
    REFUSED;

    /// What is left to be tried of what was refused for good.
    static Again of(StoreException e) {
        return switch (e.outlook()) {
            case LATER -> ROOM;
            case UNKNOWN, SOON -> REFUSED;
            case NEVER -> lacksRights(e) ? REFUSED : NEVER;
        };
    }

    /// True where the mailbox is refused, not what was to be done in it.
    static boolean lacksRights(StoreException e) {
        return e.kind() == Kind.REFUSED && lacksRights(e.code());
    }

    static boolean lacksRights(@Nullable String code) {
        return "NOPERM".equals(code) || "READ-ONLY".equals(code);
    }
}
