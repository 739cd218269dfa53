package org.imapmirror.event;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

import org.jspecify.annotations.Nullable;

/// Something that the primary confirmed to have happened, or the doubt whether it did
/// ([MailboxSuspect]). UIDs are the primary's.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "event")
@JsonSubTypes({
    @JsonSubTypes.Type(value = MailboxEvent.MessageAppended.class, name = "appended"),
    @JsonSubTypes.Type(value = MailboxEvent.MessagesCopied.class, name = "copied"),
    @JsonSubTypes.Type(value = MailboxEvent.MessagesMoved.class, name = "moved"),
    @JsonSubTypes.Type(value = MailboxEvent.MessagesExpunged.class, name = "expunged"),
    @JsonSubTypes.Type(value = MailboxEvent.FlagsChanged.class, name = "flags"),
    @JsonSubTypes.Type(value = MailboxEvent.MailboxCreated.class, name = "created"),
    @JsonSubTypes.Type(value = MailboxEvent.MailboxDeleted.class, name = "deleted"),
    @JsonSubTypes.Type(value = MailboxEvent.MailboxRenamed.class, name = "renamed"),
    @JsonSubTypes.Type(value = MailboxEvent.Subscribed.class, name = "subscribed"),
    @JsonSubTypes.Type(value = MailboxEvent.Unsubscribed.class, name = "unsubscribed"),
    @JsonSubTypes.Type(value = MailboxEvent.MailboxSuspect.class, name = "suspect"),
})
public sealed interface MailboxEvent {

    /// A message was stored by APPEND.
    ///
    /// @param uid of the stored message (APPENDUID); without one the event is a [MailboxSuspect]
    /// @param internalDate as the client gave it; null means the primary's clock at that time
    /// @param arrived when the last octet of the message went to the primary, epoch milliseconds:
    ///   the next best where there is no date and the primary cannot be asked
    /// @param payload the octets as the client sent them; null where they were not on the wire or
    ///   could not be kept, so that they are read from the primary
    record MessageAppended(
            MailboxRef mailbox,
            long uid,
            Flags flags,
            @Nullable String internalDate,
            long arrived,
            @Nullable PayloadRef payload)
            implements MailboxEvent {}

    /// Messages were copied: the i-th source became the i-th target, both ascending (COPYUID).
    record MessagesCopied(
            MailboxRef source, UidSet sourceUids, MailboxRef target, UidSet targetUids)
            implements MailboxEvent {
        public MessagesCopied {
            requireEqualSize(sourceUids, targetUids);
        }
    }

    /// Messages were moved: a copy and the expunge of the same pair, atomic per message.
    record MessagesMoved(MailboxRef source, UidSet sourceUids, MailboxRef target, UidSet targetUids)
            implements MailboxEvent {
        public MessagesMoved {
            requireEqualSize(sourceUids, targetUids);
        }
    }

    /// Messages are gone for good.
    record MessagesExpunged(MailboxRef mailbox, UidSet uids) implements MailboxEvent {}

    /// Flags were added, removed, or are now exactly these.
    record FlagsChanged(MailboxRef mailbox, UidSet uids, FlagChange change, Flags flags)
            implements MailboxEvent {}

    enum FlagChange {
        ADDED,
        REMOVED,
        /// The whole set, as the primary reported it or the client asked for it.
        NOW
    }

    /// @param specialUse `\Sent` and the like (RFC 6154), or null
    record MailboxCreated(MailboxName name, @Nullable String specialUse) implements MailboxEvent {}

    record MailboxDeleted(MailboxName name) implements MailboxEvent {}

    /// The mailbox and everything below it has a new name. Never of INBOX: servers differ in what
    /// that does, so it is a [MailboxSuspect] of the tree.
    record MailboxRenamed(MailboxName from, MailboxName to) implements MailboxEvent {}

    record Subscribed(MailboxName name) implements MailboxEvent {}

    record Unsubscribed(MailboxName name) implements MailboxEvent {}

    /// Capture cannot know what happened; a comparison with the primary will tell.
    ///
    /// @param name the mailbox in doubt; null for [Doubt#TREE] and [Doubt#ACCOUNT]
    /// @param reason for the administrator; never mail content
    record MailboxSuspect(Doubt doubt, @Nullable MailboxName name, String reason)
            implements MailboxEvent {
        public MailboxSuspect {
            if ((name == null) != (doubt == Doubt.TREE || doubt == Doubt.ACCOUNT)) {
                throw new IllegalArgumentException("a mailbox's name goes with " + doubt + "?");
            }
        }

        public static MailboxSuspect of(Doubt doubt, MailboxName name, String reason) {
            return new MailboxSuspect(doubt, name, reason);
        }

        public static MailboxSuspect ofAccount(String reason) {
            return new MailboxSuspect(Doubt.ACCOUNT, null, reason);
        }

        public static MailboxSuspect ofTree(String reason) {
            return new MailboxSuspect(Doubt.TREE, null, reason);
        }
    }

    private static void requireEqualSize(UidSet from, UidSet to) {
        if (from.size() != to.size() || from.isEmpty()) {
            throw new IllegalArgumentException(
                    "source and target UIDs differ in number: " + from + " and " + to);
        }
    }
}
