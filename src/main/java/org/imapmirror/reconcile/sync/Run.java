package org.imapmirror.reconcile.sync;

import java.time.Clock;
import java.util.Set;

/// What all workers of a run share.
///
/// @param sourceEmpty the source holds no message at all: then nothing is deleted
/// @param exempt mailboxes of the target for trash and junk, where large shares may go
/// @param fingerprint of the options that decide what is brought over: with others nothing counts
///   as unchanged
/// @param elsewhere what the target holds in any mailbox, for [SyncOptions.Identity#acrossFolders]
record Run(
        SyncOptions options,
        SyncState state,
        Ledger ledger,
        Progress progress,
        Throttle throttle,
        Budget budget,
        Identities elsewhere,
        boolean sourceEmpty,
        Set<String> exempt,
        String fingerprint,
        Clock clock) {

    boolean dry() {
        return options.dryRun();
    }

    /// Messages that one command asks for.
    int window() {
        return options.tuning().window();
    }

    FlagFilter flags() {
        return new FlagFilter(options.flags());
    }

    static String fingerprint(SyncOptions o) {
        return Long.toHexString(
                Texts.hash(
                        o.messages()
                                + " "
                                + o.dates()
                                + " "
                                + o.identity()
                                + " "
                                + o.flags()
                                + " "
                                + o.deletes()));
    }
}
