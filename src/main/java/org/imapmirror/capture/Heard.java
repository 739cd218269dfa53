package org.imapmirror.capture;

import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxName;
import org.imapmirror.event.UidSet;
import org.jspecify.annotations.Nullable;

import java.util.Set;

/// A response of the primary, as far as capture cares.
sealed interface Heard {

    record Tagged(String tag, Reply reply) implements Heard {}

    /// An untagged OK, NO or BAD.
    record Untagged(Reply reply) implements Heard {}

    record Exists(int number) implements Heard {}

    record Expunge(int number) implements Heard {}

    record Fetch(FetchData data) implements Heard {}

    /// @param earlier history, which changes nothing now (RFC 7162 section 3.2.10.1)
    record Vanished(boolean earlier, UidSet uids) implements Heard {}

    /// SEARCH or ESEARCH.
    ///
    /// @param tag of ESEARCH, null where it has none and for SEARCH
    /// @param uids the members are said to be UIDs (ESEARCH)
    /// @param members null where not all of them are told
    record Search(@Nullable String tag, boolean uids, @Nullable UidSet members) implements Heard {}

    /// @param extensions upper case
    record Enabled(Set<String> extensions) implements Heard {}

    /// LIST.
    ///
    /// @param exists there is at least such a name
    /// @param renamed the primary stored another name than it was given (OLDNAME)
    record Listed(MailboxName name, boolean exists, boolean renamed) implements Heard {}

    /// @param messages -1 where it is not told
    record Status(MailboxName name, long messages) implements Heard {}

    /// Flags of the code PERMANENTFLAGS.
    record PermanentFlags(Flags flags) implements Heard {}

    record Continuation() implements Heard {}

    /// Nothing that matters here.
    record Other() implements Heard {}

    /// Cannot be understood, and might have mattered.
    ///
    /// @param kind the response's name
    record Garbled(String kind) implements Heard {}
}
