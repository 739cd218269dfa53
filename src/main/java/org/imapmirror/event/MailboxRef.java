package org.imapmirror.event;

/// One incarnation of a mailbox: UIDs mean nothing without the UIDVALIDITY they were given under
/// (RFC 9051 section 2.3.1.1).
///
/// @param name the name at the event's place in the sequence
/// @param uidValidity 1 to 2^32-1, or 0 where the primary did not say
public record MailboxRef(MailboxName name, long uidValidity) {
    public MailboxRef {
        if (uidValidity < 0 || uidValidity > 0xFFFF_FFFFL) {
            throw new IllegalArgumentException("UIDVALIDITY out of range: " + uidValidity);
        }
    }

    @Override
    public String toString() {
        return name + "/" + uidValidity;
    }
}
