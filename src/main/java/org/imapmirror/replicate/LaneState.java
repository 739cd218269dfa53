package org.imapmirror.replicate;

import org.jspecify.annotations.Nullable;

/// Where a lane stands, for the status.
///
/// @param error what keeps it from going on, null where nothing does
/// @param unreachableSince when the mirror was first found unreachable, by the monotonic clock in
///   nanoseconds; null where it is reachable
record LaneState(Name name, @Nullable String error, @Nullable Long unreachableSince) {
    enum Name {
        LIVE("live"),
        COPYING("copying"),
        BEHIND("behind"),
        WAITING_FOR_LOGIN("waiting-for-login"),
        RETRYING("retrying"),
        ALIAS("alias");

        private final String text;

        Name(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    static final LaneState NEW = new LaneState(Name.BEHIND, null, null);

    LaneState working(boolean copying) {
        return new LaneState(copying ? Name.COPYING : Name.BEHIND, null, unreachableSince);
    }

    LaneState live() {
        return new LaneState(Name.LIVE, null, null);
    }

    LaneState waitingForLogin(String reason) {
        return new LaneState(Name.WAITING_FOR_LOGIN, reason, null);
    }

    LaneState retrying(String reason, @Nullable Long mirrorDownSince) {
        return new LaneState(
                Name.RETRYING,
                reason,
                mirrorDownSince == null
                        ? null
                        : unreachableSince == null ? mirrorDownSince : unreachableSince);
    }

    LaneState alias(String other) {
        return new LaneState(Name.ALIAS, "alias of " + other, null);
    }
}
