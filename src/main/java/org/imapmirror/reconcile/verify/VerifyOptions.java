package org.imapmirror.reconcile.verify;

import org.imapmirror.reconcile.sync.FolderPlan;
import org.imapmirror.reconcile.sync.SyncOptions.FlagRules;

import java.time.Duration;

/// What is compared.
///
/// @param connections pairs of connections at once; a mailbox is the work of one pair
/// @param flags rules by which the source's flags became the target's
/// @param dates INTERNALDATEs are compared
/// @param dateTolerance that INTERNALDATEs may differ
/// @param subscriptions what is subscribed on the source must be so on the target
/// @param extra what only the target has is a difference too
public record VerifyOptions(
        int connections,
        FolderPlan folders,
        FlagRules flags,
        boolean dates,
        Duration dateTolerance,
        boolean subscriptions,
        boolean extra) {
    /// Everything, exactly.
    public static VerifyOptions all(FolderPlan folders) {
        return new VerifyOptions(4, folders, FlagRules.ALL, true, Duration.ZERO, true, true);
    }

    public VerifyOptions {
        if (connections < 1) {
            throw new IllegalArgumentException("connections must be 1 or more");
        }
    }
}
