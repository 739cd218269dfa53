package org.imapmirror.imap;

import org.imapmirror.event.Flags;
import org.imapmirror.event.UidSet;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// The response code of a status response (RFC 9051 section 7.1).
public sealed interface Code {

    /// There is none.
    record None() implements Code {}

    /// `APPENDUID` (RFC 9051 section 7.1). The UIDs are in the order of the messages sent, which is
    /// ascending.
    record AppendUid(long uidValidity, UidSet uids) implements Code {}

    /// `COPYUID`. Servers err here: that both sets have one size, and that the source is what was
    /// asked for, is for the reader to check.
    ///
    /// @param sourceText the set as the server wrote it
    /// @param targetText likewise; the two are paired in the order written, see [#pairs]
    record CopyUid(
            long uidValidity, UidSet source, UidSet target, String sourceText, String targetText)
            implements Code {

        /// Source and target UID of each message. Servers sort both sets as a rule; where one does
        /// not, the two [UidSet]s alone would pair wrongly.
        ///
        /// @param max how many pairs are believed
        /// @throws MalformedException where the sets differ in size or have more than `max`
        public List<long[]> pairs(int max) throws MalformedException {
            List<Long> from = SequenceSet.parse(sourceText).expand(max);
            List<Long> to = SequenceSet.parse(targetText).expand(max);
            if (from.size() != to.size()) {
                throw new MalformedException("sets of one size", 0);
            }
            List<long[]> out = new ArrayList<>(from.size());
            for (int i = 0; i < from.size(); i++) {
                out.add(new long[] {from.get(i), to.get(i)});
            }
            return out;
        }
    }

    record UidValidity(long value) implements Code {}

    record UidNext(long value) implements Code {}

    record HighestModseq(long value) implements Code {}

    record NoModseq() implements Code {}

    record ReadOnly() implements Code {}

    record ReadWrite() implements Code {}

    record Closed() implements Code {}

    /// `MODIFIED` (RFC 7162 section 3.1.3): numbers for STORE, UIDs for UID STORE; it may hold `*`.
    record Modified(SequenceSet set) implements Code {}

    /// @param anyKeyword the list has `\*`: new keywords can be stored
    record PermanentFlags(Flags flags, boolean anyKeyword) implements Code {}

    /// RFC 8474 section 4.
    record MailboxId(String id) implements Code {}

    record CapabilityCode(CapabilityList capabilities) implements Code {}

    /// RFC 9738 section 3.1: only messages from `lastUid` up were processed.
    ///
    /// @param lastUid null where the server gave none
    record MessageLimit(long limit, @Nullable Long lastUid) implements Code {}

    /// Any other, and those above where their arguments are not what they should be.
    ///
    /// @param name upper case
    /// @param args what follows the name, not decoded
    record OtherCode(String name, String args) implements Code {}

    /// True where this is an [OtherCode] of that name, for instance `TRYCREATE`.
    default boolean is(String name) {
        return this instanceof OtherCode(String n, _) && n.equals(name);
    }
}
