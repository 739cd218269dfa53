package org.imapmirror.reconcile.sync;

import org.imapmirror.reconcile.Brake;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/// What a run is to do.
///
/// @param dryRun nothing is changed on either side, nor in the state file; the report is the plan
/// @param connections pairs of connections at once; a mailbox is the work of one pair
/// @param justFolders makes mailboxes (and subscriptions), copies no messages
public record SyncOptions(
        boolean dryRun,
        boolean justFolders,
        int connections,
        FolderPlan folders,
        Messages messages,
        FlagRules flags,
        Dates dates,
        Identity identity,
        Extras extras,
        Deletes deletes,
        Limits limits,
        Tuning tuning) {

    /// Which messages; all conditions must hold.
    ///
    /// @param minSize octets, 0 for none
    /// @param maxSize octets, Long.MAX_VALUE for none; what is larger is named in the report
    /// @param minAge by INTERNALDATE, null for none
    /// @param sourceSearch IMAP search keys (RFC 9051 section 6.4.4), null for all
    /// @param targetSearch likewise: what on the target counts as there already, and may be deleted
    /// @param skipEmptyFolders mailboxes without messages are not made
    public record Messages(
            long minSize,
            long maxSize,
            @Nullable Duration minAge,
            @Nullable Duration maxAge,
            @Nullable String sourceSearch,
            @Nullable String targetSearch,
            boolean skipEmptyFolders) {
        public static final Messages ALL =
                new Messages(0, Long.MAX_VALUE, null, null, null, null, false);
    }

    /// @param resync flags of messages that are there already are brought up to date
    /// @param drop flags and keywords that are not brought over, matched whole, without regard to
    ///   case
    /// @param rewrites in this order, each on the result of the one before
    public record FlagRules(boolean resync, List<Pattern> drop, List<Rewrite> rewrites) {
        public static final FlagRules ALL = new FlagRules(true, List.of(), List.of());
    }

    /// A regular expression with Java's replacement syntax, applied to the flags as one text,
    /// separated by spaces, as imapsync does.
    public record Rewrite(Pattern match, String replacement) {}

    /// What becomes the INTERNALDATE on the target.
    public enum Dates {
        /// The source's INTERNALDATE.
        INTERNAL,
        /// That of the header field Date where it can be read, else the source's INTERNALDATE.
        HEADER,
        /// The target's clock.
        NOW
    }

    /// How messages that no map knows are recognized on the target.
    ///
    /// @param headers names of header fields whose values identify a message; empty: Message-ID,
    ///   header digest, size, date and body digest, as first copies of mirrors do
    /// @param acrossFolders a message that is in another mailbox of the target already is not
    ///   stored again
    /// @param skipDuplicates of several equal messages in a mailbox of the source, one is brought
    ///   over
    public record Identity(List<String> headers, boolean acrossFolders, boolean skipDuplicates) {
        public static final Identity DEFAULT = new Identity(List.of(), false, false);
    }

    /// @param subscriptions subscribed mailboxes become so
    /// @param subscribeAll all that are brought over become so
    /// @param acls are copied (RFC 4314)
    public record Extras(boolean subscriptions, boolean subscribeAll, boolean acls) {
        public static final Extras DEFAULT = new Extras(true, false, false);
    }

    /// @param targetMessages messages that the source no longer has, or never had, go from the
    ///   target
    /// @param targetFolders mailboxes likewise; never INBOX
    /// @param sourceMessages what is on the target for sure goes from the source (a move)
    /// @param expungeTarget messages that have \Deleted on the target are expunged before
    /// @param brakeLifted the administrator ordered deletions explicitly: the brake's percentage
    ///   does not count; a side that is empty stops them all the same
    /// @param onlyKnown of the target's messages only those go that a run of this pair stored or
    ///   matched
    public record Deletes(
            boolean targetMessages,
            boolean targetFolders,
            boolean sourceMessages,
            boolean expungeTarget,
            boolean onlyKnown,
            Brake brake,
            boolean brakeLifted) {
        public static final Deletes NONE =
                new Deletes(false, false, false, false, true, Brake.DEFAULT, false);
    }

    /// 0 is no limit everywhere.
    ///
    /// @param afterBytes the rates count only when so many octets were brought over
    /// @param stopAfterBytes the run ends in order, to be gone on with later
    /// @param errors the run ends when so many messages failed
    public record Limits(
            long bytesPerSecond,
            double messagesPerSecond,
            long bytesPerDay,
            long messagesPerDay,
            long afterBytes,
            long stopAfterBytes,
            int errors) {
        public static final Limits NONE = new Limits(0, 0, 0, 0, 0, 0, 0);
    }
}
