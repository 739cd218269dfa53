package org.imapmirror.event;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import java.util.Locale;

/// A mailbox name as the primary spells it, decoded to Unicode, with the primary's own hierarchy
/// separator in it. `INBOX` is folded to upper case when it is the whole name or the first level
/// (RFC 9051 section 5.1); everything else keeps its spelling.
///
/// An event carries the name that the mailbox had at the event's place in the account's sequence.
public record MailboxName(@JsonValue String value) implements Comparable<MailboxName> {
    public static final MailboxName INBOX = new MailboxName("INBOX");

    @JsonCreator
    public MailboxName {
        if (value.length() >= 5 && value.regionMatches(true, 0, "INBOX", 0, 5)) {
            if (value.length() == 5 || isSeparator(value.charAt(5))) {
                value = value.substring(0, 5).toUpperCase(Locale.ROOT) + value.substring(5);
            }
        }
    }

    private static boolean isSeparator(char c) {
        return c == '/' || c == '.' || c == '\\';
    }

    public boolean isInbox() {
        return value.equals("INBOX");
    }

    /// True when this name lies anywhere below `parent` in a hierarchy with that separator.
    public boolean isBelow(MailboxName parent, char separator) {
        return value.length() > parent.value.length() + 1
                && value.charAt(parent.value.length()) == separator
                && value.startsWith(parent.value);
    }

    /// This name after `from` was renamed to `to`: itself, unless it is `from` or lies below it.
    public MailboxName renamed(MailboxName from, MailboxName to, char separator) {
        if (equals(from)) {
            return to;
        }
        return isBelow(from, separator)
                ? new MailboxName(to.value + value.substring(from.value.length()))
                : this;
    }

    @Override
    public int compareTo(MailboxName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
