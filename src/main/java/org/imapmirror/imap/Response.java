package org.imapmirror.imap;

import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxName;
import org.imapmirror.event.UidSet;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// What a server says (RFC 9051 section 7). Parsing never fails: what is not understood, or cut
/// off, or too large, is [Other].
public sealed interface Response {
    enum Status {
        OK,
        NO,
        BAD,
        BYE,
        PREAUTH
    }

    /// @param status [Status#OK], [Status#NO] or [Status#BAD]
    record Tagged(String tag, Status status, Code code, String text) implements Response {}

    record Untagged(Status status, Code code, String text) implements Response {}

    /// `+`; for SASL the text is the challenge in base64.
    record Continuation(String text) implements Response {}

    record Capability(CapabilityList capabilities) implements Response {}

    record Exists(long count) implements Response {}

    record Recent(long count) implements Response {}

    /// @param number of the message, as counted before it went
    record Expunge(long number) implements Response {}

    /// RFC 7162 section 3.2.10.
    ///
    /// @param earlier history: no message of the current count went
    record Vanished(boolean earlier, UidSet uids) implements Response {}

    /// Data of one message. A component is null where the response has no such item.
    ///
    /// @param number of the message; 0 in `UIDFETCH` (RFC 9586), which has `uid` instead
    /// @param internalDate the date-time without its quotes
    /// @param hasBodyData there is an item with octets of the message
    /// @param onlyUid the list of items is exactly one UID
    /// @param sections the items with octets, in the server's order
    record Fetch(
            long number,
            @Nullable Long uid,
            @Nullable Flags flags,
            @Nullable Long modseq,
            @Nullable String internalDate,
            @Nullable Long size,
            boolean hasBodyData,
            boolean onlyUid,
            List<Section> sections)
            implements Response {

        /// The value of an item by its name as [Tokens#itemName] gives it, or null.
        public @Nullable ImapString section(String item) {
            for (Section s : sections) {
                if (s.item().equalsIgnoreCase(item)) {
                    return s.value();
                }
            }
            return null;
        }
    }

    /// @param item for instance `BODY[HEADER.FIELDS (Subject)]` or `RFC822.HEADER`
    record Section(String item, ImapString value) {}

    record FlagsList(Flags flags) implements Response {}

    enum ListKind {
        LIST,
        LSUB,
        XLIST
    }

    /// @param attributes as the server writes them
    /// @param delimiter null where names are flat
    /// @param oldName of the OLDNAME item (RFC 9051 section 6.3.9.7), or null
    record ListItem(
            ListKind kind,
            List<String> attributes,
            @Nullable Character delimiter,
            MailboxName name,
            @Nullable MailboxName oldName)
            implements Response {

        public boolean has(String attribute) {
            return attributes.stream().anyMatch(attribute::equalsIgnoreCase);
        }

        /// True where there is no mailbox behind the name that could be selected.
        public boolean isNoMailbox() {
            return has("\\Noselect") || has("\\NonExistent");
        }
    }

    /// @param items numbers by upper-case name, for instance MESSAGES
    /// @param mailboxId of the MAILBOXID item (RFC 8474), or null
    record MailboxStatus(MailboxName name, Map<String, Long> items, @Nullable String mailboxId)
            implements Response {}

    /// @param modseq the highest one of the messages found (RFC 7162), or null
    record Search(UidSet numbers, @Nullable Long modseq) implements Response {}

    /// RFC 4731. A component is null where the response has no such item.
    ///
    /// @param all null also where nothing was found
    record Esearch(
            @Nullable String tag,
            boolean uid,
            @Nullable UidSet all,
            @Nullable Long count,
            @Nullable Long min,
            @Nullable Long max,
            @Nullable Long modseq)
            implements Response {}

    record Enabled(CapabilityList capabilities) implements Response {}

    /// RFC 2342.
    record Namespace(List<Prefix> personal, List<Prefix> others, List<Prefix> shared)
            implements Response {}

    /// @param prefix decoded like a name; it usually ends with the delimiter
    /// @param delimiter null where names are flat
    record Prefix(String prefix, @Nullable Character delimiter) {}

    /// RFC 4314 section 3.6.
    ///
    /// @param rights by identifier
    record Acl(MailboxName name, Map<String, String> rights) implements Response {}

    /// RFC 9208 section 4.2.1.
    ///
    /// @param resources by upper-case name, for instance STORAGE, which counts units of 1024 octets
    record Quota(String root, Map<String, Resource> resources) implements Response {}

    record Resource(long usage, long limit) {}

    /// @param kind upper case; empty where there is not even a word
    record Other(String kind) implements Response {}

    /// @param utf8Names the connection has names in UTF-8 (UTF8=ACCEPT or IMAP4rev2 is enabled)
    static Response parse(WireMessage message, boolean utf8Names) {
        return new ResponseReader(message, utf8Names).read();
    }
}
