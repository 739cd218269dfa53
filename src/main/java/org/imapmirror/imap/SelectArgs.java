package org.imapmirror.imap;

import org.imapmirror.event.MailboxName;

/// The arguments of SELECT and EXAMINE (RFC 9051 section 6.3.2, RFC 7162 section 3.2.5).
public record SelectArgs(MailboxName mailbox, boolean condstore, boolean qresync) {
    public static SelectArgs read(Tokens args, boolean utf8Names) throws MalformedException {
        MailboxName mailbox = MailboxNames.decode(args.astringOctets(), utf8Names);
        boolean condstore = false;
        boolean qresync = false;
        if (args.peek() == Tokens.Kind.OPEN) {
            args.enter();
            while (args.peek() != Tokens.Kind.CLOSE) {
                if (args.skipAtom("CONDSTORE")) {
                    condstore = true;
                } else if (args.skipAtom("QRESYNC")) {
                    qresync = true;
                } else {
                    args.skipValue();
                }
            }
            args.leave();
        }
        return new SelectArgs(mailbox, condstore, qresync);
    }
}
