package org.imapmirror.app.sync;

import org.imapmirror.reconcile.sync.SyncOptions.FlagRules;
import org.imapmirror.reconcile.sync.SyncOptions.Rewrite;

import picocli.CommandLine.Option;

import java.util.ArrayList;
import java.util.List;

/// The options that say as what flags are brought over, and so are expected on the target.
final class FlagOptions {
    @Option(
            names = "--drop-flag",
            paramLabel = "REGEX",
            description = "Flags and keywords that stay behind; may be given several times.")
    private List<String> drop = new ArrayList<>();

    @Option(
            names = "--rewrite-flags",
            paramLabel = "RULE",
            description =
                    "s/from/to/g on a message's flags, separated by spaces; may be given several"
                            + " times.")
    private List<String> rewrite = new ArrayList<>();

    /// @param resync flags of what is on the target already are brought up to date
    FlagRules rules(boolean resync) throws UsageException {
        List<Rewrite> rewrites = new ArrayList<>();
        for (String rule : rewrite) {
            rewrites.addAll(PerlRule.flags("--rewrite-flags", rule));
        }
        return new FlagRules(resync, FolderOptions.patterns("--drop-flag", drop), rewrites);
    }
}
