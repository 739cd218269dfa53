package org.imapmirror.app.sync;

import org.imapmirror.reconcile.Brake;
import org.imapmirror.reconcile.sync.FolderPlan;
import org.imapmirror.reconcile.sync.SyncOptions;
import org.imapmirror.reconcile.sync.SyncOptions.Dates;
import org.imapmirror.reconcile.sync.SyncOptions.Deletes;
import org.imapmirror.reconcile.sync.SyncOptions.Extras;
import org.imapmirror.reconcile.sync.SyncOptions.Identity;
import org.imapmirror.reconcile.sync.SyncOptions.Limits;
import org.imapmirror.reconcile.sync.SyncOptions.Messages;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The options that say what becomes of messages, and how fast.
final class WorkOptions {
    /// Pairs of connections; servers commonly allow ten per user and address.
    private static final int MAX_CONNECTIONS = 100;

    @Mixin Chosen chosen = new Chosen();

    @Mixin Deletions deletions = new Deletions();

    @Mixin Bounds bounds = new Bounds();

    @Mixin TuningOptions tuning = new TuningOptions();

    /// What `--mode` takes.
    enum Mode {
        COPY,
        MIRROR
    }

    static final class Chosen {
        @Option(
                names = "--max-size",
                paramLabel = "SIZE",
                converter = Units.Size.class,
                description = "Larger messages stay behind and are named in the report.")
        long maxSize = Long.MAX_VALUE;

        @Option(
                names = "--min-size",
                paramLabel = "SIZE",
                converter = Units.Size.class,
                description = "Smaller messages stay behind.")
        long minSize;

        @Option(
                names = "--max-age",
                paramLabel = "DURATION",
                converter = Units.Span.class,
                description = "Only messages that arrived within this time, for example 30d.")
        @Nullable Duration maxAge;

        @Option(
                names = "--min-age",
                paramLabel = "DURATION",
                converter = Units.Span.class,
                description = "Only messages that arrived before this time.")
        @Nullable Duration minAge;

        @Option(
                names = "--source-search",
                paramLabel = "KEYS",
                description = "Only what IMAP SEARCH finds, for example 'UNSEEN'.")
        @Nullable String sourceSearch;

        @Option(
                names = "--target-search",
                paramLabel = "KEYS",
                description = "Which messages of the target count as there already.")
        @Nullable String targetSearch;

        @Option(names = "--skip-empty-folders", description = "Empty mailboxes are not made.")
        boolean skipEmpty;

        @Option(
                names = "--use-header",
                paramLabel = "NAME",
                description =
                        "Messages that no earlier run brought over are recognized on the target by"
                                + " this header field, for example Message-ID; may be given several"
                                + " times.")
        List<String> useHeader = new ArrayList<>();

        @Option(
                names = "--across-folders",
                description =
                        "A message that is in another mailbox of the target already is not stored"
                                + " again.")
        boolean acrossFolders;

        @Option(
                names = "--skip-duplicates",
                description = "Of equal messages in a mailbox, one is brought over.")
        boolean skipDuplicates;

        @Option(
                names = "--no-flag-updates",
                description = "Flags of messages that are on the target already stay as they are.")
        boolean noFlagUpdates;

        @Mixin FlagOptions flags = new FlagOptions();

        @Option(
                names = "--date",
                paramLabel = "WHICH",
                defaultValue = "internal",
                description =
                        "What becomes the date of arrival on the target: internal (the source's),"
                                + " header (the field Date) or now.")
        Dates dates = Dates.INTERNAL;

        @Option(names = "--no-subscriptions", description = "Subscriptions are not brought over.")
        boolean noSubscriptions;

        @Option(
                names = "--subscribe-all",
                description = "All mailboxes that are brought over are subscribed.")
        boolean subscribeAll;

        @Option(names = "--acls", description = "Access rights of mailboxes are brought over.")
        boolean acls;

        @Option(
                names = "--just-folders",
                description = "Makes mailboxes and subscriptions, brings over no messages.")
        boolean justFolders;
    }

    static final class Deletions {
        @Option(
                names = "--mode",
                paramLabel = "MODE",
                defaultValue = "copy",
                description =
                        "copy (${DEFAULT-VALUE}): nothing goes from the target; mirror: the target"
                                + " becomes as the source, so what is not there goes.")
        Mode mode = Mode.COPY;

        @Option(
                names = "--only-known",
                description =
                        "With mirror: only what a run of this pair stored or matched goes, never"
                                + " what came to the target otherwise.")
        boolean onlyKnown;

        @Option(
                names = "--delete-source",
                description = "What is on the target for sure goes from the source: a move.")
        boolean deleteSource;

        @Option(
                names = "--expunge-target",
                description = "Messages of the target with \\Deleted are expunged before.")
        boolean expungeTarget;

        @Option(
                names = "--brake-messages",
                paramLabel = "N",
                defaultValue = "100",
                description =
                        "Deletions are held when they are more than this (${DEFAULT-VALUE}) and")
        int brakeMessages = Brake.DEFAULT.messages();

        @Option(
                names = "--brake-percent",
                paramLabel = "N",
                defaultValue = "20",
                description = "more than this part of the mailbox (${DEFAULT-VALUE}).")
        int brakePercent = Brake.DEFAULT.percent();

        @Option(
                names = "--lift-brake",
                description =
                        "Deletions are not held for their number. Where the source's mailbox is"
                                + " empty, they are all the same.")
        boolean liftBrake;
    }

    static final class Bounds {
        @Option(
                names = "--connections",
                paramLabel = "N",
                defaultValue = "4",
                description =
                        "Mailboxes at once (${DEFAULT-VALUE}), each with a connection to either"
                                + " side; fewer where a server allows no more.")
        int connections = 4;

        @Option(
                names = "--bytes-per-second",
                paramLabel = "SIZE",
                converter = Units.Size.class,
                defaultValue = "0",
                description = "On average.")
        long bytesPerSecond;

        @Option(
                names = "--messages-per-second",
                paramLabel = "N",
                defaultValue = "0",
                description = "On average.")
        double messagesPerSecond;

        @Option(
                names = "--limit-after",
                paramLabel = "SIZE",
                converter = Units.Size.class,
                defaultValue = "0",
                description = "The two above count when so much was brought over.")
        long limitAfter;

        @Option(
                names = "--bytes-per-day",
                paramLabel = "SIZE",
                converter = Units.Size.class,
                defaultValue = "0",
                description = "Then the run ends; the next day's goes on.")
        long bytesPerDay;

        @Option(
                names = "--messages-per-day",
                paramLabel = "N",
                defaultValue = "0",
                description = "Likewise.")
        long messagesPerDay;

        @Option(
                names = "--stop-after",
                paramLabel = "SIZE",
                converter = Units.Size.class,
                defaultValue = "0",
                description = "The run ends when so much was brought over; the next one goes on.")
        long stopAfter;

        @Option(
                names = "--max-failures",
                paramLabel = "N",
                defaultValue = "50",
                description = "The run ends when so many messages failed (${DEFAULT-VALUE}).")
        int maxFailures = 50;
    }

    /// @param accounts at once: each gets its part of the limits that are about servers
    SyncOptions options(FolderPlan plan, boolean dryRun, int accounts) throws UsageException {
        check();
        boolean mirror = deletions.mode == Mode.MIRROR;
        return new SyncOptions(
                dryRun,
                chosen.justFolders,
                bounds.connections,
                plan,
                new Messages(
                        chosen.minSize,
                        chosen.maxSize,
                        chosen.minAge,
                        chosen.maxAge,
                        chosen.sourceSearch,
                        chosen.targetSearch,
                        chosen.skipEmpty),
                chosen.flags.rules(!chosen.noFlagUpdates),
                chosen.dates,
                new Identity(chosen.useHeader, chosen.acrossFolders, chosen.skipDuplicates),
                new Extras(!chosen.noSubscriptions, chosen.subscribeAll, chosen.acls),
                new Deletes(
                        mirror,
                        mirror,
                        deletions.deleteSource,
                        deletions.expungeTarget,
                        !mirror || deletions.onlyKnown,
                        new Brake(deletions.brakeMessages, deletions.brakePercent),
                        deletions.liftBrake),
                new Limits(
                        part(bounds.bytesPerSecond, accounts),
                        bounds.messagesPerSecond / accounts,
                        bounds.bytesPerDay,
                        bounds.messagesPerDay,
                        bounds.limitAfter,
                        bounds.stopAfter,
                        bounds.maxFailures),
                tuning.get());
    }

    /// Never 0, which would be no limit.
    private static long part(long limit, int accounts) {
        return limit == 0 ? 0 : Math.max(1, limit / accounts);
    }

    private void check() throws UsageException {
        if (bounds.connections < 1 || bounds.connections > MAX_CONNECTIONS) {
            throw new UsageException("--connections is between 1 and " + MAX_CONNECTIONS);
        }
        if (deletions.mode == Mode.MIRROR && deletions.deleteSource) {
            throw new UsageException(
                    "--mode mirror with --delete-source would delete everywhere: the next run"
                            + " takes what was moved for deleted. Use one of them");
        }
        if (deletions.brakeMessages < 0
                || deletions.brakePercent < 0
                || deletions.brakePercent > 100) {
            throw new UsageException(
                    "--brake-messages is 0 or more, --brake-percent is between 0 and 100");
        }
        if (bounds.messagesPerSecond < 0 || bounds.messagesPerDay < 0 || bounds.maxFailures < 0) {
            throw new UsageException("limits are 0 or more");
        }
        if (chosen.minSize > chosen.maxSize) {
            throw new UsageException("--min-size is above --max-size: no message is both");
        }
        if (chosen.minAge != null
                && chosen.maxAge != null
                && chosen.minAge.compareTo(chosen.maxAge) >= 0) {
            throw new UsageException("--min-age is not below --max-age: no message is both");
        }
    }
}
