package org.imapmirror.capture;

import org.imapmirror.event.Account;

/// The hierarchy separator of an account's personal namespace on the primary.
@FunctionalInterface
public interface SeparatorSource {

    /// @return 0 where it is not known
    char separator(Account account);
}
