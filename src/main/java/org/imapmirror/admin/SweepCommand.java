package org.imapmirror.admin;

import org.jspecify.annotations.Nullable;

/// Has accounts compared with their mirrors, soon.
@FunctionalInterface
public interface SweepCommand {

    /// @param account a login name; null for every known account
    /// @return how many accounts will be compared; 0 where the account is not mirrored
    int sweep(@Nullable String account);
}
