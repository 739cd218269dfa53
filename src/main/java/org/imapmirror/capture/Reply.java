package org.imapmirror.capture;

import org.imapmirror.event.UidSet;
import org.imapmirror.imap.MalformedException;
import org.imapmirror.imap.SequenceSet;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A status response: what a tagged line says of its command, or an untagged one of anything.
///
/// @param code null where it has none
record Reply(Status status, @Nullable Code code) {

    enum Status {
        OK,
        NO,
        BAD
    }

    /// A response code (RFC 9051 section 7.1).
    ///
    /// @param name upper case
    /// @param text its arguments, empty where it has none
    record Code(String name, String text) {
        static Code of(String inBrackets) {
            int space = inBrackets.indexOf(' ');
            return space < 0
                    ? new Code(inBrackets.toUpperCase(Locale.ROOT), "")
                    : new Code(
                            inBrackets.substring(0, space).toUpperCase(Locale.ROOT),
                            inBrackets.substring(space + 1).strip());
        }

        /// The arguments between spaces.
        List<String> arguments() {
            return text.isEmpty() ? List.of() : List.of(text.split(" +"));
        }
    }

    boolean isOk() {
        return status == Status.OK;
    }

    /// The code, if it has this name.
    @Nullable Code code(String name) {
        return code != null && code.name().equals(name) ? code : null;
    }

    /// The lowest UID that the command was applied to (RFC 9738), 0 where there was no limit.
    long limit() {
        Code limit = code("MESSAGELIMIT");
        if (limit == null || limit.arguments().size() < 2) {
            return 0;
        }
        return number(limit.arguments().get(1));
    }

    /// @return 0 where the text is no number from 1 to 2^32-1
    static long number(String text) {
        if (text.isEmpty()
                || text.length() > 10
                || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return 0;
        }
        long value = Long.parseLong(text);
        return value > UidSet.MAX ? 0 : value;
    }

    /// The members of a set in the order in which they are written; `12:10` is 10, 11, 12 (RFC 4315
    /// section 3).
    ///
    /// @return empty where the text is no set of single messages, or has more than `max` of them
    static List<Long> members(String set, int max) {
        List<Long> out = new ArrayList<>();
        try {
            for (SequenceSet.Range range : SequenceSet.parse(set).ranges()) {
                long first = Math.min(range.first(), range.last());
                long last = Math.max(range.first(), range.last());
                if (first == SequenceSet.STAR || last - first >= max - out.size()) {
                    return List.of();
                }
                for (long n = first; n <= last; n++) {
                    out.add(n);
                }
            }
        } catch (MalformedException _) {
            return List.of();
        }
        return out;
    }
}
