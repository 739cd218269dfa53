package org.imapmirror.event;

/// How much is in doubt (reference section 0.6), from little to much.
public enum Doubt {
    /// The flags of one mailbox.
    FLAGS,
    /// Which messages one mailbox holds, and their flags.
    MEMBERSHIP,
    /// The mailbox tree and the subscriptions of the account.
    TREE,
    /// Everything of the account.
    ACCOUNT
}
