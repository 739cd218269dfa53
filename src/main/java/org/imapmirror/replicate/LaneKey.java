package org.imapmirror.replicate;

import org.imapmirror.event.Account;

/// Names a lane.
///
/// @param mirror the server's key in the configuration
public record LaneKey(Account account, String mirror) {
    @Override
    public String toString() {
        return account + "@" + mirror;
    }
}
