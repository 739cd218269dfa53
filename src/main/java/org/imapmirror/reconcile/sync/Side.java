package org.imapmirror.reconcile.sync;

import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.StoreException;

/// One of the two accounts.
public interface Side {
    /// Names server and account in reports, for example `anna@old.example`; no credentials.
    String name();

    /// Identifies the account in the state file, the same in every run: changes when it is another
    /// account.
    String identity();

    /// A new authenticated connection, closed by the caller. Any thread.
    ImapStore open() throws StoreException;
}
