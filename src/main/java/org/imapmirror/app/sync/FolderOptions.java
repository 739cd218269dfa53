package org.imapmirror.app.sync;

import org.imapmirror.reconcile.sync.FolderNaming;
import org.imapmirror.reconcile.sync.FolderNaming.Overrides;
import org.imapmirror.reconcile.sync.FolderRule;
import org.imapmirror.reconcile.sync.FolderRules;
import org.imapmirror.reconcile.sync.FolderSelection;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// The options that choose and name mailboxes.
final class FolderOptions {
    @Mixin Folders folders = new Folders();

    static final class Folders {
        @Option(
                names = "--folder",
                paramLabel = "NAME",
                description = "Only this mailbox; may be given several times.")
        List<String> folder = new ArrayList<>();

        @Option(
                names = "--folder-recursive",
                paramLabel = "NAME",
                description = "This mailbox and all below it; may be given several times.")
        List<String> recursive = new ArrayList<>();

        @Option(
                names = "--include",
                paramLabel = "REGEX",
                description = "Mailboxes whose names match; may be given several times.")
        List<String> include = new ArrayList<>();

        @Option(
                names = "--exclude",
                paramLabel = "REGEX",
                description =
                        "Of those chosen, the ones that match are left out; may be given several"
                                + " times.")
        List<String> exclude = new ArrayList<>();

        @Option(names = "--subscribed", description = "Only subscribed mailboxes.")
        boolean subscribed;

        @Option(
                names = "--folder-first",
                paramLabel = "NAME",
                description = "Is brought over before the others; may be given several times.")
        List<String> first = new ArrayList<>();

        @Option(
                names = "--folder-last",
                paramLabel = "NAME",
                description = "Is brought over after the others; may be given several times.")
        List<String> last = new ArrayList<>();

        @Option(
                names = "--automap",
                description =
                        "Mailboxes for sent mail, drafts, junk, trash, archive and so on become"
                                + " those of the target, by their attributes, else by well-known"
                                + " names.")
        boolean automap;

        @Option(
                names = "--map",
                paramLabel = "SOURCE=TARGET",
                description = "This mailbox gets this name; wins over all other rules.")
        List<String> pairs = new ArrayList<>();

        @Option(
                names = "--rename",
                paramLabel = "RULE",
                description =
                        "s/from/to/ or tr/abc/xyz/ on names of the target, after prefix and"
                                + " separator were exchanged; may be given several times.")
        List<String> rename = new ArrayList<>();

        @Option(
                names = "--into",
                paramLabel = "NAME",
                description = "Everything goes below this mailbox of the target.")
        @Nullable String into;

        @Option(
                names = "--below",
                paramLabel = "NAME",
                description =
                        "Only what is below this mailbox of the source, as if that were the whole"
                                + " account.")
        @Nullable String below;

        @Option(
                names = "--no-case-merge",
                description =
                        "Of names on the target that differ by case only, the first alone is"
                                + " brought over.")
        boolean noCaseMerge;

        @Option(
                names = "--source-prefix",
                paramLabel = "TEXT",
                description = "Instead of the one that the server tells (NAMESPACE).")
        @Nullable String sourcePrefix;

        @Option(names = "--target-prefix", paramLabel = "TEXT", description = "Likewise.")
        @Nullable String targetPrefix;

        @Option(
                names = "--source-separator",
                paramLabel = "CHARACTER",
                description = "Likewise, of the levels in names.")
        @Nullable Character sourceSeparator;

        @Option(names = "--target-separator", paramLabel = "CHARACTER", description = "Likewise.")
        @Nullable Character targetSeparator;
    }

    FolderRules rules() throws UsageException {
        FolderSelection selection =
                new FolderSelection(
                        folders.folder,
                        folders.recursive,
                        folders.subscribed,
                        patterns("--include", folders.include),
                        patterns("--exclude", folders.exclude),
                        folders.first,
                        folders.last,
                        folders.below);
        List<FolderRule> rules = new ArrayList<>();
        for (String rule : folders.rename) {
            rules.addAll(PerlRule.folders("--rename", rule));
        }
        return new FolderRules(
                selection,
                new FolderNaming(
                        folders.automap,
                        pairs("--map", folders.pairs),
                        folders.into,
                        rules,
                        !folders.noCaseMerge,
                        true,
                        new Overrides(
                                folders.sourcePrefix,
                                folders.sourceSeparator,
                                folders.targetPrefix,
                                folders.targetSeparator)));
    }

    static List<Pattern> patterns(String option, List<String> texts) throws UsageException {
        List<Pattern> patterns = new ArrayList<>();
        for (String text : texts) {
            patterns.add(PerlRule.match(option, text));
        }
        return patterns;
    }

    /// @param texts `source=target`; the first `=` separates
    static Map<String, String> pairs(String option, List<String> texts) throws UsageException {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String text : texts) {
            int at = text.indexOf('=');
            if (at < 1 || at == text.length() - 1) {
                throw new UsageException(
                        option + ": write SOURCE=TARGET, for example Sent=Gesendet, not " + text);
            }
            if (pairs.put(text.substring(0, at), text.substring(at + 1)) != null) {
                throw new UsageException(
                        option + ": " + text.substring(0, at) + " has two names: which?");
            }
        }
        return pairs;
    }
}
