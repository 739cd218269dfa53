package org.imapmirror.capture;

import org.imapmirror.event.MailboxName;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// A command that is forwarded and not answered. What happened is told by the responses that it
/// claims as its own, by content, never by their order (reference rule 0.3).
abstract class Pending {
    final String tag;

    /// Of a command that may change something; set when it is forwarded.
    @Nullable Ticket ticket;

    /// It names messages by number, and was forwarded behind a command during which the primary may
    /// renumber (reference section 2.3).
    boolean ambiguous;

    /// The messages were renumbered meanwhile, so that the numbers' meaning is doubtful.
    boolean shifted;

    /// Messages were added meanwhile, so that the meaning of `*` is doubtful.
    boolean grew;

    /// BAD without a tag may be the answer to this one.
    boolean odd;

    /// An earlier command is unanswered: what the primary tells now, it may have told before this
    /// one was executed.
    boolean behind;

    Pending(String tag) {
        this.tag = tag;
    }

    /// True where the outcome matters: it may change something.
    abstract boolean mutates();

    /// True where the primary must not renumber while this command is alone in progress (RFC 9051
    /// section 7.5.1).
    boolean forbidsExpunge() {
        return false;
    }

    /// True where messages are named by their number.
    boolean usesNumbers() {
        return false;
    }

    /// What the command may change, as far as its arguments tell.
    List<Touch> touches() {
        return List.of();
    }

    /// The mailbox that the command makes, renames or deletes, null where it does not.
    @Nullable Box moves() {
        return null;
    }

    /// A FETCH response.
    ///
    /// @return true where it was caused by this command
    boolean fetched(FetchData data) {
        return false;
    }

    /// A message is gone; it is still in the map.
    ///
    /// @param uid 0 where it is not known
    /// @return true where this command may have removed it
    boolean expunged(long uid) {
        return false;
    }

    /// An untagged status response.
    ///
    /// @return true where it belongs to this command
    boolean code(Reply.Code code) {
        return false;
    }

    /// The mailbox into which the command puts new messages, null where it does not.
    @Nullable Box destination() {
        return null;
    }

    /// After the answer: the new messages, null where they are not known.
    @Nullable Stored stored() {
        return null;
    }

    /// Where the command was answered OK: mailboxes that the primary has to be asked about before
    /// it is clear what the command did.
    List<MailboxName> unclear() {
        return List.of();
    }

    /// What the primary said of the [#unclear] names, where it was asked.
    ///
    /// @param messages how many each of them holds; what is missing is no mailbox
    void learned(Map<MailboxName, Long> messages) {}

    /// The primary answered. Under the tracker's lock; only for commands that [#mutates].
    Outcome answered(Reply reply) {
        return Outcome.NOTHING;
    }

    /// The primary never will answer. Under the tracker's lock; only for commands that [#mutates].
    Outcome lost() {
        return Outcome.NOTHING;
    }

    /// After the outcome: what the answer means for the session.
    void after(Reply reply) {}

    /// The last call: gives back what the command held.
    void release() {}
}
